import { z } from 'zod';
import { address, list, port, section } from './formats.js';

/** Addresses on which clients are served. */
export const listenersSchema = list(
  section({
    address: address()
      .default('::')
      .describe('Local address to listen on: IPv4 or IPv6; "::" and "0.0.0.0" mean all. Default "::".'),
    port: port(0)
      .default(21)
      .describe(
        'TCP port, 0 to 65535 (0: the system picks one), or a name of /etc/services such as safetp. Default 21.',
      ),
    externalAddress: z
      .union([address(), z.null()], { error: 'an IPv4 or IPv6 address, or null' })
      .default(null)
      .describe(
        'The address clients see when this one is behind NAT: it stands in the SafeTP handshake and in the PASV reply. ' +
          'null: the address the client reached. Default null.',
      ),
  }),
  'listeners',
  { min: 1, max: 64 },
)
  .prefault([{}])
  .describe('Where clients are served: a list of 1 to 64 listeners. Default: port 21 on all addresses.');
