// Under inetd the process serves nobody else: with a Node that has process.execve (22.15) it becomes the ftpd itself, as the manual
// says of -x; with an older one it starts the ftpd and waits. SFTPD_EXECVE_NODE names a newer Node than the one of this run.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { RawClient } from '../gateway/raw-client.js';
import { makeRig, program } from '../inetd/rig.js';
import { isRoot, servant } from '../peers/identity.js';
import { describeWithPeers } from '../peers/suite.js';
import { vsftpdProgram } from './programs.js';

const node = process.env['SFTPD_EXECVE_NODE'] ?? process.execPath;
const execs = execFileSync(node, ['-p', 'typeof process.execve'], { encoding: 'utf8' }).trim() === 'function';

/** An inetd for one connection: the socket is standard input, output and error of the program. */
async function inetd(
  words: readonly string[],
): Promise<{ readonly port: number; readonly started: Promise<ChildProcess> }> {
  const server = createServer({ pauseOnConnect: true });
  const started = once(server, 'connection').then(async ([socket]) => {
    server.close();
    const child = spawn(node, words, { stdio: [socket, socket, socket] as never });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    (socket as { destroy(): void }).destroy();
    return child;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, started };
}

describeWithPeers('started by an inetd', ['vsftpd'], () => {
  test(
    execs ? 'the process becomes the anonymous ftpd' : 'the process starts the anonymous ftpd and waits for it',
    async () => {
      const ftpd = await vsftpdProgram();
      const rig = await makeRig();
      onTestFinished(() => rig.stop());
      const { uid, gid } = servant();
      if (isRoot) for (const place of [path.dirname(ftpd.root), ftpd.root]) chownSync(place, uid, gid);
      await writeFile(path.join(ftpd.root, 'file'), 'whole', { mode: 0o644 });
      await chmod(ftpd.program, 0o755);
      const config = rig.configure('handoff.yaml', { handoff: { anonymousFtpd: ftpd.program } });
      const { port, started } = await inetd([program, '-s', '--config', config]);

      // The login is there before the program is: it must be found unread all the same.
      const client = RawClient.open({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
      const child = await started;
      const ended = once(child, 'exit');
      const session = await client;
      onTestFinished(() => session.close());
      session.write('NOOP\r\nUSER anonymous\r\n');
      expect((await session.reply()).code).toBeLessThan(600);
      await session.expect(331);
      const command = readFileSync(`/proc/${child.pid!}/cmdline`, 'latin1');
      expect(command.includes('vsftpd'), command).toBe(execs);
      await session.says('PASS me@example.net', 230);
      await session.says('QUIT', 221);
      expect(await session.rest()).toEqual([]);
      await ended;
      expect(await ftpd.log()).toMatch(/OK LOGIN: Client "127\.0\.0\.2"/);
      if (!execs) expect(rig.log()).toContain('handed on to the anonymous ftpd');
    },
  );
});
