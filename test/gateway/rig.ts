/** A gateway in this process, in front of an ftpd of the test's choice. */
import { startDaemon, type Daemon } from '../../src/daemon/daemon.js';
import { emptyDocument } from '../../src/config/document.js';
import { configure } from '../../src/config/load.js';
import type {
  ControlSettings,
  DataSettings,
  HandoffSettings,
  LimitSettings,
  Snapshot,
} from '../../src/config/snapshot.js';
import { createLog } from '../../src/log/log.js';
import { createMemorySink } from '../../src/log/memory-sink.js';
import { must } from '../security/association.js';
import { vectorServerKeys } from '../vectors/server-keys.js';

export interface RigOptions {
  readonly ftpd: { readonly host: string; readonly port: number };
  readonly address?: '127.0.0.1' | '::1' | '::';
  /** The system picks one if left out. */
  readonly port?: number;
  readonly externalAddress?: string;
  readonly control?: Partial<ControlSettings>;
  readonly data?: Partial<DataSettings>;
  readonly handoff?: Partial<HandoffSettings>;
  readonly limits?: Partial<LimitSettings>;
}

export interface Rig {
  readonly host: '127.0.0.1' | '::1' | '::';
  readonly port: number;
  readonly daemon: Daemon;
  readonly log: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const machine = { services: new Map([['raw-ftp', 351]]), localAddresses: ['127.0.0.1', '::1'] };
const RELAYED = { relay: 'always' } as const;
/** Everything here comes from one address. */
const LIMITS = {
  sessions: 1000,
  sessionsPerAddress: 1000,
  handshakesPerSecond: 1000,
  loginFailures: 3,
  drain: 2_000,
};

export async function startRig(options: RigOptions): Promise<Rig> {
  const { ftpd, address = '127.0.0.1' } = options;
  const base = must(configure(emptyDocument('in memory'), { machine, generation: 1 })).snapshot;
  const listener = base.listeners[0]!;
  const snapshot: Snapshot = {
    ...base,
    listeners: [
      {
        ...listener,
        address,
        port: options.port ?? 0,
        externalAddress: options.externalAddress ?? null,
        ftpd: { ...listener.ftpd, ...ftpd, connectTimeout: 5_000 },
        control: { ...listener.control, idleTimeout: 60_000, ...options.control },
        // What these suites watch is the gateway's own data path: none of it may go past the gateway.
        data: { ...listener.data, ...RELAYED, stallTimeout: 30_000, ...options.data },
        handoff: { ...listener.handoff, ...options.handoff },
      },
    ],
    limits: { ...base.limits, ...LIMITS, ...options.limits },
  };
  const sink = createMemorySink(100_000);
  const log = createLog({ mask: 0xbf, debugLevel: 2, sink });
  const daemon = must(await startDaemon({ snapshot, key: vectorServerKeys[0]!, log }));
  return {
    host: address,
    port: daemon.listeners[0]!.port,
    daemon,
    log: () => sink.lines(),
    stop: () => daemon.close(),
  };
}
