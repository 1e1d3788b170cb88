// What sftpc says of a server's key can be acted upon: the commands it names work as they stand, and the fingerprint is the one that
// sftpd-keygen prints.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { splitWords } from '../../src/client/commands/words.js';
import { gatewayKeys, startGateway } from '../peers/gateway.js';
import { demoFtpd, folder, sftpc, typed, type Ended } from './sftpc.js';

interface Place {
  readonly known: string;
  readonly port: number;
  /** Connects and asks for the directory. */
  readonly pwd: (...options: string[]) => Promise<Ended>;
}

async function place(): Promise<Place> {
  const { port } = await demoFtpd();
  const gateway = await startGateway({ ftpd: { host: '127.0.0.1', port } });
  onTestFinished(gateway.stop);
  const known = join(await folder(), "where it's kept");
  const where = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${gateway.port}`];
  return { known, port: gateway.port, pwd: (...options) => sftpc([...options, ...where, '--', 'pwd']) };
}

/** Runs the line that a message shows by itself, as a shell would. */
async function paste({ err }: Ended): Promise<Ended> {
  const line = /^ {4}(sftpc keys .*)$/m.exec(err)?.[1] ?? 'no command is shown';
  // The quoting of a shell, which this program's own lines share as far as single quotes go.
  const words = splitWords(line);
  return sftpc(words.ok ? words.value.slice(1) : []);
}

async function ownFingerprint(): Promise<string> {
  const keygen = resolve(import.meta.dirname, '../../dist/src/keys/main.js');
  const shown = await promisify(execFile)(process.execPath, [keygen, '-y', await gatewayKeys(), '--show']);
  return shown.stdout.split('\n')[0] ?? '';
}

describe('a server that is new', () => {
  it('is shown with the fingerprint that sftpd-keygen prints, and refused where nobody can be asked', async () => {
    const { pwd, port, known } = await place();
    const refused = await pwd();
    expect(refused.status).toBe(4);
    expect(refused.err).toContain(`The server at 127.0.0.1 port ${port} is new. Its key (DSA, 2048 bits) has`);
    expect(refused.err).toContain(`\n  ${await ownFingerprint()}\n`);
    expect(await paste(refused)).toMatchObject({ status: 0 });
    expect(await readFile(known, 'utf8')).toBe(`127.0.0.1 ${port} ${await ownFingerprint()}\n`);
    expect(await pwd()).toEqual({ status: 0, out: '/\n', err: '' });
  });

  it('is asked about at a terminal; no is no, and nothing is remembered', async () => {
    const { port, known } = await place();
    const words = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${port}`];
    const shell = typed(words);
    await shell.until(/Trust it from now on\? \(yes\/no\) /);
    expect(shell.shown()).toContain(await ownFingerprint());
    shell.type('perhaps\r');
    await shell.until(/Please type yes or no: /);
    shell.type('no\r');
    expect(await shell.status).toBe(4);
    expect(shell.shown()).toMatch(/The key was not accepted; nothing was sent\.\n {2}Ask .* sftpd-keygen --show/);
    await expect(readFile(known)).rejects.toThrow('ENOENT');
    const again = typed(words);
    await again.until(/\(yes\/no\) /);
    again.type('yes\r');
    await again.until(/remembered the key of 127\.0\.0\.1 port \d+ in .*where it's kept/);
    await again.until(/Logged in/);
    again.type('bye\n');
    expect(await again.status).toBe(0);
  });
});

describe('a server whose key has changed', () => {
  it('is refused with both fingerprints, and met anew once the old key is removed', async () => {
    const { pwd, port, known } = await place();
    const other = `SHA256:${'x'.repeat(43)}`;
    await writeFile(known, `127.0.0.1 ${port} ${other}\n`);
    const refused = await pwd('-X');
    expect(refused.status).toBe(4);
    expect(refused.err).toContain(`  known:     ${other}\n`);
    expect(refused.err).toContain(`  shown now: ${await ownFingerprint()}\n`);
    expect(refused.err).toContain(`The known one is in line 1 of ${known}.`);
    expect(await paste(refused)).toMatchObject({ status: 0, err: `127.0.0.1 port ${port}: forgotten, ${other}\n` });
    expect(await pwd('-X')).toEqual({ status: 0, out: '/\n', err: '' });
  });
});
