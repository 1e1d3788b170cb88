/** A small system under a prefix, to be set up, and everything there is to know about it. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Interference } from '../../src/setup/carry-out.js';
import { runSetup } from '../../src/setup/setup.js';

/** The program that the entries name: it need not exist under the prefix. */
export const PROGRAM = '/usr/local/bin/sftpd';

const FILES: Readonly<Record<string, readonly [content: string, mode?: number]>> = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/bash\nsync:x:4:65534:sync:/bin:/bin/sync\n_taken:x:999:998::/:/bin/false\n',
  ],
  'etc/group': ['root:x:0:\nadm:x:4:syslog\n_taken:x:998:\n'],
  'etc/shadow': ['root:$y$secret-hash-of-root:19000:0:99999:7:::\nsync:*:19000:0:99999:7:::\n', 0o640],
  'etc/gshadow': ['root:*::\nadm:*::syslog\n', 0o640],
  // Latin-1, and no line end: both must survive.
  'etc/services': ['ftp-data\t20/tcp\nftp\t\t21/tcp\nssh\t\t22/tcp\t# caf\xe9\nfsp\t\t21/udp\tfspd'],
  'etc/inetd.conf': ['#ftp stream tcp nowait root /usr/sbin/tcpd in.ftpd\ndaytime stream tcp nowait root internal\n'],
  'etc/xinetd.d/daytime': ['service daytime\n{\n\tdisable = no\n\ttype = INTERNAL\n}\n'],
  'etc/xinetd.d/ftp': ['service ftp\n{\n\tdisable = yes\n\tserver = /usr/sbin/in.ftpd\n}\n'],
  'etc/systemd/system/other.service': ['[Service]\nExecStart=/bin/true\n'],
};

/** Makes the tree; it goes when the test ends. */
export function makeTree(more: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(path.join(tmpdir(), 'sftpd-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  // Whoever runs as the user of the service must come through.
  chmodSync(root, 0o755);
  for (const [name, [content, mode]] of Object.entries(FILES)) put(root, name, content, mode);
  for (const [name, content] of Object.entries(more)) put(root, name, content);
  return root;
}

export function put(root: string, name: string, content: string, mode = 0o644): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content, 'latin1');
  chmodSync(file, mode);
}

export const get = (root: string, name: string): string => readFileSync(path.join(root, name), 'latin1');

/** Every path with its kind, mode, owner and content. */
export function picture(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['.', ...readdirSync(root, { recursive: true, encoding: 'utf8' })].sort().map((name) => {
      const file = path.join(root, name);
      const status = lstatSync(file);
      const content = status.isFile() ? get(root, name) : status.isSymbolicLink() ? readlinkSync(file) : '';
      return [name, `${status.mode.toString(8)} ${status.uid}:${status.gid} ${content}`];
    }),
  );
}

/** The answers of a file, beside what makes tests quick and independent of where node is. */
export function answersFile(root: string, answers: Readonly<Record<string, unknown>> = {}): string {
  const file = `${root}.answers.yaml`;
  const all = { keyBits: 1024, program: PROGRAM, ...answers };
  writeFileSync(file, JSON.stringify(all));
  onTestFinished(() => rmSync(file, { force: true }));
  return file;
}

/** What a run says and how it ends. */
export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs sftpd-setup on a tree; lines answer the questions, when there are any. */
export async function setup(
  root: string,
  argv: readonly string[],
  { lines, ...interference }: Interference & { readonly lines?: readonly string[] } = {},
): Promise<Run> {
  let [stdout, stderr] = ['', ''];
  const say = (text: string): void => void (stdout += text);
  const rest = [...(lines ?? [])];
  const hear = (prompt: string): Promise<string | undefined> => {
    const line = rest.shift();
    stdout += `${prompt}${line ?? ''}\n`;
    return Promise.resolve(line);
  };
  const status = await runSetup([...argv, '--root', root], {
    say,
    complain: (text) => void (stderr += text),
    terminal: lines && (() => ({ say, hear, close: () => undefined })),
    invoked: PROGRAM,
    ...interference,
  });
  return { status, stdout, stderr };
}

/** Sets a tree up from a file of answers. */
export const install = (
  root: string,
  answers: Readonly<Record<string, unknown>> = {},
  more: Interference = {},
): Promise<Run> => setup(root, ['--answers', answersFile(root, answers)], more);
