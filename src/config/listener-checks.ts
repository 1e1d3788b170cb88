/** Checks of each listener with the sections that hold for it: what it overrides is checked where it stands. */
import path from 'node:path';
import { portRange } from '../../schemas/quantities.js';
import type { SftpdConfiguration } from '../../schemas/sftpd.js';
import { type CheckSetting, finding, type Finding, type Path } from './findings.js';
import { addressKey, covers, isLoopback, isWildcard } from './networks.js';
import { type ListenerSections, sectionsFor } from './sections.js';
import { resolvePort } from './services.js';

/** What a check of one listener needs. */
interface Context extends CheckSetting {
  readonly config: SftpdConfiguration;
  readonly sections: ListenerSections;
  /** The file's directory: relative paths are taken from it. */
  readonly folder: string;
  /** Under inetd, sftpd does not listen itself. */
  readonly inetd: boolean;
}

/** The manual's note on -f with a non-local address. */
const UNENCRYPTED_LEG =
  'The traffic between sftpd and ftpd is unencrypted, and this is not an address of this machine: the traffic will go over ' +
  'some network, which should be secured by other means, such as a physically secure internal LAN or an encrypted VPN';

/** Findings for all listeners. What lies in the global sections is found once for each listener: drop the repetitions. */
export function checkListeners(config: SftpdConfiguration, setting: Omit<Context, 'config' | 'sections'>): Finding[] {
  const contexts = config.listeners.map((_listener, index): Context => ({
    ...setting,
    config,
    sections: sectionsFor(config, index),
  }));
  return [
    ...contexts.flatMap((context) => [...ftpd(context), ...passivePorts(context), ...programs(context)]),
    ...withoutEffect(contexts.map(anonymousOnly)),
    ...withoutEffect(contexts.map(anonymousFtpd)),
  ];
}

/** Ports that cannot be resolved, in a form that all checks share. */
export function unknownService(at: Path, port: number | string, { services }: CheckSetting): Finding[] {
  if (resolvePort(port, services) !== undefined) return [];
  return [finding('error', at, `no TCP service ${port} in /etc/services: add it there, or write the port as a number`)];
}

function ftpd(context: Context): Finding[] {
  const { config, sections, services, localAddresses, inetd } = context;
  const { host, port: named } = sections.ftpd;
  const hostAt = sections.origin('ftpd', 'host');
  const portAt = sections.origin('ftpd', 'port');
  const unknown = unknownService(portAt, named, context);
  const name = host.toLowerCase();
  const here = name === 'localhost' || name.endsWith('.localhost') ? ['127.0.0.1', '::1'] : [host];
  const local = here.some(
    (address) =>
      isLoopback(address) ||
      isWildcard(address) ||
      localAddresses.some((own) => addressKey(own) === addressKey(address)),
  );
  if (!local) return [...unknown, finding('warning', hostAt, UNENCRYPTED_LEG)];
  const port = resolvePort(named, services);
  const self = config.listeners.findIndex(
    (listener) =>
      port !== undefined &&
      resolvePort(listener.port, services) === port &&
      here.some((address) => covers(listener.address, address)),
  );
  if (self === -1 || inetd) return unknown;
  const message = `port ${port ?? ''} is where listener ${self + 1} listens: sftpd would connect to itself; give the ftpd another port (the manual suggests 351)`;
  return [...unknown, finding('error', portAt, message, [hostAt, ['listeners', self]])];
}

function passivePorts({ config, sections, services, inetd }: Context): Finding[] {
  const range = sections.data.passivePorts === null ? undefined : portRange(sections.data.passivePorts);
  // Under inetd there is one session a process, and limits.sessions is inetd's to set.
  if (range === undefined || inetd) return [];
  const at = sections.origin('data', 'passivePorts');
  const found = config.listeners.flatMap((listener, index) => {
    const port = resolvePort(listener.port, services) ?? 0;
    if (port < range.low || port > range.high) return [];
    const message = `port ${port} of listener ${index + 1} lies inside: it cannot serve transfers`;
    return [finding('warning', at, message, [['listeners', index]])];
  });
  const count = range.high - range.low + 1;
  const { sessions } = config.limits;
  if (count < sessions) {
    const message = `${count} ports for up to ${sessions} sessions (limits.sessions): when they are used up, passive transfers are refused`;
    found.push(finding('warning', at, message, [['limits', 'sessions']]));
  }
  return found;
}

/** Where a value that holds for a listener stands, and why it has no effect there, if so. */
interface Use {
  readonly at: Path;
  readonly why?: Finding;
}

/** Of values that have no effect for a listener, those that have none for any other either. */
function withoutEffect(uses: readonly (Use | undefined)[]): Finding[] {
  const same = (a: Path, b: Path): boolean => a.join() === b.join();
  return uses.flatMap((use) => {
    if (use?.why === undefined) return [];
    return uses.some((other) => other !== undefined && other.why === undefined && same(other.at, use.at))
      ? []
      : [use.why];
  });
}

function anonymousOnly({ sections: { control, data, origin } }: Context): Use | undefined {
  if (control.cleartext !== 'anonymous-only') return undefined;
  const at = origin('control', 'cleartext');
  if (data.protection !== 'private') return { at };
  const message = 'has no effect: data.protection: private refuses plain sessions, anonymous ones too';
  return { at, why: finding('warning', at, message, [origin('data', 'protection')]) };
}

function anonymousFtpd({ sections: { control, data, handoff, origin } }: Context): Use | undefined {
  if (handoff.anonymousFtpd === null) return undefined;
  const at = origin('handoff', 'anonymousFtpd');
  if (control.cleartext !== 'deny' && data.protection !== 'private') return { at };
  const cause = control.cleartext === 'deny' ? 'control.cleartext: deny' : 'data.protection: private';
  const message =
    `has no effect: only plain anonymous sessions are handed to it, and ${cause} refuses them; ` +
    'leave it out, or allow them with control.cleartext: anonymous-only';
  return { at, why: finding('warning', at, message, [origin('control', 'cleartext'), origin('data', 'protection')]) };
}

/** Hand-offs to programs that are not there. */
function programs({ sections, folder, programFault }: Context): Finding[] {
  return (['kerberosFtpd', 'anonymousFtpd'] as const).flatMap((key) => {
    const program = sections.handoff[key];
    if (program === null) return [];
    const file = path.resolve(folder, program);
    const fault = programFault?.(file);
    return fault === undefined ? [] : [finding('error', sections.origin('handoff', key), `${file} ${fault}`)];
  });
}
