import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isRoot } from './identity.js';

/** The real programs that the interop suites talk to; scripts/install-peers.sh brings them all. */
export type PeerName =
  | 'vsftpd'
  | 'proftpd'
  | 'pure-ftpd'
  | 'inetutils-ftpd'
  | 'lftp'
  | 'curl'
  | 'ncftp'
  | 'tnftp'
  | 'inetutils-ftp'
  | 'ftplib'
  | 'yafc'
  | 'mit-krb5'
  | 'python3-gssapi'
  | 'openbsd-inetd'
  | 'inetutils-inetd'
  | 'xinetd'
  | 'tcpd'
  | 'systemd-socket-activate'
  | 'rsyslog'
  | 'inetutils-syslogd'
  | 'busybox'
  | 'mandoc';

/** Where a peer is, or why it cannot be used here. */
export type Peer = { found: true; path: string } | { found: false; reason: string };

const advice = 'run scripts/install-peers.sh';

/** The server packages conflict in Debian, so they lie unpacked side by side: package and program of each. */
const servers: Partial<Record<PeerName, { package: string; program: string; rootOnly?: string }>> = {
  vsftpd: { package: 'vsftpd', program: 'vsftpd' },
  proftpd: { package: 'proftpd-core', program: 'proftpd' },
  'pure-ftpd': {
    package: 'pure-ftpd',
    program: 'pure-ftpd',
    rootOnly: 'Pure-FTPd serves nobody unless started as root',
  },
  'inetutils-ftpd': {
    package: 'inetutils-ftpd',
    program: 'ftpd',
    rootOnly: "GNU inetutils' ftpd serves nobody unless started as root",
  },
  'openbsd-inetd': { package: 'openbsd-inetd', program: 'inetd' },
  'inetutils-inetd': { package: 'inetutils-inetd', program: 'inetutils-inetd' },
  xinetd: { package: 'xinetd', program: 'xinetd' },
  rsyslog: { package: 'rsyslog', program: 'rsyslogd' },
  'inetutils-syslogd': { package: 'inetutils-syslogd', program: 'syslogd' },
};

/** The clients whose programs are not named like the package; the first is the path that is reported. */
const clientPrograms: Partial<Record<PeerName, readonly string[]>> = {
  ncftp: ['ncftpget', 'ncftpput', 'ncftpls'],
  ftplib: ['python3'],
  // The KDC's own programs, and what fetches a ticket.
  'mit-krb5': ['krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit'],
  'python3-gssapi': ['python3'],
};

/** Finds a peer; never throws. */
export function findPeer(name: PeerName): Peer {
  const server = servers[name];
  if (server === undefined) {
    const programs = (clientPrograms[name] ?? [name]).map((program) => ({ program, file: findProgram(program) }));
    const absent = programs.find(({ file }) => file === undefined);
    if (absent !== undefined) return { found: false, reason: `${absent.program} is not installed: ${advice}` };
    if (name === 'python3-gssapi' && !imports(programs[0]!.file!, 'gssapi')) {
      return { found: false, reason: `python3 has no gssapi: ${advice}` };
    }
    return { found: true, path: programs[0]!.file! };
  }
  if (server.rootOnly !== undefined && !isRoot) return { found: false, reason: server.rootOnly };
  const unpacked = process.env['SFTPD_PEERS'] ?? '/var/tmp/sftpd-peers';
  const file = findProgram(server.program, [path.join(unpacked, server.package, 'usr/sbin'), '/usr/sbin']);
  if (file === undefined) return { found: false, reason: `${name} is neither unpacked nor installed: ${advice}` };
  return checkServer(name, file);
}

/** The path of a peer that a suite cannot do without. */
export function requirePeer(name: PeerName): string {
  const peer = findPeer(name);
  if (!peer.found) throw new Error(peer.reason);
  return peer.path;
}

function findProgram(program: string, folders?: readonly string[]): string | undefined {
  // The system's own first: a version manager's shim in PATH starts slowly and wants the real HOME.
  const places = folders ?? [
    '/usr/bin',
    '/usr/sbin',
    ...(process.env['PATH'] ?? '').split(':').filter((folder) => path.isAbsolute(folder)),
  ];
  return places.map((folder) => path.join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function imports(python: string, module: string): boolean {
  return spawnSync(python, ['-c', `import ${module}`], { timeout: 10_000 }).status === 0;
}

/** Servers run as root or as oneself from a folder that may be world-writable above: nobody else may own the program. */
function checkServer(name: PeerName, file: string): Peer {
  const owner = statSync(file).uid;
  if (owner !== 0 && owner !== process.getuid?.()) {
    return { found: false, reason: `${file} belongs to user ${owner}: not run` };
  }
  const libraries = spawnSync('ldd', [file], { encoding: 'utf8', timeout: 10_000 }).stdout;
  const lacking = [...libraries.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
  if (lacking.length > 0) return { found: false, reason: `${name} lacks ${lacking.join(', ')}: ${advice}` };
  return { found: true, path: file };
}
