// The whole of handoff.kerberosFtpd with real parts: an MIT KDC, yafc with a ticket of it, and a GSSAPI ftpd behind the gateway.
// No Kerberos ftpd is packaged in Debian, so that one is a test double (test/peers/kftpd.py) on the real GSSAPI library.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requirePeer } from '../peers/peer.js';
import { makeFolder, runProgram } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { startKdc, type Kdc } from './kdc.js';
import { script } from './programs.js';
import { startStage } from './stage.js';

describeWithPeers('a Kerberos session through the gateway', ['mit-krb5', 'python3-gssapi', 'yafc'], () => {
  let kdc: Kdc;
  beforeAll(async () => (kdc = await startKdc()));
  afterAll(() => kdc.stop());

  test('yafc lists and downloads under MIC, and what it gets is whole', async () => {
    const folder = await makeFolder('kftpd');
    const [root, fetched, trace] = ['root', 'fetched', 'trace'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(root);
    await mkdir(fetched);
    const file = randomBytes(1_000_000);
    await writeFile(path.join(root, 'file.bin'), file);
    const double = path.join(import.meta.dirname, '../peers/kftpd.py');
    const exports = Object.entries({ ...kdc.env, KFTPD_ROOT: root }).map(([name, value]) => `export ${name}=${value}`);
    const program = await script(
      [...exports, `exec ${requirePeer('python3-gssapi')} ${double} -s 2>${trace}`].join('\n'),
    );
    const { rig, logged, ordinary } = await startStage({
      handoff: { kerberosFtpd: program },
      control: { cleartext: 'deny' },
    });

    const shown = await runProgram({
      file: requirePeer('yafc'),
      args: ['-m', 'krb5', '-d', '-W', folder, `ftp://${kdc.user}@localhost:${rig.port}/`],
      input: ['ls', `lcd ${fetched}`, 'get file.bin', 'bye', ''].join('\n'),
      seconds: 50,
      cwd: folder,
      env: kdc.env,
    });
    const said = await readFile(trace, 'utf8');
    expect(shown, said).toContain('file.bin');
    expect((await readFile(path.join(fetched, 'file.bin'))).equals(file), `${shown}\n${said}`).toBe(true);
    // Both were asked for under the protection of the GSSAPI security context, and answered so.
    expect(said).toMatch(new RegExp(`GSSAPI user ${kdc.user}@TEST.LOCAL is authorized`));
    expect(said).toMatch(/^C\(MIC\): (LIST|MLSD|NLST)/m);
    expect(said).toMatch(/^C\(MIC\): RETR \/file\.bin/m);
    expect(said).toMatch(/^S\[MIC\]: 226 /m);
    expect(ordinary.heard()).toEqual([]);
    await logged(/handed over to the Kerberos ftpd mechanism=GSSAPI pid=\d+/);
    expect(await logged(/disconnected/)).toContain('protected="kerberos hand-off"');
  });
});
