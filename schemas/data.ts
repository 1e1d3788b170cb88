import { z } from 'zod';
import { choice, duration, portRange, section, size } from './formats.js';

/** Data connections. */
export const dataSchema = section({
  protection: choice('clear', 'safe', 'private')
    .default('clear')
    .describe(
      'The least a transfer may use:\n' +
        '  clear    anything\n' +
        '  safe     integrity\n' +
        '  private  encryption; means relay: always and control.cleartext: deny as well, whatever they say\n' +
        'Default clear.',
    ),
  relay: choice('auto', 'always')
    .default('auto')
    .describe(
      'Whether data passes through the gateway:\n' +
        '  auto    where it must; an unprotected transfer goes between client and ftpd directly, where the ftpd allows it\n' +
        '  always  each transfer, for an ftpd that refuses third-party transfers ("possible PASV port theft")\n' +
        'Default auto.',
    ),
  activeTarget: choice('client', 'any')
    .default('client')
    .describe(
      'Where a client may have its data connection made to (PORT, EPRT):\n' +
        '  client  its own address, port 1024 or above\n' +
        '  any     anywhere, for transfers between two servers; lets clients reach other machines through this one\n' +
        'Default client.',
    ),
  passivePorts: z
    .union([portRange(), z.null()], { error: 'a range of ports such as 40000-40999, or null' })
    .default(null)
    .describe(
      'Ports for passive transfers, such as 40000-40999 (both ends included), for a firewall to pass on. null: the system ' +
        'picks. Default null.',
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
