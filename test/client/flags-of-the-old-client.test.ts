// What the flags of the old client's manual do to a session.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../peers/gateway.js';
import { demoFtpd, folder, sftpc, type Ended } from './sftpc.js';

async function gateway(): Promise<{ run: (...options: string[]) => Promise<Ended>; known: string; port: number }> {
  const { port: ftpd } = await demoFtpd();
  const running = await startGateway({ ftpd: { host: '127.0.0.1', port: ftpd } });
  onTestFinished(running.stop);
  const known = join(await folder(), 'known');
  const where = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${running.port}`, '--', 'pwd'];
  return { run: (...options) => sftpc([...options, ...where]), known, port: running.port };
}

describe('-z, -c and -t', () => {
  it('set the size of blocks and the level of protection', async () => {
    const { run } = await gateway();
    expect((await run('-Xd')).err).toMatch(/^C ENC {3}PBSZ 1048576\n(.*\n)*C ENC {3}PROT P\n/m);
    const small = await run('-d', '-z65536', '-t');
    expect(small).toMatchObject({ status: 0, out: '/\n' });
    expect(small.err).toMatch(/^C ENC {3}PBSZ 65536\n(.*\n)*C ENC {3}PROT S\n/m);
    expect(small.err).toMatch(/^C clear ADAT [A-Za-z0-9+/]{16}\.\.\. \([0-9]+ characters\)$/m);
    expect(small.err).toMatch(/^S clear 335 ADAT=[A-Za-z0-9+/]{16}\.\.\. \([0-9]+ characters\)$/m);
    const clear = await run('-d', '-c');
    expect(clear).toMatchObject({ status: 0, out: '/\n' });
    // C is where every session begins (RFC 2228 §3).
    expect(clear.err).not.toMatch(/PROT|PBSZ/);
    expect(clear.err).toContain('C ENC   PASS ****\n');
  });
});

describe('-a', () => {
  it('shows the four messages of the key exchange, and nothing else', async () => {
    const { run, known } = await gateway();
    const { status, out, err } = await run('-X', '-a');
    expect({ status, out }).toEqual({ status: 0, out: '/\n' });
    const fingerprint = / (SHA256:\S+)\n/.exec(await readFile(known, 'utf8'))?.[1] ?? '';
    const [m1, m2, m3, m4, ...more] = err.split('\n').filter((line) => !line.startsWith('  '));
    expect(m1).toMatch(/^M1, the server's public key: DSA, 2048 bits, SHA256:\S+, [0-9]+ octets:$/);
    expect(m1).toContain(fingerprint);
    expect(m2).toMatch(/^M2, our public key for this session \(ElGamal\) and challenge [0-9a-f]{32}, [0-9]+ octets:$/);
    expect(m3).toMatch(/^M3, the encrypted master key, both challenges and the server address, signed/);
    expect(m4).toBe("M4, the server's challenge, encrypted, 24 octets:");
    expect(more).toEqual(['']);
    expect(err.split('\n').filter((line) => line.length > 66 && line.startsWith('  '))).toEqual([]);
  });
});

describe('-Q', () => {
  const refused = /was protected by X-SafeTP1 before and does not offer it now/;

  it('falls back to plain FTP, says so, and protects where that can be', async () => {
    const { port } = await demoFtpd();
    const known = join(await folder(), 'known');
    const words = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${port}`, '--', 'pwd'];
    expect(await sftpc(['-Q', ...words])).toEqual({
      status: 0,
      out: '/\n',
      err: `sftpc: 127.0.0.1 port ${port} offers no protection: everything goes in clear, the password included\n`,
    });
    // Even where little is to be said.
    expect((await sftpc(['-qQ', ...words])).err).toContain('everything goes in clear');
    const { run } = await gateway();
    expect((await run('-QXd')).err).toContain('C ENC   PASS ****\n');
  });

  it('never does so with a server that is known to protect', async () => {
    const { port } = await demoFtpd();
    const known = join(await folder(), 'known');
    await writeFile(known, `127.0.0.1 ${port} SHA256:${'x'.repeat(43)}\n`);
    const words = ['-u', 'joe', '--known-servers', known, '127.0.0.1', `${port}`, '--', 'pwd'];
    const ended = await sftpc(['-QX', ...words]);
    expect(ended.status).toBe(4);
    expect(ended.err).toMatch(refused);
    // However its name is written.
    const again = await sftpc(['-QX', '-u', 'joe', '--known-servers', known, '127.1', `${port}`, '--', 'pwd']);
    expect(again.status).toBe(4);
    expect(again.err).toMatch(refused);
    expect(await sftpc(['-9', ...words])).toEqual({
      status: 0,
      out: '/\n',
      err: `sftpc: 127.0.0.1 port ${port} can protect sessions; with -9 everything goes in clear\n`,
    });
  });
});

describe('-v and -h', () => {
  it('print, and connect to nobody', async () => {
    expect(await sftpc(['-v'])).toMatchObject({ status: 0, out: expect.stringMatching(/^sftpc \d+\.\d+/) as unknown });
    expect((await sftpc(['-h'])).out).toMatch(/^usage: sftpc /);
  });
});
