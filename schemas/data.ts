import { z } from 'zod';
import { choice, duration, portRange, section, size } from './formats.js';

/** Data connections. */
export const dataSchema = section({
  protection: choice('clear', 'safe', 'private')
    .default('clear')
    .describe(
      'The least a transfer may use: clear, safe (integrity) or private (encryption). private also means control.cleartext: deny. ' +
        'Default clear.',
    ),
  passivePorts: z
    .union([portRange(), z.null()], { error: 'a range of ports such as 40000-40999, or null' })
    .default(null)
    .describe(
      'Ports for passive transfers, as in 40000-40999, both ends included. null: the system picks. Default null.',
    ),
  maxBlock: size(256, 1_048_576)
    .default('1MiB')
    .describe(
      'The largest encoded block a client may agree on with PBSZ, in octets or as in 64KiB; 256 to 1048576 (1MiB). Default 1MiB.',
    ),
  stallTimeout: duration('1s', '1d')
    .default('5m')
    .describe('A transfer that makes no progress for this long ends, 1s to 1d. Default 5m.'),
})
  .prefault({})
  .describe('Data connections.');
