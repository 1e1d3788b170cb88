/**
 * The flags of the old sftpd, each as the configuration it stands for. Four letters are lost from the manual's surviving
 * text, which has their meaning only; -e, -8, -k and -x were chosen here, and the usage text says so.
 */
import path from 'node:path';
import { ok, type Result } from '../lib/result.js';
import { parseEndpoint, type WrittenEndpoint } from './endpoint.js';
import type { Change, Flag, FlagEffect } from './flag.js';

const LOST = 'The letter is lost from the manual; this one was chosen here.';

/** A switch that stands for one value. */
function sets(where: string, value: unknown): FlagEffect {
  return { kind: 'patch', patches: () => ok([change(where, value)]) };
}

/** A flag whose one value, read in some way, goes to one place. */
function takes(where: string, read: (text: string, cwd: string) => unknown): FlagEffect {
  return { kind: 'patch', patches: ([text = ''], cwd) => ok([change(where, read(text, cwd))]) };
}

function change(where: string, value: unknown): Change {
  return { path: where.split('.'), value };
}

/** A path given by a flag is relative to where one stands, not to the configuration file. */
const fromHere = (text: string, cwd: string): string => path.resolve(cwd, text);

const asWritten = (text: string): string => text;

/** Decimal, or hexadecimal as the manual has it for masks. */
const NUMBER = /^(?:[0-9]{1,15}|0[xX][0-9a-fA-F]{1,8})$/;

/** A number where one was written; the schema refuses the rest and shows it. */
const numeric = (text: string): number | string => (NUMBER.test(text) ? Number(text) : text);

/** A mask, or, beyond the manual, the names of the configuration file. */
const mask = (text: string): number | readonly string[] => (NUMBER.test(text) ? Number(text) : text.split(','));

function listen(values: readonly string[]): Result<readonly Change[], string> {
  const listeners: WrittenEndpoint[] = [];
  for (const value of values) {
    const endpoint = parseEndpoint(value);
    if (!endpoint.ok) return endpoint;
    listeners.push(endpoint.value);
  }
  return ok([change('listeners', listeners)]);
}

function ftpd([value = '']: readonly string[]): Result<readonly Change[], string> {
  const endpoint = parseEndpoint(value);
  if (!endpoint.ok) return endpoint;
  const { address, port } = endpoint.value;
  return ok([...(address === undefined ? [] : [change('ftpd.host', address)]), change('ftpd.port', port)]);
}

/** The rows. Patches are laid in this order, so that of two rows for one key the later one wins. */
export const LEGACY_FLAGS: readonly Flag[] = [
  {
    short: 'y',
    long: 'workdir',
    value: 'DIR',
    group: 'General',
    help: 'the directory that holds DSA/ with the keys (workdir)',
    effect: takes('workdir', fromHere),
  },
  {
    short: 's',
    long: 'inetd',
    group: 'Control channel',
    help: 'standard input is the control connection, as under inetd: one session, then exit; the log goes to syslog unless the configuration or a flag says otherwise',
    effect: { kind: 'inetd' },
  },
  {
    short: 'p',
    long: 'listen',
    value: '[ADDR:]PORT',
    group: 'Control channel',
    help: 'where to listen, a port or a service of /etc/services; an IPv6 address in brackets; may be repeated; in place of the listeners of the file; without effect with -s (listeners)',
    effect: { kind: 'patch', repeatable: true, patches: listen },
  },
  {
    short: 'f',
    long: 'ftpd',
    value: '[ADDR:]PORT',
    group: 'Control channel',
    help: 'where the plain ftpd is, by default port raw-ftp of this machine; the way there is not encrypted (ftpd.host, ftpd.port)',
    effect: { kind: 'patch', patches: ftpd },
  },
  // Before -9, so that of both -9 wins: the stricter one.
  {
    short: '8',
    long: 'anonymous-cleartext',
    group: 'Control channel',
    help: `allow unencrypted sessions for anonymous FTP only; with -9, -9 holds (control.cleartext: anonymous-only). ${LOST}`,
    effect: sets('control.cleartext', 'anonymous-only'),
  },
  {
    short: '9',
    long: 'deny-cleartext',
    group: 'Control channel',
    help: 'refuse unencrypted sessions (control.cleartext: deny)',
    effect: sets('control.cleartext', 'deny'),
  },
  {
    short: 'i',
    long: 'external-address',
    value: 'ADDR',
    group: 'Control channel',
    help: 'the address clients see when this machine is behind NAT: in the SafeTP handshake and in the PASV reply (externalAddress of all listeners)',
    effect: takes('listeners.*.externalAddress', asWritten),
  },
  {
    short: 'e',
    long: 'require-data-encryption',
    group: 'Data channel',
    help: `refuse transfers that are not encrypted; implies -3 and -9 (data.protection: private). ${LOST}`,
    effect: sets('data.protection', 'private'),
  },
  {
    short: 'r',
    long: 'passive-ports',
    value: 'LOW-HIGH',
    group: 'Data channel',
    help: 'ports for passive transfers, both ends included (data.passivePorts)',
    effect: takes('data.passivePorts', asWritten),
  },
  {
    short: '3',
    long: 'force-relay',
    group: 'Data channel',
    help: 'pass all data through the gateway, for an ftpd that refuses third-party transfers (data.relay: always)',
    effect: sets('data.relay', 'always'),
  },
  {
    short: 'o',
    long: 'log-stdout',
    group: 'Log',
    help: 'log to standard output, under inetd too (logging.destination: stdout)',
    effect: sets('logging.destination', 'stdout'),
  },
  // After -o, which it overrides.
  {
    short: 'l',
    long: 'log-file',
    value: 'FILE',
    group: 'Log',
    help: 'log to FILE; overrides -o (logging.destination: file, logging.file)',
    effect: {
      kind: 'patch',
      patches: ([file = ''], cwd) =>
        ok([change('logging.destination', 'file'), change('logging.file', fromHere(file, cwd))]),
    },
  },
  {
    short: 'd',
    long: 'debug',
    value: 'N',
    group: 'Log',
    help: 'debugging output, from 1 (least) to 3 (most); 0 is none (logging.debugLevel)',
    effect: takes('logging.debugLevel', numeric),
  },
  {
    short: 'a',
    long: 'log-adat',
    group: 'Log',
    help: 'log the security data (ADAT) of the handshakes as well (logging.securityData)',
    effect: sets('logging.securityData', true),
  },
  {
    short: 'm',
    long: 'log-mask',
    value: 'MASK',
    group: 'Log',
    help: 'what to log, as a sum, in decimal or after 0x: 1 errors, 2 warnings, 4 connections, 8 compatibility, 16 debug, 32 users, 128 timestamp; by default 0xbf, all (logging.events)',
    effect: takes('logging.events', mask),
  },
  {
    short: 'k',
    long: 'kerberos-ftpd',
    value: 'FILE',
    group: 'Compatibility',
    help: `the program of a Kerberos ftpd, for clients that ask for it (handoff.kerberosFtpd). ${LOST}`,
    effect: takes('handoff.kerberosFtpd', fromHere),
  },
  {
    short: 'x',
    long: 'anonymous-ftpd',
    value: 'FILE',
    group: 'Compatibility',
    help: `experimental: the program of an ftpd that is given anonymous clients' own connection (handoff.anonymousFtpd). ${LOST}`,
    effect: takes('handoff.anonymousFtpd', fromHere),
  },
];
