// How fast files move through the gateway, beside the same ftpd without it, in the same run.
//
//   scripts/install-peers.sh && node scripts/build.mjs && node bench/transfers.mjs [MiB in clear] [MiB protected] [rounds]
//
// Clear: curl fetches from vsftpd, directly and through the gateway, in turn. Protected: sftpc fetches and stores through the gateway
// under PROT C, S and P (control connection protected). Prints medians in MB/s (10^6 octets) and each figure's ratio to the direct one.
// Client, gateway and ftpd share the machine's cores: absolute figures drift, ratios of one run hold.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [clearMiB = 512, protectedMiB = 64, rounds = 5] = process.argv.slice(2).map(Number);
const NOBODY = 65534;
const dist = path.resolve(import.meta.dirname, '..', 'dist', 'src');
const vsftpd = path.join(process.env['SFTPD_PEERS'] ?? '/var/tmp/sftpd-peers', 'vsftpd/usr/sbin/vsftpd');
const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-bench-'));
chmodSync(folder, 0o755);
const files = path.join(folder, 'files');
const asRoot = process.getuid?.() === 0;
const own = (file) => asRoot && chownSync(file, NOBODY, NOBODY);

const freePort = async () => {
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

mkdirSync(files);
own(files);
for (const [name, size] of [
  ['clear.bin', clearMiB],
  ['protected.bin', protectedMiB],
]) {
  const file = openSync(path.join(files, name), 'w');
  ftruncateSync(file, size * 1024 * 1024);
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

const timed = (file, args, options = {}) => {
  const started = performance.now();
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  return (performance.now() - started) / 1000;
};
const curl = (port) => timed('curl', ['-sS', '--noproxy', '*', '-o', '/dev/null', `ftp://127.0.0.1:${port}/clear.bin`]);
const sftpc = (level, ...command) =>
  timed(
    process.execPath,
    [
      path.join(dist, 'client', 'main.js'),
      '--user',
      'anonymous',
      '--prot',
      level,
      '--accept-new',
      '--known-servers',
      path.join(folder, 'known'),
      '127.0.0.1',
      String(gatewayPort),
      '--',
      ...command,
    ],
    {
      env: { ...process.env, SFTPC_PASSWORD: 'x' },
      cwd: folder,
    },
  );

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
try {
  await greeted(ftpdPort);
  await greeted(gatewayPort);
  const cells = [
    ['curl, direct', clearMiB, () => curl(ftpdPort)],
    ['curl, gateway, clear', clearMiB, () => curl(gatewayPort)],
    ...['C', 'S', 'P'].flatMap((level) => [
      [`sftpc get, gateway, PROT ${level}`, protectedMiB, () => sftpc(level, 'get', 'protected.bin', 'got.bin')],
      [`sftpc put, gateway, PROT ${level}`, protectedMiB, () => sftpc(level, 'put', 'got.bin', 'put.bin')],
    ]),
  ];
  const times = cells.map(() => []);
  for (const [, , measure] of cells) measure();
  for (let round = 0; round < rounds; round++) cells.forEach(([, , measure], index) => times[index].push(measure()));
  const speeds = cells.map(([, size], index) => (size * 1.048576) / median(times[index]));
  console.log(
    `${clearMiB} MiB in clear, ${protectedMiB} MiB with sftpc, medians of ${rounds} rounds, process start included`,
  );
  cells.forEach(([name], index) => {
    console.log(
      `${name.padEnd(30)} ${speeds[index].toFixed(1).padStart(8)} MB/s   ${(speeds[index] / speeds[0]).toFixed(3)} of direct`,
    );
  });
} finally {
  gateway.kill();
  ftpd.kill();
  rmSync(folder, { recursive: true, force: true });
}
