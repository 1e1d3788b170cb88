// What a start of sftpc costs, compared with a bare start of Node.
//
//   scripts/install-peers.sh && node scripts/build.mjs && node bench/client-start.mjs [rounds]
//
// In turn, one at a time: a script of no lines, `sftpc --version`, and `sftpc … -- pwd` through the gateway under PROT P with a server
// that is known: connection, key exchange, login, one command, end. Prints medians of wall and processor time, and of their ratios to
// the bare start of the same round; what this machine does besides shows in both.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dist, median, sftpcWords, startRig, timed } from './rig.mjs';

const rounds = Number(process.argv[2] ?? 20);
const rig = await startRig({});
const bare = path.join(rig.folder, 'bare.mjs');
writeFileSync(bare, '');
const programs = {
  'bare Node': [bare],
  'sftpc --version': [path.join(dist, 'client', 'main.js'), '--version'],
  'sftpc -- pwd': sftpcWords(rig, 'P', ['pwd']),
};

try {
  const measured = [];
  for (let round = -2; round < rounds; round++) {
    const times = Object.values(programs).map((words) => timed(rig, process.execPath, words));
    if (round >= 0) measured.push(times); // the first two only warm the file cache
  }
  console.log(`medians of ${rounds} rounds`);
  console.log('                    wall ms  of bare   cpu ms  of bare');
  Object.keys(programs).forEach((name, index) => {
    const columns = ['wall', 'cpu'].flatMap((what) => [
      (median(measured.map((times) => times[index][what])) * 1000).toFixed(0).padStart(9),
      median(measured.map((times) => times[index][what] / times[0][what]))
        .toFixed(2)
        .padStart(9),
    ]);
    console.log(name.padEnd(18) + columns.join(''));
  });
} finally {
  rig.stop();
}
