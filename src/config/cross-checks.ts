/** What no single key can tell: values that contradict each other, or this machine. */
import { portRange } from '../../schemas/quantities.js';
import type { SftpdConfiguration } from '../../schemas/sftpd.js';
import { MASK_BITS, maskOf } from '../log/events.js';
import type { Problem } from './diagnostics.js';
import {
  canonicalAddress,
  containerOf,
  covers,
  hasHostBits,
  isLoopback,
  isWildcard,
  type Network,
  parseNetwork,
} from './networks.js';
import { resolvePort, type ServiceTable } from './services.js';

/** What the checks know of this machine. */
export interface CheckSetting {
  readonly services: ServiceTable;
  /** Addresses of this machine's interfaces. */
  readonly localAddresses: readonly string[];
}

type Path = readonly PropertyKey[];

/** A problem with every path it depends on: when the schema has refused one of them, it is not worth telling. */
interface Finding extends Problem {
  readonly depends: readonly Path[];
}

/** The manual's note on -f with a non-local address. */
const UNENCRYPTED_LEG =
  'The traffic between sftpd and ftpd is unencrypted, and this is not an address of this machine: the traffic will go over ' +
  'some network, which should be secured by other means, such as a physically secure internal LAN or an encrypted VPN';

/** All problems across keys, except those that hang on a path the schema has refused. */
export function crossCheck(
  config: SftpdConfiguration,
  setting: CheckSetting,
  refused: readonly Path[] = [],
): readonly Problem[] {
  const findings = [
    ...ports(config, setting),
    ...listeners(config, setting),
    ...ftpd(config, setting),
    ...data(config),
    ...logging(config),
    ...access(config),
  ];
  return findings
    .filter(({ path, depends }) => ![path, ...depends].some((each) => refused.some((other) => overlaps(each, other))))
    .map(({ severity, path, at, message }) => ({ severity, path, at, message }));
}

function overlaps(a: Path, b: Path): boolean {
  const shorter = Math.min(a.length, b.length);
  return a.slice(0, shorter).every((step, index) => step === b[index]);
}

function finding(severity: Problem['severity'], path: Path, message: string, depends: readonly Path[] = []): Finding {
  return { severity, path, at: 'value', message, depends };
}

function ports(config: SftpdConfiguration, { services }: CheckSetting): Finding[] {
  const named: [Path, number | string][] = [
    ...config.listeners.map(({ port }, index): [Path, number | string] => [['listeners', index, 'port'], port]),
    [['ftpd', 'port'], config.ftpd.port],
  ];
  return named
    .filter(([, port]) => resolvePort(port, services) === undefined)
    .map(([path, port]) =>
      finding('error', path, `no TCP service ${port} in /etc/services: add it there, or write the port as a number`),
    );
}

function listeners(config: SftpdConfiguration, { services }: CheckSetting): Finding[] {
  return config.listeners.flatMap((listener, index) => {
    const port = resolvePort(listener.port, services);
    if (port === undefined || port === 0) return [];
    const earlier = config.listeners.findIndex(
      ({ address, port: held }, before) =>
        before < index &&
        resolvePort(held, services) === port &&
        // A port held on all addresses cannot be bound again on one of them, nor the other way round.
        (covers(address, listener.address) || covers(listener.address, address)),
    );
    const other = config.listeners[earlier];
    if (other === undefined) return [];
    const same = canonicalAddress(other.address) === canonicalAddress(listener.address);
    const what = same
      ? `listener ${index + 1} repeats address and port of listener ${earlier + 1}`
      : `listener ${index + 1} overlaps listener ${earlier + 1}: ${covers(other.address, listener.address) ? other.address : listener.address} means all addresses`;
    return [
      finding('error', ['listeners', index], `${what} (port ${port}): change or remove one`, [
        ['listeners', index],
        ['listeners', earlier],
      ]),
    ];
  });
}

function ftpd(config: SftpdConfiguration, { services, localAddresses }: CheckSetting): Finding[] {
  const { host } = config.ftpd;
  const name = host.toLowerCase();
  const here = name === 'localhost' || name.endsWith('.localhost') ? ['127.0.0.1', '::1'] : [host];
  const local = here.some(
    (address) =>
      isLoopback(address) ||
      isWildcard(address) ||
      localAddresses.some((own) => canonicalAddress(own) === canonicalAddress(address)),
  );
  if (!local) return [finding('warning', ['ftpd', 'host'], UNENCRYPTED_LEG)];
  const port = resolvePort(config.ftpd.port, services);
  const self = config.listeners.findIndex(
    (listener) =>
      port !== undefined &&
      resolvePort(listener.port, services) === port &&
      here.some((address) => covers(listener.address, address)),
  );
  if (self === -1) return [];
  return [
    finding(
      'error',
      ['ftpd', 'port'],
      `port ${port ?? ''} is where listener ${self + 1} listens: sftpd would connect to itself; give the ftpd another port (the manual suggests 351)`,
      [
        ['ftpd', 'host'],
        ['listeners', self],
      ],
    ),
  ];
}

function data(config: SftpdConfiguration): Finding[] {
  const found: Finding[] = [];
  const range = config.data.passivePorts === null ? undefined : portRange(config.data.passivePorts);
  const count = range === undefined ? Infinity : range.high - range.low + 1;
  if (count < config.limits.sessions) {
    found.push(
      finding(
        'warning',
        ['data', 'passivePorts'],
        `${count} ports for up to ${config.limits.sessions} sessions (limits.sessions): when they are used up, passive transfers are refused`,
        [['limits', 'sessions']],
      ),
    );
  }
  if (range !== undefined) {
    found.push(
      ...config.listeners.flatMap(({ port }, index) =>
        typeof port === 'number' && port >= range.low && port <= range.high
          ? [
              finding(
                'warning',
                ['data', 'passivePorts'],
                `port ${port} of listener ${index + 1} lies inside: it cannot serve transfers`,
                [['listeners', index]],
              ),
            ]
          : [],
      ),
    );
  }
  if (config.data.protection === 'private' && config.control.cleartext === 'anonymous-only') {
    found.push(
      finding(
        'warning',
        ['control', 'cleartext'],
        'has no effect: data.protection: private refuses plain sessions, anonymous ones too',
        [['data', 'protection']],
      ),
    );
  }
  return found;
}

function logging({ logging: { destination, file, events, debugLevel } }: SftpdConfiguration): Finding[] {
  const found: Finding[] = [];
  const depends: Path[] = [
    ['logging', 'destination'],
    ['logging', 'file'],
  ];
  if (destination === 'file' && file === null) {
    found.push(
      finding('error', ['logging', 'destination'], 'file needs logging.file: name the log file there', depends),
    );
  }
  if (destination !== 'file' && file !== null) {
    found.push(
      finding(
        'warning',
        ['logging', 'file'],
        `has no effect with destination: ${destination}; write destination: file`,
        depends,
      ),
    );
  }
  const mask = typeof events === 'number' ? events : maskOf(events);
  if (debugLevel > 0 && (mask & MASK_BITS.debug) === 0) {
    found.push(
      finding('warning', ['logging', 'debugLevel'], 'has no effect: add debug (16) to logging.events as well', [
        ['logging', 'events'],
      ]),
    );
  }
  return found;
}

function access({ access: { allow, deny } }: SftpdConfiguration): Finding[] {
  const meaningless = (key: string, texts: readonly string[]): Finding[] =>
    texts.flatMap((text, index) =>
      hasHostBits(text)
        ? [
            finding(
              'warning',
              ['access', key, index],
              `${text} has bits set beyond its prefix; they are ignored: all of the network is meant`,
            ),
          ]
        : [],
    );
  const allowed = allow.map(parseNetwork).filter((network): network is Network => network !== undefined);
  const overruled = deny.flatMap((text, index) => {
    const outer = containerOf(text, allowed);
    if (outer === undefined) return [];
    const message = `${text} is served all the same: it lies inside ${outer.text} of access.allow, which is looked at first`;
    return [finding('warning', ['access', 'deny', index], message, [['access', 'allow']])];
  });
  return [...meaningless('allow', allow), ...meaningless('deny', deny), ...overruled];
}
