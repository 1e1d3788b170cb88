// rsyslogd, busybox's and inetutils' syslogd get every line, with the facility and severity it has, whether they are there all
// the time, come late, or are started again.
import { afterEach, expect, test } from 'vitest';
import type { LogEntry, LogSink } from '../../src/log/log.js';
import { loadUnixDatagram } from '../../src/log/syslog-channel.js';
import { openSyslogSink, type SyslogSettings } from '../../src/log/syslog-sink.js';
import { isRoot } from '../peers/identity.js';
import { until } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { recipes, syslogDaemon, type SyslogDaemon } from './syslog-daemons.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const native = (await loadUnixDatagram()) !== undefined;
const ways = [
  { way: 'unix-dgram', load: loadUnixDatagram, possible: native },
  { way: 'logger(1)', load: () => Promise.resolve(undefined), possible: true },
];

const entry = (category: LogEntry['category'], text: string): LogEntry => ({
  category,
  line: `stamp ${text}`,
  text,
  pid: 17,
});

async function sinkFor(
  daemon: SyslogDaemon,
  transport: 'unix' | 'udp' | 'tcp',
  load: typeof loadUnixDatagram,
): Promise<{ sink: LogSink; troubles: string[] }> {
  const troubles: string[] = [];
  const port = transport === 'udp' ? daemon.udpPort : daemon.tcpPort;
  const settings: SyslogSettings =
    transport === 'unix'
      ? { transport, path: daemon.socket, facility: 'ftp' }
      : { transport, host: '127.0.0.1', port, facility: 'ftp' };
  const sink = await openSyslogSink(settings, { load, onTrouble: (text) => troubles.push(text) });
  if (!sink.ok) throw new Error(sink.error);
  stops.push(() => sink.value.close());
  return { sink: sink.value, troubles };
}

async function newDaemon(name: keyof typeof recipes): Promise<SyslogDaemon> {
  const daemon = await syslogDaemon(name);
  stops.push(daemon.stop);
  return daemon;
}

/** Waits until the daemon has written a line with this text, and gives all of its lines that are ours. */
async function linesWith(daemon: SyslogDaemon, text: string): Promise<string[]> {
  await until(`"${text}" in the log`, 20, () =>
    Promise.resolve(daemon.lines().some((line) => line.endsWith(text)) ? true : undefined),
  );
  return daemon.lines().filter((line) => line.includes('sftpd'));
}

/** inetutils' client knows neither a pid nor a host of ours over logger: the tag may have the pid of the writer. */
const withoutPid = (lines: readonly string[]) => lines.map((line) => line.replace(/\[\d+\]/, '[pid]')).sort();

for (const name of Object.keys(recipes) as (keyof typeof recipes)[]) {
  const recipe = recipes[name];
  const usable = recipe.rootOnly !== true || isRoot;
  describeWithPeers(`${name}${usable ? '' : ' (skipped: its socket can be moved by root only)'}`, [recipe.peer], () => {
    for (const { way, load, possible } of ways) {
      const label = possible ? way : `${way} (skipped: it is not installed)`;

      test.skipIf(!usable || !possible)(
        `over its socket by ${label}: facility, severity, tag and text are right`,
        async () => {
          const daemon = await newDaemon(name);
          await daemon.start();
          const { sink, troubles } = await sinkFor(daemon, 'unix', load);
          sink.write(entry('errors', 'an error'));
          sink.write(entry('warnings', 'a warning'));
          sink.write(entry('compatibility', 'a drop-down'));
          sink.write(entry('connections', 'Grüße: a %s line'));
          sink.write(entry('debug', 'the last'));
          await sink.close();
          expect(withoutPid(await linesWith(daemon, 'the last'))).toEqual([
            'ftp.debug sftpd[pid]: the last',
            'ftp.err sftpd[pid]: an error',
            'ftp.info sftpd[pid]: Grüße: a %s line',
            'ftp.notice sftpd[pid]: a drop-down',
            'ftp.warning sftpd[pid]: a warning',
          ]);
          expect(troubles).toEqual([]);
        },
      );

      test.skipIf(!usable || !possible)(
        `by ${label}: what is logged while it is away arrives when it is back`,
        async () => {
          const daemon = await newDaemon(name);
          const { sink, troubles } = await sinkFor(daemon, 'unix', load);
          sink.write(entry('errors', 'before it came'));
          await until('a word about the outage', 10, () => Promise.resolve(troubles[0]));
          await daemon.start();
          sink.write(entry('errors', 'while it was there'));
          await linesWith(daemon, 'while it was there');
          await daemon.stop();
          for (let line = 0; line < 100; line++) sink.write(entry('connections', `in between ${line}`));
          await daemon.start();
          sink.write(entry('errors', 'after all'));
          await linesWith(daemon, 'after all');
          // rsyslog's workers do not keep the order: its last line may be written before an earlier one.
          await expect
            .poll(() => daemon.lines().filter((line) => line.includes('in between')).length, { timeout: 10_000 })
            .toBe(100);
          const lines = daemon.lines();
          expect(lines.filter((line) => line.includes('before it came'))).toHaveLength(1);
          expect(lines.filter((line) => line.includes(' lost '))).toEqual([]);
          expect(troubles[0]).toMatch(/^log: .*; lines wait$/);
        },
      );
    }

    for (const transport of recipe.transports.filter((each) => each !== 'unix')) {
      test(`over ${transport}: facility, severity, tag and text are right`, async () => {
        const daemon = await newDaemon(name);
        await daemon.start();
        const { sink } = await sinkFor(daemon, transport, loadUnixDatagram);
        sink.write(entry('errors', 'an error'));
        sink.write(entry('connections', 'the last'));
        await sink.close();
        expect(withoutPid(await linesWith(daemon, 'the last'))).toEqual([
          'ftp.err sftpd[pid]: an error',
          'ftp.info sftpd[pid]: the last',
        ]);
      });
    }

    if (recipe.transports.includes('tcp'))
      test('over tcp: what is logged while it is away arrives when it is back, but for what was on its way', async () => {
        const daemon = await newDaemon(name);
        await daemon.start();
        const { sink } = await sinkFor(daemon, 'tcp', loadUnixDatagram);
        sink.write(entry('errors', 'first'));
        await linesWith(daemon, 'first');
        await daemon.stop();
        for (let line = 0; line < 100; line++) sink.write(entry('connections', `in between ${line}`));
        await daemon.start();
        sink.write(entry('errors', 'after all'));
        const lines = await linesWith(daemon, 'after all');
        const between = lines.filter((line) => line.includes('in between'));
        // TCP gives no word of receipt: the one that went out before the end of the connection was noticed may be gone.
        expect(between.length).toBeGreaterThanOrEqual(99);
        expect(new Set(between).size).toBe(between.length);
      });

    if (recipe.transports.includes('udp'))
      test('over udp: what is lost while it is away is counted and said', async () => {
        const daemon = await newDaemon(name);
        const { sink } = await sinkFor(daemon, 'udp', loadUnixDatagram);
        for (let line = 0; line < 5; line++) {
          sink.write(entry('connections', `to nobody ${line}`));
          await new Promise((resolve) => setImmediate(resolve));
        }
        await daemon.start();
        const said = await until('a word about losses', 15, () => {
          sink.write(entry('connections', 'here again'));
          return Promise.resolve(daemon.lines().find((line) => line.endsWith(' lines lost on the way to syslog')));
        });
        expect(said).toMatch(/^ftp\.warning /);
      });
  });
}
