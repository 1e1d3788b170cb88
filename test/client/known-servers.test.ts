import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultKnownServersFile, KnownServers } from '../../src/client/trust/known-servers.js';

const FINGERPRINT = `SHA256:${'a'.repeat(43)}`;
const OTHER = `SHA256:${'b'.repeat(43)}`;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'known-servers-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('the file of known servers', () => {
  it('lies where XDG says', () => {
    expect(defaultKnownServersFile({ XDG_STATE_HOME: '/x', HOME: '/h' })).toBe('/x/sftpc/known_servers');
    expect(defaultKnownServersFile({ XDG_STATE_HOME: 'relative', HOME: '/h' })).toBe(
      '/h/.local/state/sftpc/known_servers',
    );
    expect(defaultKnownServersFile({ HOME: '/h' })).toBe('/h/.local/state/sftpc/known_servers');
  });

  it('is made with its folder, for this user only, and leaves nothing else behind', async () => {
    const file = join(await folder(), 'state', 'sftpc', 'known_servers');
    const servers = new KnownServers(file);
    expect(await servers.find({ host: 'a', port: 21 })).toBeUndefined();
    await servers.add([{ host: 'A.example', port: 21, fingerprint: FINGERPRINT }]);
    await servers.add([{ host: 'a.example', port: 2021, fingerprint: OTHER }]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readdir(dirname(file))).toEqual(['known_servers']);
    expect(await readFile(file, 'utf8')).toBe(`a.example 21 ${FINGERPRINT}\na.example 2021 ${OTHER}\n`);
    expect(await servers.find({ host: 'a.EXAMPLE', port: 2021 })).toMatchObject({ fingerprint: OTHER, line: 2 });
  });

  it('keeps comments and what has no line end, and leaves the mode of a folder that is there', async () => {
    const path = await folder();
    const file = join(path, 'sub', 'known');
    await mkdir(dirname(file), { mode: 0o755 });
    await writeFile(file, `# mine\n\n::1 21 ${FINGERPRINT}`);
    const servers = new KnownServers(file);
    await servers.add([{ host: 'b', port: 1, fingerprint: OTHER }]);
    expect(await readFile(file, 'utf8')).toBe(`# mine\n\n::1 21 ${FINGERPRINT}\nb 1 ${OTHER}\n`);
    expect(await servers.find({ host: '::1', port: 21 })).toMatchObject({ line: 3 });
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o755);
  });

  it.each([
    ['ftp.example.org', 'FTP.Example.ORG.'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'FE80:0::1%eth0'],
    ['192.0.2.1', '::ffff:192.0.2.1'],
    ['127.0.0.1', '127.1'],
    ['127.0.0.1', '0x7f000001'],
    ['xn--bcher-kva.example', 'BÜCHER.example'],
  ])('knows %s also when it is called %s', async (known, called) => {
    const file = join(await folder(), 'known');
    await writeFile(file, `${known} 21 ${FINGERPRINT}\n`);
    const servers = new KnownServers(file);
    expect(await servers.find({ host: called, port: 21 })).toMatchObject({ fingerprint: FINGERPRINT });
    expect(await servers.find({ host: called, port: 22 })).toBeUndefined();
    await expect(servers.add([{ host: called, port: 21, fingerprint: OTHER }])).rejects.toMatchObject({
      code: 'key-changed',
    });
    expect(await servers.remove({ host: called, port: 21 })).toHaveLength(1);
  });

  it.each(['host 21 SHA256:short', `host 0 ${FINGERPRINT}`, `host 65536 ${FINGERPRINT}`])(
    'is not passed over where it cannot be read: %s',
    async (line) => {
      const file = join(await folder(), 'known');
      await writeFile(file, `${line}\n`);
      await expect(new KnownServers(file).find({ host: 'x', port: 21 })).rejects.toMatchObject({
        kind: 'security',
        message: expect.stringContaining(`${file}:1: `) as string,
      });
      await expect(new KnownServers(dirname(file)).find({ host: 'x', port: 21 })).rejects.toMatchObject({
        kind: 'security',
      });
    },
  );
});
