import { z } from 'zod';
import { alternatives, choice, count, flag, list, numeric, path, section } from './formats.js';

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
  destination: choice('auto', 'stdout', 'file')
    .default('auto')
    .describe('Where log lines go: auto (standard output), stdout or file (then logging.file names it). Default auto.'),
  file: path()
    .nullable()
    .default(null)
    .describe(
      'The log file, appended to, for destination: file. A relative path is taken from the directory of the configuration file. Default null.',
    ),
  events: z
    .union([names, mask], { error: EVENTS_ALLOWED })
    .default([...EVENT_NAMES])
    .describe(
      'What is logged: names out of errors (1), warnings (2), connections (4), compatibility (8), debug (16, only with a debugLevel), ' +
        'users (32), timestamp (128: date, time and process id on each line), or the sum of the numbers. Default all, 0xbf.',
    ),
  debugLevel: count(0, 3).default(0).describe('How much debugging output: 0 (none) to 3 (most). Default 0.'),
  securityData: flag()
    .default(false)
    .describe('Log the security data (ADAT) of the handshakes as well: true or false. Default false.'),
})
  .prefault({})
  .describe('The log.');
