// From connect to greeting under inetd, compared with a bare start of Node.
//
//   node scripts/build.mjs && node bench/inetd-start.mjs [rounds]
//
// A tiny inetd accepts connections and starts a program with the connection as its standard input, output and error: in
// turn a script of one line that writes 220, and `sftpd -s --config F` in front of an ftpd that greets at once. Both start
// the same way, one at a time, so that what this machine does besides shows in both. Prints the medians and their ratio; the
// promise is at most 2.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const rounds = Number(process.argv[2] ?? 30);
const dist = path.resolve(import.meta.dirname, '..', 'dist', 'src');
const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-bench-'));

const listen = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};

const ftpd = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.write('220 ready\r\n');
  socket.on('data', () => socket.end('221 bye\r\n'));
});
const ftpdPort = await listen(ftpd);

execFileSync(process.execPath, [path.join(dist, 'keys', 'main.js'), '-y', folder]);
const configuration = path.join(folder, 'sftpd.yaml');
writeFileSync(
  configuration,
  `workdir: ${folder}\nuser: null\nftpd: { host: 127.0.0.1, port: ${ftpdPort} }\nlogging: { syslog: { path: ${folder}/log } }\n`,
);
const bare = path.join(folder, 'bare.mjs');
writeFileSync(
  bare,
  "import { Socket } from 'node:net';\nconst s = new Socket({ fd: 0, readable: true, writable: true });\ns.write('220 ready\\r\\n');\ns.on('data', () => s.end('221 bye\\r\\n'));\n",
);

const programs = {
  'bare Node': [bare],
  'sftpd -s': [path.join(dist, 'main.js'), '-s', '--config', configuration],
};
let next = [];
const inetd = createServer({ pauseOnConnect: true }, (socket) => {
  const child = spawn(process.execPath, next, { stdio: [socket, socket, socket] });
  child.once('spawn', () => socket.destroy());
});
const port = await listen(inetd);

async function once220(words) {
  next = words;
  const started = performance.now();
  const socket = connect(port, '127.0.0.1');
  const [first] = await once(socket, 'data');
  const elapsed = performance.now() - started;
  if (!String(first).startsWith('220')) throw new Error(`no greeting: ${first}`);
  socket.write('QUIT\r\n');
  socket.resume();
  await once(socket, 'close');
  return elapsed;
}

const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
for (let round = -2; round < rounds; round++) {
  for (const [name, words] of Object.entries(programs)) {
    const elapsed = await once220(words);
    if (round >= 0) times[name].push(elapsed); // the first two only warm the file cache
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [name, values] of Object.entries(times)) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  console.log(
    `${name.padEnd(10)} connect to 220: median ${median(values).toFixed(1)} ms (${least} to ${most}, ${rounds} rounds)`,
  );
}
console.log(`ratio      ${(median(times['sftpd -s']) / median(times['bare Node'])).toFixed(2)}`);
inetd.close();
ftpd.close();
rmSync(folder, { recursive: true });
