// sftpc as scripts use it, as a real program: URLs, -o, -T, files of commands, ~/.netrc and --json, through the gateway to vsftpd.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ftpd } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import { launch, makeFolder, removeFolder } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

const sftpc = path.resolve(import.meta.dirname, '../../dist/src/client/main.js');

describeWithPeers('sftpc in scripts, to vsftpd behind the gateway', ['vsftpd'], () => {
  let ftpd: Ftpd;
  let gateway: Gateway;
  let folder: string;
  const url = (file: string, user = ''): string => `ftp://${user}${gateway.host}:${gateway.port}/${file}`;

  /** Runs sftpc with a home of its own; gives `exit N`, and all it printed. */
  async function run(args: readonly string[], input = ''): Promise<{ ended: string; output: string }> {
    const words = [sftpc, '--accept-new', ...args];
    const program = launch({ file: process.execPath, args: words, seconds: 60, cwd: folder, home: folder, input });
    return { ended: await program.ended, output: program.output() };
  }

  beforeAll(async () => {
    ftpd = await startVsftpd();
    gateway = await startGateway({ ftpd });
    folder = await makeFolder('scripts');
    await writeFile(path.join(ftpd.root, 'two words.txt'), 'one\ntwo\n');
  });
  afterAll(async () => {
    await gateway.stop();
    await ftpd.stop();
    await removeFolder(folder);
  });

  test('a URL is fetched, shown, listed', async () => {
    expect(await run([url('two%20words.txt')])).toMatchObject({ ended: 'exit 0' });
    expect(await readFile(path.join(folder, 'two words.txt'), 'utf8')).toBe('one\ntwo\n');
    expect(await run(['-q', '-o', '-', url('two%20words.txt')])).toEqual({ ended: 'exit 0', output: 'one\ntwo\n' });
    expect((await run(['-q', url('')])).output).toContain('two words.txt');
  });

  test('a file is sent to a URL', async () => {
    await writeFile(path.join(folder, 'sent'), 'sent octets');
    expect(await run(['-T', 'sent', url('')])).toMatchObject({ ended: 'exit 0' });
    expect(await run(['-T', '-', url('typed')], 'typed octets')).toMatchObject({ ended: 'exit 0' });
    expect((await run(['-q', '-o', '-', url('sent'), url('typed')])).output).toBe('sent octetstyped octets');
  });

  test('a file of commands is run with the user of ~/.netrc', async () => {
    const netrc = path.join(folder, '.netrc');
    await writeFile(netrc, `machine ${gateway.host} login ftp password "a@b"\n`, { mode: 0o600 });
    await writeFile(path.join(folder, 'script'), 'cd /\npwd\ncd nowhere\npwd\n');
    const { ended, output } = await run(['-d', '-b', 'script', gateway.host, `${gateway.port}`]);
    expect(ended).toBe('exit 1');
    expect(output).toMatch(/^C ENC {3}USER ftp$/m);
    expect(output).toMatch(/^sftpc: script:3: nowhere: the server said: 550 /m);
    expect(output.match(/^\/$/gm)).toHaveLength(1);
    await rm(netrc);
  });

  test('--json tells of all of it, and a server without protection is refused with status 4', async () => {
    await mkdir(path.join(folder, 'in'));
    const { ended, output } = await run(['-q', '--json', '-o', 'in', url('sent'), url('none')]);
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(ended).toBe('exit 1');
    expect(events.find(({ event }) => event === 'end')).toMatchObject({ remote: 'sent', octets: 11 });
    expect(events.slice(-2)).toMatchObject([
      { event: 'error', kind: 'command', reply: { code: 550 }, exit: 1 },
      { event: 'done', exit: 1 },
    ]);
    const refused = await run(['-u', 'ftp', ftpd.host, `${ftpd.port}`, '--', 'pwd']);
    expect(refused.ended).toBe('exit 4');
    expect(refused.output).toContain('offers no protection');
  });
});
