import { z } from 'zod';
import { alternatives, choice, count, flag, host, list, numeric, path, section } from './formats.js';

/** The categories of the log mask, by name. A test holds this list and the catalogue of src/log together. */
export const EVENT_NAMES = [
  'errors',
  'warnings',
  'connections',
  'compatibility',
  'debug',
  'users',
  'timestamp',
] as const;

/** The facilities of syslog(3), by name. The same test holds these and src/log together. */
export const FACILITY_NAMES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

const EVENTS_ALLOWED = numeric(
  'a list of category names, or their sum from 0 to 191 (0xbf) without 64: 1 errors, 2 warnings, 4 connections, ' +
    '8 compatibility, 16 debug, 32 users, 128 timestamp',
);

const names = list(z.enum(EVENT_NAMES, { error: alternatives(EVENT_NAMES) }), 'category names', { max: 32 });
const mask = z
  .int({ error: EVENTS_ALLOWED })
  .min(0, { error: EVENTS_ALLOWED })
  .max(0xbf, { error: EVENTS_ALLOWED })
  // 64 is unassigned in the manual's table.
  .refine((value) => (value & 64) === 0, { error: EVENTS_ALLOWED });

/** The log. */
export const loggingSchema = section({
  destination: choice('auto', 'stdout', 'syslog', 'file')
    .default('auto')
    .describe(
      'Where log lines go: auto (standard output; syslog under inetd), stdout, syslog, or file (then logging.file names it). ' +
        'Default auto.',
    ),
  file: path()
    .nullable()
    .default(null)
    .describe(
      'The log file, appended to, for destination: file. A relative path is taken from the directory of the configuration file. Default null.',
    ),
  syslog: section({
    transport: choice('unix', 'udp', 'tcp')
      .default('unix')
      .describe('How the syslog daemon is reached: unix (a socket of this machine), udp or tcp. Default unix.'),
    path: path().default('/dev/log').describe('The socket, for transport: unix. Default /dev/log.'),
    host: host()
      .default('127.0.0.1')
      .describe('Address or name of the daemon, for transport: udp or tcp. Default 127.0.0.1.'),
    port: count(1, 65_535, 'a port')
      .default(514)
      .describe('Port of the daemon, 1 to 65535, for transport: udp or tcp. Default 514.'),
    facility: choice(...FACILITY_NAMES)
      .default('ftp')
      .describe(`Facility of the lines: ${alternatives(FACILITY_NAMES)}. Default ftp.`),
  })
    .prefault({})
    .describe('The syslog daemon, for destination: syslog, and for auto under inetd.'),
  format: choice('text', 'json')
    .default('text')
    .describe(
      'Form of the lines: text, for people, or json, an object a line for machines: time and pid (with timestamp), category, message, ' +
        'session, address and whatever else the line says. Default text.',
    ),
  events: z
    .union([names, mask], { error: EVENTS_ALLOWED })
    .default([...EVENT_NAMES])
    .describe(
      'What is logged: names, or the sum of their numbers:\n' +
        '  errors (1)         exceptions, usage errors\n' +
        '  warnings (2)       things that suggest there is a problem\n' +
        '  connections (4)    control connections that come and go\n' +
        '  compatibility (8)  hand-offs and drop-downs to plain FTP\n' +
        '  debug (16)         debugging output; needs a debugLevel as well\n' +
        '  users (32)         user names\n' +
        '  timestamp (128)    date, time and process id on each line\n' +
        'Default all, 0xbf.',
    ),
  debugLevel: count(0, 3).default(0).describe('How much debugging output: 0 (none) to 3 (most). Default 0.'),
  securityData: flag()
    .default(false)
    .describe('Log the security data (ADAT) of the handshakes as well: true or false. Default false.'),
})
  .prefault({})
  .describe('The log.');
