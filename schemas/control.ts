import { z } from 'zod';
import { choice, duration, section } from './formats.js';

const BANNER_ALLOWED = 'one line of 1 to 400 characters without control characters, or null';

/** The control connection. */
export const controlSchema = section({
  cleartext: choice('allow', 'anonymous-only', 'deny')
    .default('allow')
    .describe(
      'Whether plain RFC 959 sessions are served:\n' +
        '  allow           yes, for compatibility\n' +
        '  anonymous-only  for anonymous FTP only\n' +
        '  deny            no; data.protection: private means this too\n' +
        'Default allow.',
    ),
  banner: z
    .string({ error: BANNER_ALLOWED })
    .regex(/^[^\x00-\x1f\x7f]{1,400}$/, { error: BANNER_ALLOWED })
    .nullable()
    .default(null)
    .describe("Text of the 220 greeting, one line. null passes on the ftpd's own greeting. Default null."),
  idleTimeout: duration('1s', '7d')
    .default('15m')
    .describe('A session without a command or a transfer ends after this long, 1s to 7d. Default 15m.'),
  authTimeout: duration('1s', '1h')
    .default('60s')
    .describe('A client must have logged in within this time, the security handshake included, 1s to 1h. Default 60s.'),
})
  .prefault({})
  .describe('The control connection.');
