/** The configuration as the program uses it: complete, resolved, frozen. */
import path from 'node:path';
import { milliseconds, octets, portRange, type PortRange } from '../../schemas/quantities.js';
import type { SftpdConfiguration } from '../../schemas/sftpd.js';
import { maskOf } from '../log/events.js';
import { type AccessRules, type Network, parseNetwork } from './networks.js';
import { resolvePort, type ServiceTable } from './services.js';

/** The plain FTP server behind the gateway. */
export interface FtpdSettings {
  /** Address or name; a name is looked up when it is connected to. */
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

/** Which plain RFC 959 sessions are served. */
export type CleartextPolicy = 'allow' | 'anonymous-only' | 'deny';

/** The control connection. */
export interface ControlSettings {
  /** `deny` whenever data.protection is `private`. */
  readonly cleartext: CleartextPolicy;
  /** Text of the 220 reply; null passes on the ftpd's. */
  readonly banner: string | null;
  /** Milliseconds without a command or a transfer. */
  readonly idleTimeout: number;
  /** Milliseconds for the handshake. */
  readonly authTimeout: number;
}

/** The least a transfer may use. */
export type DataProtection = 'clear' | 'safe' | 'private';

/** Data connections. */
export interface DataSettings {
  readonly protection: DataProtection;
  /** Null: the system picks. */
  readonly passivePorts: PortRange | null;
  /** Largest encoded block to agree on, in octets. */
  readonly maxBlock: number;
  /** Milliseconds without progress. */
  readonly stallTimeout: number;
}

/** One listener with all that holds for its sessions. */
export interface ListenerSettings {
  readonly address: string;
  /** 0: the system picks. */
  readonly port: number;
  /** What clients see of the address, when it is not the one they reach. */
  readonly externalAddress: string | null;
  readonly ftpd: FtpdSettings;
  readonly control: ControlSettings;
  readonly data: DataSettings;
}

/** The log. */
export interface LoggingSettings {
  readonly destination: { readonly kind: 'stdout' } | { readonly kind: 'file'; readonly file: string };
  /** Mask of the categories; see src/log/events.ts. */
  readonly events: number;
  /** 0–3. */
  readonly debugLevel: number;
  /** Whether ADATs are logged. */
  readonly securityData: boolean;
}

/** What may be used at the same time. */
export interface LimitSettings {
  readonly sessions: number;
  readonly sessionsPerAddress: number;
  readonly handshakesPerSecond: number;
  readonly loginFailures: number;
  /** Milliseconds. */
  readonly drain: number;
}

/** One generation of the configuration. A session keeps the one it was accepted under. */
export interface Snapshot {
  readonly generation: number;
  /** The file it came from, as it was named. */
  readonly file: string;
  /** Absolute. */
  readonly workdir: string;
  readonly listeners: readonly ListenerSettings[];
  readonly logging: LoggingSettings;
  readonly limits: LimitSettings;
  /** For `permits` of networks.ts. */
  readonly access: AccessRules;
}

/** Where a configuration is resolved. */
export interface ResolveSetting {
  readonly file: string;
  readonly generation: number;
  readonly services: ServiceTable;
}

/** Resolves a configuration that has passed the schema and the checks across keys; anything else is a bug here. */
export function resolveSnapshot(config: SftpdConfiguration, setting: ResolveSetting): Snapshot {
  const { file, generation, services } = setting;
  const port = (value: number | string): number => known(resolvePort(value, services), value);
  const beside = (name: string): string => path.resolve(path.dirname(file), name);
  const ftpd: FtpdSettings = {
    host: config.ftpd.host,
    port: port(config.ftpd.port),
    connectTimeout: duration(config.ftpd.connectTimeout),
  };
  const control: ControlSettings = {
    // The manual: requiring data encryption implies disallowing unencrypted connections.
    cleartext: config.data.protection === 'private' ? 'deny' : config.control.cleartext,
    banner: config.control.banner,
    idleTimeout: duration(config.control.idleTimeout),
    authTimeout: duration(config.control.authTimeout),
  };
  const ports = config.data.passivePorts;
  const data: DataSettings = {
    protection: config.data.protection,
    passivePorts: ports === null ? null : known(portRange(ports), ports),
    maxBlock: known(octets(config.data.maxBlock), config.data.maxBlock),
    stallTimeout: duration(config.data.stallTimeout),
  };
  const { destination, file: logFile, events, debugLevel, securityData } = config.logging;
  return deepFreeze({
    generation,
    file,
    workdir: beside(config.workdir),
    listeners: config.listeners.map((listener) => ({
      address: listener.address,
      port: port(listener.port),
      externalAddress: listener.externalAddress,
      ftpd,
      control,
      data,
    })),
    logging: {
      destination:
        destination === 'file' ? { kind: 'file', file: beside(known(logFile, destination)) } : { kind: 'stdout' },
      events: typeof events === 'number' ? events : maskOf(events),
      debugLevel,
      securityData,
    },
    limits: { ...config.limits, drain: duration(config.limits.drain) },
    access: { allow: networks(config.access.allow), deny: networks(config.access.deny) },
  });
}

function networks(texts: readonly string[]): readonly Network[] {
  return texts.map((text) => known(parseNetwork(text), text));
}

function duration(text: string): number {
  return known(milliseconds(text), text);
}

/** What validation has let through resolves; if it does not, schema and resolver have drifted apart. */
function known<T>(value: T | undefined | null, from: string | number): T {
  if (value === undefined || value === null) throw new Error(`passed validation but does not resolve: ${from}`);
  return value;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze<unknown>(inner);
  }
  return value;
}
