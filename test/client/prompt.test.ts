// sftpc as a person at a terminal meets it.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CTRL_C, demoFtpd, folder, scriptedFtpd, typed } from './sftpc.js';

const plain = (port: number): string[] => ['-9', '-u', 'joe', '127.0.0.1', `${port}`];

describe('a mistyped password', () => {
  it('is asked for again, three times in all', async () => {
    const { port } = await demoFtpd({ user: 'joe', password: 'right' });
    const shell = typed(plain(port), { env: {} });
    await shell.until(/password for joe: /);
    shell.type('wrong\r');
    await shell.until(/sftpc: The login was refused: 530 .*\n.*\npassword for joe: /);
    shell.type('right\r');
    await shell.until(/Logged in\./);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
    expect(shell.shown()).not.toMatch(/wrong|right/);

    const other = typed(plain(port), { env: {} });
    for (const guess of ['one', 'two', 'three']) {
      await other.until(/password for joe: /);
      other.type(`${guess}\r`);
    }
    expect(await other.status).toBe(5);
  });
});

describe('Ctrl-C while a reply is awaited', () => {
  it('gives the prompt back, and replies keep to their commands', async () => {
    const waiting: (() => void)[] = [];
    const port = await scriptedFtpd(
      () => undefined,
      { PWD: '257 "/x" it is' },
      (verb, answer) => {
        if (verb !== 'CWD') return answer();
        waiting.push(answer);
      },
    );
    const shell = typed([...plain(port)]);
    shell.type('cd slow\n');
    await expect.poll(() => waiting.length).toBe(1);
    shell.type(CTRL_C);
    await shell.until(/sftpc: Interrupted\. The server may still do what it was asked\.\n.*sftpc> /);
    waiting.shift()?.();
    shell.type('pwd\n');
    await shell.until(/^\/x\n/m);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
  });
});

describe('a name that cannot be', () => {
  it('is explained before anything is sent', async () => {
    const { root, port } = await demoFtpd({ user: 'joe', password: 'secret' });
    await writeFile(join(root, 'a'), 'x');
    const local = await folder();
    await mkdir(join(local, 'in', 'a'), { recursive: true });
    const shell = typed(['-d', ...plain(port)]);
    shell.type(`get a ${local}/in\n`);
    await shell.until(/sftpc: \S+\/in\/a is a folder\.\n/);
    shell.type(`get a ${local}/no/a\n`);
    await shell.until(/sftpc: There is no folder \S+\/no\.\n/);
    shell.type(`put ${local}/in\n`);
    await shell.until(/sftpc: \S+\/in is a folder\.\n/);
    shell.type(`put ${local}/no\n`);
    await shell.until(/sftpc: \S+\/no: there is no such file or folder\.\n/);
    shell.type('bye\n');
    expect(await shell.status).toBe(0);
    expect(shell.shown()).not.toMatch(/RETR|STOR/);
    expect(await readdir(local)).toEqual(['in']);
  });
});
