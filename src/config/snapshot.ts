/** The configuration as the program uses it: complete, resolved, frozen. */
import path from 'node:path';
import { milliseconds, octets, portRange, type PortRange } from '../../schemas/quantities.js';
import type { SftpdConfiguration } from '../../schemas/sftpd.js';
import { maskOf } from '../log/events.js';
import type { SyslogSettings } from '../log/syslog-sink.js';
import { type AccessRules, type Network, parseNetwork } from './networks.js';
import { type ListenerSections, sectionsFor } from './sections.js';
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

/** Whether data always passes through the gateway, or only where it must. */
export type RelayPolicy = 'auto' | 'always';

/** Data connections. */
export interface DataSettings {
  readonly protection: DataProtection;
  /** `always` whenever protection is `private`. */
  readonly relay: RelayPolicy;
  /** Where PORT and EPRT may point. */
  readonly activeTarget: 'client' | 'any';
  /** Null: the system picks. */
  readonly passivePorts: PortRange | null;
  /** Largest encoded block to agree on, in octets. */
  readonly maxBlock: number;
  /** Milliseconds without progress. */
  readonly stallTimeout: number;
}

/** Other ftpds that take a session over: absolute paths of programs, or null. */
export interface HandoffSettings {
  readonly kerberosFtpd: string | null;
  readonly anonymousFtpd: string | null;
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
  readonly handoff: HandoffSettings;
}

/** Where log lines go. */
export type LogDestination =
  { readonly kind: 'stdout' } | { readonly kind: 'syslog' } | { readonly kind: 'file'; readonly file: string };

/** The log. */
export interface LoggingSettings {
  readonly destination: LogDestination;
  /** The syslog daemon, also where it is not the destination: what keeps sftpd from starting under inetd goes there. */
  readonly syslog: SyslogSettings;
  /** Form of the lines. */
  readonly format: 'text' | 'json';
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
  /** Whom to become when started as root; null: nobody else. */
  readonly user: string | null;
  readonly listeners: readonly ListenerSettings[];
  readonly logging: LoggingSettings;
  readonly limits: LimitSettings;
  /** For `permits` of networks.ts. */
  readonly access: AccessRules;
  readonly reload: { readonly watch: boolean };
}

/** Where a configuration is resolved. */
export interface ResolveSetting {
  readonly file: string;
  readonly generation: number;
  readonly services: ServiceTable;
  /** Whether standard input is the control connection; false if absent. Then destination: auto means syslog. */
  readonly inetd?: boolean;
}

/** Resolves a configuration that has passed the schema and the checks across keys; anything else is a bug here. */
export function resolveSnapshot(config: SftpdConfiguration, setting: ResolveSetting): Snapshot {
  const { file, generation, services, inetd = false } = setting;
  const port = (value: number | string): number => known(resolvePort(value, services), value);
  const beside = (name: string): string => path.resolve(path.dirname(file), name);
  const { format, events, debugLevel, securityData } = config.logging;
  return deepFreeze({
    generation,
    file,
    workdir: beside(config.workdir),
    user: config.user,
    listeners: config.listeners.map((listener, index) => ({
      address: listener.address,
      port: port(listener.port),
      externalAddress: listener.externalAddress,
      ...sectionSettings(sectionsFor(config, index), { port, beside }),
    })),
    logging: {
      destination: destinationOf(config.logging, { beside, inetd }),
      syslog: syslogOf(config.logging.syslog, beside),
      format,
      events: typeof events === 'number' ? events : maskOf(events),
      debugLevel,
      securityData,
    },
    limits: { ...config.limits, drain: duration(config.limits.drain) },
    access: { allow: networks(config.access.allow), deny: networks(config.access.deny) },
    reload: config.reload,
  });
}

/** The sections of one listener, resolved. */
function sectionSettings(
  { ftpd, control, data, handoff }: ListenerSections,
  resolve: { port(value: number | string): number; beside(name: string): string },
): Pick<ListenerSettings, 'ftpd' | 'control' | 'data' | 'handoff'> {
  // The manual: requiring data encryption implies disallowing unencrypted connections, and forcing the data relay.
  const encrypted = data.protection === 'private';
  const program = (name: string | null): string | null => (name === null ? null : resolve.beside(name));
  return {
    ftpd: { host: ftpd.host, port: resolve.port(ftpd.port), connectTimeout: duration(ftpd.connectTimeout) },
    control: {
      cleartext: encrypted ? 'deny' : control.cleartext,
      banner: control.banner,
      idleTimeout: duration(control.idleTimeout),
      authTimeout: duration(control.authTimeout),
    },
    data: {
      protection: data.protection,
      relay: encrypted ? 'always' : data.relay,
      activeTarget: data.activeTarget,
      passivePorts: data.passivePorts === null ? null : known(portRange(data.passivePorts), data.passivePorts),
      maxBlock: known(octets(data.maxBlock), data.maxBlock),
      stallTimeout: duration(data.stallTimeout),
    },
    handoff: { kerberosFtpd: program(handoff.kerberosFtpd), anonymousFtpd: program(handoff.anonymousFtpd) },
  };
}

function destinationOf(
  { destination, file }: SftpdConfiguration['logging'],
  resolve: { beside(name: string): string; readonly inetd: boolean },
): LogDestination {
  switch (destination) {
    case 'file':
      return { kind: 'file', file: resolve.beside(known(file, destination)) };
    case 'auto':
      // Under inetd standard output is the client's connection.
      return { kind: resolve.inetd ? 'syslog' : 'stdout' };
    default:
      return { kind: destination };
  }
}

function syslogOf(
  { transport, path: socket, host, port, facility }: SftpdConfiguration['logging']['syslog'],
  beside: (name: string) => string,
): SyslogSettings {
  return transport === 'unix' ? { transport, path: beside(socket), facility } : { transport, host, port, facility };
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
