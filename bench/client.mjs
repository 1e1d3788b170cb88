// What get and put cost the client: sftpc through the gateway under PROT C, S and P, with the processor time of each process apart,
// beside curl in clear over the same way (the peer), in the same run.
//
//   scripts/install-peers.sh && node scripts/build.mjs && node bench/client.mjs [MiB] [rounds]
//
// Medians. wall: seconds from start to end of the process. client, gateway: seconds of processor time, user and system together; what
// is more than the wall time of one shows that both share it. peer: the rate as a ratio to curl's in the same direction. Client, gateway and
// ftpd share the machine's cores: absolute figures drift, ratios of one run hold.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { median, sftpcWords, startRig, timed } from './rig.mjs';

const [size = 256, rounds = 3] = process.argv.slice(2).map(Number);
const MEGABYTES = size * 1.048576;
const rig = await startRig({ 'file.bin': size });
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor time of the gateway so far, in seconds. */
function gatewayTime() {
  const fields = readFileSync(`/proc/${rig.gatewayPid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

function measure(file, words) {
  const before = gatewayTime();
  const { wall, cpu } = timed(rig, file, words);
  return { wall, client: cpu, gateway: gatewayTime() - before };
}

const url = (name) => `ftp://127.0.0.1:${rig.gatewayPort}/${name}`;
const curl = (...words) => measure('curl', ['-sS', '--noproxy', '*', ...words]);
const sftpc = (level, ...command) => measure(process.execPath, sftpcWords(rig, level, command));
const cells = [
  { name: 'curl get, clear', peer: 0, run: () => curl('-o', 'got', url('file.bin')) },
  { name: 'curl put, clear', peer: 1, run: () => curl('-T', 'got', url('put.bin')) },
  ...['C', 'S', 'P'].flatMap((level) => [
    { name: `sftpc get, PROT ${level}`, peer: 0, run: () => sftpc(level, 'get', 'file.bin', 'got') },
    { name: `sftpc put, PROT ${level}`, peer: 1, run: () => sftpc(level, 'put', 'got', 'put.bin') },
  ]),
];

try {
  const runs = cells.map(() => []);
  for (let round = 0; round < rounds; round++) cells.forEach(({ run }, index) => runs[index].push(run()));
  const of = (index, what) => median(runs[index].map((run) => run[what]));
  console.log(`${size} MiB, medians of ${rounds}; process start and key exchange included`);
  console.log('                     wall s     MB/s  of peer  client s  gateway s');
  cells.forEach(({ name, peer }, index) => {
    const wall = of(index, 'wall');
    const columns = [
      wall.toFixed(2).padStart(8),
      (MEGABYTES / wall).toFixed(1).padStart(9),
      (of(peer, 'wall') / wall).toFixed(3).padStart(9),
      of(index, 'client').toFixed(2).padStart(10),
      of(index, 'gateway').toFixed(2).padStart(11),
    ];
    console.log(name.padEnd(19) + columns.join(''));
  });
} finally {
  rig.stop();
}
