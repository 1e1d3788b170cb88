// How fast files move through the gateway, beside the same ftpd without it, in the same run.
//
//   scripts/install-peers.sh && node scripts/build.mjs && node bench/transfers.mjs [MiB in clear] [MiB protected] [rounds]
//
// Clear: curl fetches from vsftpd, directly and through the gateway, in turn. Protected: sftpc fetches and stores through the gateway
// under PROT C, S and P (control connection protected). Prints medians in MB/s (10^6 octets) and each figure's ratio to the direct one.
// Client, gateway and ftpd share the machine's cores: absolute figures drift, ratios of one run hold.
import { spawnSync } from 'node:child_process';
import { median, sftpcWords, startRig } from './rig.mjs';

const [clearMiB = 512, protectedMiB = 64, rounds = 5] = process.argv.slice(2).map(Number);
const rig = await startRig({ 'clear.bin': clearMiB, 'protected.bin': protectedMiB });

const timed = (file, args, options = {}) => {
  const started = performance.now();
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  return (performance.now() - started) / 1000;
};
const curl = (port) => timed('curl', ['-sS', '--noproxy', '*', '-o', '/dev/null', `ftp://127.0.0.1:${port}/clear.bin`]);
const sftpc = (level, ...command) =>
  timed(process.execPath, sftpcWords(rig, level, command), {
    env: { ...process.env, SFTPC_PASSWORD: 'x' },
    cwd: rig.folder,
  });

try {
  const cells = [
    ['curl, direct', clearMiB, () => curl(rig.ftpdPort)],
    ['curl, gateway, clear', clearMiB, () => curl(rig.gatewayPort)],
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
  rig.stop();
}
