import { z } from 'zod';
import { controlSchema } from './control.js';
import { dataSchema } from './data.js';
import { address, list, port, section } from './formats.js';
import { ftpdSchema } from './ftpd.js';
import { handoffSchema } from './handoff.js';
import { overridesOf } from './overrides.js';

/** The sections that a listener may override, key by key. */
const overridable = {
  ftpd: overridesOf('ftpd', ftpdSchema),
  control: overridesOf('control', controlSchema),
  data: overridesOf('data', dataSchema),
  handoff: overridesOf('handoff', handoffSchema),
} as const;

/** Name of a section that a listener may override. */
export type OverridableSection = keyof typeof overridable;

/** Their names, in the order of the file. */
export const OVERRIDABLE_SECTIONS = Object.keys(overridable) as readonly OverridableSection[];

/** Addresses on which clients are served. */
export const listenersSchema = list(
  section({
    address: address()
      .default('::')
      .describe('Local address to listen on, IPv4 or IPv6; "::" and "0.0.0.0" mean all. Default "::".'),
    port: port(0)
      .default(21)
      .describe(
        'TCP port, 0 to 65535 (0: the system picks one), or a name of /etc/services such as safetp. Where 21 is taken, the ' +
          'manual suggests 353. Default 21.',
      ),
    externalAddress: z
      .union([address(), z.null()], { error: 'an IPv4 or IPv6 address, or null' })
      .default(null)
      .describe(
        'The address clients see when this machine is behind NAT: it stands in the SafeTP handshake and in the PASV reply. ' +
          'null: the address the client reached. Default null.',
      ),
    ...overridable,
  }),
  'listeners',
  { min: 1, max: 64 },
)
  .prefault([{}])
  .describe(
    'Where clients are served: a list of 1 to 64 listeners. ftpd:, control:, data: and handoff: may stand in a listener too: ' +
      'what they say there overrides, for its clients, those sections key by key. Default: port 21 on all addresses.',
  );
