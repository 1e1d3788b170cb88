#!/usr/bin/env node
/**
 * `npm start`: the gateway in front of an embedded ftpd, on loopback, to try it out. Everything it makes lies in `.demo/` of the
 * current folder and may be deleted.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { programVersion } from '../cli/version.js';
import { formatDiagnostics } from '../config/diagnostics.js';
import { loadConfiguration } from '../config/load.js';
import { startDaemon } from '../daemon/daemon.js';
import { loadServerKey } from '../keys/key-store.js';
import { runKeygen } from '../keys/keygen.js';
import { createLog } from '../log/log.js';
import { createStdoutSink } from '../log/winston-sink.js';
import { startDemoFtpd } from './ftpd.js';

const USER = 'demo';
const PASSWORD = 'demo';
const folder = path.resolve('.demo');
const files = path.join(folder, 'files');
const configuration = path.join(folder, 'sftpd.yaml');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Something to look at and to fetch, and a folder to put things into. */
async function makeFiles(): Promise<void> {
  await mkdir(path.join(files, 'incoming'), { recursive: true });
  await writeFile(path.join(files, 'README.txt'), 'This file came through the SafeTP gateway.\r\n');
  const numbers = path.join(files, 'numbers.txt');
  if (!existsSync(numbers))
    await writeFile(numbers, Array.from({ length: 100_000 }, (_, index) => `${index}\r\n`).join(''));
}

/** The configuration an administrator would write, with the ports of this run. */
function yaml(ftpdPort: number): string {
  return `# Written by npm start at each run. etc/sftpd.yaml shows every key.
workdir: .
listeners:
  - address: 127.0.0.1
    port: 0          # the system picks one
ftpd:
  host: 127.0.0.1
  port: ${ftpdPort}
`;
}

async function main(): Promise<number> {
  await makeFiles();
  const ftpd = await startDemoFtpd({ root: files, user: USER, password: PASSWORD });
  await writeFile(configuration, yaml(ftpd.port));
  const loaded = await loadConfiguration(configuration);
  if (!loaded.ok) {
    process.stderr.write(formatDiagnostics(loaded.error));
    return 1;
  }
  const { snapshot } = loaded.value;
  let key = loadServerKey(snapshot.workdir);
  if (!key.ok && key.error.code === 'key-missing') {
    say('making a DSA key …');
    const made = runKeygen(['--workdir', snapshot.workdir]);
    if (made.exitCode !== 0) process.stderr.write(made.stderr);
    key = loadServerKey(snapshot.workdir);
  }
  if (!key.ok) {
    process.stderr.write(`${key.error.text}\n`);
    return 1;
  }
  const log = createLog({ mask: snapshot.logging.events, debugLevel: 0, sink: createStdoutSink() });
  const daemon = await startDaemon({ snapshot, key: key.value, log });
  if (!daemon.ok) {
    for (const failure of daemon.error) process.stderr.write(`${failure}\n`);
    return 1;
  }
  const [listener] = daemon.value.listeners;
  const port = listener?.port ?? 0;
  say(`
sftpd ${programVersion()}, to try it out on this machine only

  gateway   127.0.0.1 port ${port}, as ${path.relative('', configuration)} says
  ftpd      127.0.0.1 port ${ftpd.port}, embedded, serves ${path.relative('', files)}
  key       ${key.value.fingerprint}
  login     ${USER}, password ${PASSWORD}

Type this in another terminal, in this folder:

  node dist/src/client/main.js --user ${USER} 127.0.0.1 ${port}

and then, for example: ls, get README.txt, put package.json, bye. Ctrl-C here ends everything.
`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  say('\nstopping');
  await daemon.value.close();
  await ftpd.close();
  return 0;
}

process.exitCode = await main();
