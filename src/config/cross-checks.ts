/** What no single key can tell: values that contradict each other, or this machine. */
import path from 'node:path';
import type { SftpdConfiguration } from '../../schemas/sftpd.js';
import { MASK_BITS, maskOf } from '../log/events.js';
import type { Problem } from './diagnostics.js';
import { type CheckSetting, finding, type Finding, type Path } from './findings.js';
import { checkListeners, unknownService } from './listener-checks.js';
import { addressKey, containerOf, covers, hasHostBits, type Network, parseNetwork } from './networks.js';
import { resolvePort } from './services.js';

export type { CheckSetting } from './findings.js';

/** What the checks know of the launch. */
export interface CheckOptions {
  /** The configuration file: relative paths are taken from its directory. */
  readonly file: string;
  /** Whether sftpd is started by inetd: then it does not listen itself. */
  readonly inetd: boolean;
  /** Paths the schema has refused. */
  readonly refused?: readonly Path[];
}

/** All problems across keys, except those that hang on a path the schema has refused. */
export function crossCheck(
  config: SftpdConfiguration,
  setting: CheckSetting,
  options: CheckOptions,
): readonly Problem[] {
  const { inetd, refused = [] } = options;
  const folder = path.resolve(path.dirname(options.file));
  const findings = [
    ...config.listeners.flatMap(({ port }, index) => unknownService(['listeners', index, 'port'], port, setting)),
    ...(inetd ? [] : listeners(config, setting)),
    ...checkListeners(config, { ...setting, folder, inetd }),
    ...logging(config),
    ...logFile(config, setting, folder),
    ...access(config),
  ];
  return findings
    .filter(({ path: at, depends }) => ![at, ...depends].some((each) => refused.some((other) => overlaps(each, other))))
    .map(({ severity, path: where, at, message }) => ({ severity, path: where, at, message }));
}

function overlaps(a: Path, b: Path): boolean {
  const shorter = Math.min(a.length, b.length);
  return a.slice(0, shorter).every((step, index) => step === b[index]);
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
    const same = addressKey(other.address) === addressKey(listener.address);
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

function logFile(
  { logging: { destination, file } }: SftpdConfiguration,
  setting: CheckSetting,
  folder: string,
): Finding[] {
  if (destination !== 'file' || file === null) return [];
  const named = path.resolve(folder, file);
  const fault = setting.logFileFault?.(named);
  return fault === undefined
    ? []
    : [finding('error', ['logging', 'file'], `${named} ${fault}`, [['logging', 'destination']])];
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
