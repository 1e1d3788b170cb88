// How long a reload takes, and the longest pause that it puts on a running transfer.
//
//   node scripts/build.mjs && node bench/reload.mjs [sessions] [reloads]
//
// Latency: ms from SIGHUP to the summary line, with all sessions there, one of them in a transfer at full speed. Two configurations
// alternate: one listener is kept, one opened, one closed. Pause: the largest gap between two chunks of that transfer, during the
// reloads and, in the same run and for as long, without any; each round gives one gap of either kind, and medians and the largest
// are told with their ratio. Client, gateway and ftpd share the machine's cores: absolute figures drift, ratios of one run hold.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, ftruncateSync, closeSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './rig.mjs';

const [sessions = 200, reloads = 50] = process.argv.slice(2).map(Number);
/** Reloads that go before: code is compiled, buffers grow. */
const WARM_UP = 10;
/** Sparse; no run gets to its end. */
const FILE_OCTETS = 2 ** 40;
const dist = path.resolve(import.meta.dirname, '..', 'dist', 'src');
const folder = mkdtempSync(path.join(tmpdir(), 'sftpd-reload-bench-'));
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(words) {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  const waiting = new Set();
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
    for (const look of waiting) look();
  });
  /** Resolves at once when the wanted text comes. */
  const says = (wanted, from = 0) =>
    new Promise((resolve) => {
      const look = () => {
        const match = wanted.exec(text.slice(from));
        if (match === null) return;
        waiting.delete(look);
        resolve(match);
      };
      waiting.add(look);
      look();
    });
  return { child, says, length: () => text.length };
}

/** A control connection; `says` resolves with the reply of one line. */
async function control(port) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  const reply = async () => {
    while (!text.includes('\r\n')) await once(socket, 'data');
    const end = text.indexOf('\r\n');
    const line = text.slice(0, end);
    text = text.slice(end + 2);
    return line;
  };
  const says = (line) => {
    socket.write(`${line}\r\n`);
    return reply();
  };
  await reply();
  await says('USER u');
  await says('PASS p');
  await says('TYPE I');
  return { socket, reply, says };
}

const root = path.join(folder, 'root');
const workdir = path.join(folder, 'keys');
mkdirSync(root);
mkdirSync(workdir, { mode: 0o700 });
execFileSync(process.execPath, [path.join(dist, 'keys/main.js'), '-y', workdir]);
const file = openSync(path.join(root, 'large'), 'w');
ftruncateSync(file, FILE_OCTETS);
closeSync(file);
const serve = `import { startDemoFtpd } from ${JSON.stringify(path.join(dist, 'demo/ftpd.js'))};
console.log((await startDemoFtpd({ root: ${JSON.stringify(root)} })).port);`;
const ftpdPort = Number((await start(['--input-type=module', '-e', serve]).says(/^\d+\n/))[0]);

const [main, one, other] = [await freePort(), await freePort(), await freePort()];
const config = path.join(folder, 'sftpd.yaml');
const configure = (second) => {
  const listeners = [main, second].map((port) => ({ address: '127.0.0.1', port }));
  const limits = { sessions: 5000, sessionsPerAddress: 5000 };
  const ftpd = { host: '127.0.0.1', port: ftpdPort };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ workdir, user: null, listeners, ftpd, limits, data: { relay: 'always' } }));
};
configure(one);
const gateway = start([path.join(dist, 'main.js'), '--config', config]);
await gateway.says(/ ready /);

let count = 0;
async function reload() {
  configure(count++ % 2 === 0 ? other : one);
  const from = gateway.length();
  const began = performance.now();
  gateway.child.kill('SIGHUP');
  const [line] = await gateway.says(/reload (?:ok|failed).*\n/, from);
  if (!line.startsWith('reload ok')) throw new Error(line);
  return { latency: performance.now() - began, commit: Number(/commitMs=([\d.]+)/.exec(line)[1]) };
}

const all = [];
for (let each = 0; each < sessions; each++) all.push(await control(main));
const [busy] = all;
const passive = await busy.says('EPSV');
const data = connect(Number(/\|(\d+)\|\)/.exec(passive)[1]), '127.0.0.1');
let last = performance.now();
let largest = 0;
let octets = 0;
data.on('data', (chunk) => {
  const now = performance.now();
  largest = Math.max(largest, now - last);
  last = now;
  octets += chunk.length;
});
await busy.says('RETR large');

/** The largest gap while something goes on. */
async function gapWhile(action) {
  largest = 0;
  const result = await action();
  return { result, gap: largest };
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];
const most = (values) => Math.max(...values);

for (let each = 0; each < WARM_UP; each++) await reload();
const [latency, commit, during, without] = [[], [], [], []];
const began = performance.now();
octets = 0;
for (let each = 0; each < reloads; each++) {
  // The same span of time in both cases, so that neither has more chances for a large gap.
  const { result, gap } = await gapWhile(async () => {
    const measured = await reload();
    await delay(20);
    return measured;
  });
  const quiet = await gapWhile(() => delay(result.latency + 20));
  latency.push(result.latency);
  commit.push(result.commit);
  during.push(gap);
  without.push(quiet.gap);
}
const rate = octets / (performance.now() - began) / 1000;
const ms = (value) => value.toFixed(1).padStart(7);
console.log(`${sessions} sessions, ${reloads} reloads, one transfer at ${rate.toFixed(0)} MB/s`);
console.log(`${''.padEnd(34)} median     max  (ms)`);
const row = (name, values) => console.log(`${name.padEnd(32)} ${ms(median(values))} ${ms(most(values))}`);
row('SIGHUP to summary line', latency);
row('of that, commit', commit);
row('largest gap during a reload', during);
row('largest gap without', without);
const ratio = (of) => `${(of(during) / of(without)).toFixed(1)}`.padStart(7);
console.log(`${'ratio'.padEnd(32)} ${ratio(median)} ${ratio(most)}`);
process.exit(0);
