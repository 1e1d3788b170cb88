/** Real syslog daemons on private sockets, each with a way to read what it wrote in one form. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type PeerName, requirePeer } from '../peers/peer.js';
import { freePort } from '../peers/port.js';
import { launch, makeFolder, type Running, until } from '../peers/process.js';

/** A daemon that can be stopped and started again. */
export interface SyslogDaemon {
  /** Its Unix socket. */
  readonly socket: string;
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** What it wrote: `ftp.info sftpd[17]: text`, in no particular order of severities. */
  lines(): readonly string[];
}

interface Recipe {
  readonly peer: PeerName;
  readonly transports: readonly ('unix' | 'udp' | 'tcp')[];
  /** Root only: its socket can only be put elsewhere by a mount namespace. */
  readonly rootOnly?: boolean;
  prepare(site: Site): { readonly file: string; readonly args: readonly string[] };
  lines(folder: string): readonly string[];
}

interface Site {
  readonly folder: string;
  readonly socket: string;
  readonly udpPort: number;
  readonly tcpPort: number;
}

const read = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
};

const SEVERITIES = ['err', 'warning', 'notice', 'info', 'debug'] as const;

export const recipes: Readonly<Record<'rsyslog' | 'busybox' | 'inetutils-syslogd', Recipe>> = {
  rsyslog: {
    peer: 'rsyslog',
    transports: ['unix', 'udp', 'tcp'],
    prepare: ({ folder, socket, udpPort, tcpPort }) => {
      const modules = path.join(requirePeer('rsyslog'), '../../lib/x86_64-linux-gnu/rsyslog');
      const conf = path.join(folder, 'rsyslog.conf');
      writeFileSync(
        conf,
        [
          'module(load="imuxsock" SysSock.Use="off" SysSock.RateLimit.Interval="0")',
          `input(type="imuxsock" Socket="${socket}" RateLimit.Interval="0")`,
          'module(load="imudp")',
          `input(type="imudp" address="127.0.0.1" port="${udpPort}")`,
          'module(load="imtcp")',
          `input(type="imtcp" address="127.0.0.1" port="${tcpPort}")`,
          'template(name="raw" type="string" string="%syslogfacility-text%.%syslogseverity-text% %syslogtag%%msg%\\n")',
          `*.* action(type="omfile" file="${folder}/out" template="raw")`,
          '',
        ].join('\n'),
      );
      return { file: requirePeer('rsyslog'), args: ['-n', '-f', conf, '-iNONE', '-M', modules] };
    },
    lines: (folder) => read(path.join(folder, 'out')),
  },
  busybox: {
    peer: 'busybox',
    transports: ['unix'],
    rootOnly: true,
    prepare: ({ folder, socket }) => {
      // It listens where /dev/log points to: in a mount namespace of its own, to the private socket.
      mkdirSync(path.join(folder, 'dev'), { recursive: true });
      const script = [
        'mount --make-rprivate /',
        'rm -f "$1/dev/null" "$1/dev/log"',
        'touch "$1/dev/null"',
        'mount --bind /dev/null "$1/dev/null"',
        'ln -s "$2" "$1/dev/log"',
        'mount --rbind "$1/dev" /dev',
        'exec "$3" syslogd -n -O "$1/out"',
      ].join(' && ');
      return { file: 'unshare', args: ['-m', 'sh', '-c', script, 'sh', folder, socket, requirePeer('busybox')] };
    },
    // `Nov 22 10:00:00 host ftp.info sftpd[1]: text`, with old names for two severities
    lines: (folder) =>
      read(path.join(folder, 'out')).map((line) =>
        line
          .replace(/^\w{3} [ \d]\d [\d:]{8} \S+ /, '')
          .replace(/^(\w+)\.warn /, '$1.warning ')
          .replace(/^(\w+)\.error /, '$1.err '),
      ),
  },
  'inetutils-syslogd': {
    peer: 'inetutils-syslogd',
    transports: ['unix', 'udp'],
    prepare: ({ folder, socket, udpPort }) => {
      const conf = path.join(folder, 'syslog.conf');
      const rules = SEVERITIES.map((severity) => `ftp.=${severity}\t${folder}/ftp.${severity}\n`);
      writeFileSync(conf, [...rules, `*.*;ftp.none\t${folder}/other\n`].join(''));
      const args = ['-n', '-f', conf, '--no-klog', `--pidfile=${folder}/pid`, '-p', socket];
      return { file: requirePeer('inetutils-syslogd'), args: [...args, '-r', '-b', '127.0.0.1', '-B', `${udpPort}`] };
    },
    // It writes neither facility nor severity: the name of the file tells them.
    lines: (folder) =>
      readdirSync(folder)
        .filter((name) => name.startsWith('ftp.') || name === 'other')
        .flatMap((name) =>
          read(path.join(folder, name)).map((line) => `${name} ${line.replace(/^\w{3} [ \d]\d [\d:]{8} \S+ /, '')}`),
        ),
  },
};

/** Whether the daemon can be reached in this way. It opens its sockets one after the other, and a closing sink waits for none. */
function isBound({ socket, udpPort, tcpPort }: Site, transport: Recipe['transports'][number]): boolean {
  const bound = readFileSync(`/proc/net/${transport}`, 'latin1').split('\n');
  if (transport === 'unix') return bound.some((line) => line.endsWith(` ${socket}`));
  const port = (transport === 'udp' ? udpPort : tcpPort).toString(16).toUpperCase().padStart(4, '0');
  // proc_pid_net(5): local address and port, then those of the other side: all zero for one that waits for anybody.
  return bound.some((line) => line.includes(`:${port} 00000000:0000 `));
}

/** Prepares a daemon; the caller starts it. */
export async function syslogDaemon(name: keyof typeof recipes): Promise<SyslogDaemon> {
  const recipe = recipes[name];
  const folder = await makeFolder('syslog');
  const socket = path.join(folder, 'log');
  const site = { folder, socket, udpPort: await freePort('127.0.0.1'), tcpPort: await freePort('127.0.0.1') };
  let running: Running | undefined;
  return {
    ...site,
    start: async () => {
      const { file, args } = recipe.prepare(site);
      const started = launch({ file, args, seconds: 300, cwd: folder });
      running = started;
      await until(`${name} at ${socket}`, 15, () => {
        if (!started.alive()) throw new Error(`${name}: ${started.output()}`);
        return Promise.resolve(recipe.transports.every((each) => isBound(site, each)) ? true : undefined);
      });
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
    },
    lines: () => recipe.lines(folder),
  };
}
