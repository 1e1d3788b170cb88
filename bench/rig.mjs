// What the benchmarks of transfers share: vsftpd over files of zeros, the built gateway in front of it, and how sftpc is called.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const NOBODY = 65534;
const MIB = 1024 * 1024;
export const dist = path.resolve(import.meta.dirname, '..', 'dist', 'src');
const vsftpd = path.join(process.env['SFTPD_PEERS'] ?? '/var/tmp/sftpd-peers', 'vsftpd/usr/sbin/vsftpd');

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

async function greeted(port) {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const said = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (said) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing greets on port ${port}`);
}

/** @param sizes - file name → MiB */
export async function startRig(sizes) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-bench-'));
  chmodSync(folder, 0o755);
  const asRoot = process.getuid?.() === 0;
  const own = (file) => asRoot && chownSync(file, NOBODY, NOBODY);
  const files = path.join(folder, 'files');
  mkdirSync(files);
  own(files);
  for (const [name, size] of Object.entries(sizes)) {
    const file = openSync(path.join(files, name), 'w');
    ftruncateSync(file, size * MIB);
    closeSync(file);
    own(path.join(files, name));
  }
  const ftpdPort = await freePort();
  const conf = path.join(folder, 'vsftpd.conf');
  writeFileSync(
    conf,
    Object.entries({
      listen: 'YES',
      listen_ipv6: 'NO',
      listen_address: '127.0.0.1',
      listen_port: ftpdPort,
      background: 'NO',
      run_as_launching_user: 'YES',
      seccomp_sandbox: 'NO',
      connect_from_port_20: 'NO',
      ftp_username: 'nobody',
      anonymous_enable: 'YES',
      local_enable: 'NO',
      no_anon_password: 'YES',
      anon_root: files,
      allow_writeable_chroot: 'YES',
      write_enable: 'YES',
      anon_upload_enable: 'YES',
      anon_other_write_enable: 'YES',
      xferlog_enable: 'NO',
    })
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  own(conf);
  const ids = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const ftpd = spawn(vsftpd, [conf], { stdio: 'ignore', ...ids });
  const gatewayPort = await freePort();
  execFileSync(process.execPath, [path.join(dist, 'keys', 'main.js'), '-y', folder]);
  const yaml = path.join(folder, 'sftpd.yaml');
  writeFileSync(
    yaml,
    `workdir: ${folder}\nuser: null\nlisteners: [{ address: 127.0.0.1, port: ${gatewayPort} }]\nftpd: { host: 127.0.0.1, port: ${ftpdPort} }\ndata: { relay: always }\n`,
  );
  const gateway = spawn(process.execPath, [path.join(dist, 'main.js'), '--config', yaml], { stdio: 'ignore' });
  await greeted(ftpdPort);
  await greeted(gatewayPort);
  return {
    folder,
    ftpdPort,
    gatewayPort,
    gatewayPid: gateway.pid,
    stop: () => {
      gateway.kill();
      ftpd.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The words of a run of sftpc through the gateway. The password is in SFTPC_PASSWORD. */
export const sftpcWords = ({ folder, gatewayPort }, level, command) => [
  path.join(dist, 'client', 'main.js'),
  ...['--user', 'anonymous', '--prot', level, '--accept-new', '--known-servers', path.join(folder, 'known')],
  ...['127.0.0.1', String(gatewayPort), '--', ...command],
];

/** bash knows what a process of its own has used; Node does not. */
const TIMED = 'TIMEFORMAT="%U %S"; time "$0" "$@" 2>said >/dev/null';

/** Runs a program in the rig's folder; seconds from its start to its end, and of processor time, user and system together. */
export function timed({ folder }, file, words) {
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', SFTPC_PASSWORD: 'x' } };
  const started = performance.now();
  const { status, stderr } = spawnSync('bash', ['-c', TIMED, file, ...words], options);
  const wall = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${file} ${words.join(' ')}: ${readFileSync(path.join(folder, 'said'), 'utf8')}`);
  const [user, system] = stderr.trim().split(' ').map(Number);
  return { wall, cpu: user + system };
}
