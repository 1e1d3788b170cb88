/** Programs to name in the configuration: ftpds as inetd would start them, each with the words it needs in a script around it. */
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { isRoot, servant, userName } from '../peers/identity.js';
import { requirePeer } from '../peers/peer.js';
import { makeFolder } from '../peers/process.js';

export interface InetdFtpd {
  /** What the configuration names. */
  readonly program: string;
  /** The folder it serves. */
  readonly root: string;
  readonly log: () => Promise<string>;
}

/** A shell script as a program. */
export async function script(lines: string): Promise<string> {
  const file = path.join(await makeFolder('program'), 'ftpd');
  await writeFile(file, `#!/bin/sh\n${lines}\n`);
  await chmod(file, 0o755);
  return file;
}

/** vsftpd, anonymous only, without privileges of its own. */
export async function vsftpdProgram(extra: readonly string[] = []): Promise<InetdFtpd> {
  const folder = await makeFolder('inetd-vsftpd');
  const root = path.join(folder, 'root');
  const log = path.join(folder, 'vsftpd.log');
  const lines = [
    ...['listen=NO', 'run_as_launching_user=YES', 'seccomp_sandbox=NO', 'connect_from_port_20=NO'],
    ...['anonymous_enable=YES', 'local_enable=NO', `anon_root=${root}`, `ftp_username=${userName(servant().uid)}`],
    ...['xferlog_enable=YES', 'xferlog_std_format=NO', 'log_ftp_protocol=YES', `vsftpd_log_file=${log}`],
    ...extra,
  ];
  await mkdir(root);
  const configuration = path.join(folder, 'vsftpd.conf');
  await writeFile(configuration, `${lines.join('\n')}\n`);
  return {
    program: await script(`exec ${requirePeer('vsftpd')} ${configuration}`),
    root,
    log: () => readFile(log, 'utf8').catch(() => ''),
  };
}

/** Why GNU inetutils' ftpd cannot be shown here, or undefined: what it wants of the system it gets in a mount namespace. */
export function namespaceProblem(): string | undefined {
  if (!isRoot) return 'only root can mount';
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'this machine has no mount namespaces';
  }
}

/**
 * GNU inetutils' ftpd. It serves anonymous clients as the user ftp and logs to /dev/log only: so it gets an /etc/passwd, an
 * /etc/pam.d and a /dev of its own, where a socket of ours is the syslog.
 */
export async function inetutilsProgram(): Promise<InetdFtpd> {
  const folder = await makeFolder('inetd-inetutils');
  const [root, devices, pam, users] = ['root', 'dev', 'pam.d', 'passwd'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const place of [root, devices, pam]) await mkdir(place);
  const { uid, gid } = servant();
  await chown(root, uid, gid);
  const real = await readFile('/etc/passwd', 'utf8');
  await writeFile(users, `${real.replace(/^ftp:.*\n/m, '')}ftp:x:${uid}:${gid}::${root}:/bin/false\n`);
  for (const name of await readdir('/etc/pam.d'))
    await writeFile(path.join(pam, name), await readFile(`/etc/pam.d/${name}`));
  const permit = ['auth', 'account', 'session'].map((kind) => `${kind} required pam_permit.so\n`).join('');
  await writeFile(path.join(pam, 'ftp'), permit);
  const numbers = { null: 3, zero: 5, random: 8, urandom: 9 };
  for (const [name, minor] of Object.entries(numbers)) {
    execFileSync('mknod', ['-m', '666', path.join(devices, name), 'c', '1', `${minor}`]);
  }
  let log = '';
  // syslog(3) takes a stream socket where there is no datagram socket, which Node does not have.
  const syslog = createServer((connection) => {
    connection.on('data', (text: Buffer) => (log += text.toString('latin1').replaceAll('\0', '\n')));
    connection.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => syslog.listen(path.join(devices, 'log'), resolve));
  await chmod(path.join(devices, 'log'), 0o666);
  syslog.unref();
  onTestFinished(() => void syslog.close());
  const mounts = [`${devices} /dev`, `${users} /etc/passwd`, `${pam} /etc/pam.d`];
  const inside = [...mounts.map((mount) => `mount --bind ${mount}`), `exec ${requirePeer('inetutils-ftpd')} -l -l`];
  return {
    program: await script(`exec unshare -m sh -c '${inside.join(' && ')}'`),
    root,
    log: () => Promise.resolve(log),
  };
}
