/**
 * The hand-offs of all listeners, made ready before anything is served: what an administrator has named is looked at and tried, so
 * that what cannot work is an error at start and not a surprise to a client.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../../lib/result.js';
import type { Log } from '../../log/log.js';
import { kerberosMechanisms } from '../../security/handoff.js';
import type { Mechanism } from '../../security/mechanism.js';
import type { SessionPolicy } from '../../session/policy.js';
import type { HandOffs } from '../../session/ports.js';
import { plainAddress } from '../../wire/host-port.js';
import { execve, toChild, toThisProcess } from './give.js';
import { startKerberosFtpd } from './kerberos.js';
import { loadPeeker, type Peeker } from './peek.js';
import { ANONYMOUS_NAMES, probeAnonymousFtpd } from './probe.js';
import { programProblem } from './program.js';
import { type Give, UnreadSocket } from './unread-socket.js';

/** What a listener says of other ftpds. */
export interface HandoffSettings {
  /** Absolute paths, or null. */
  readonly kerberosFtpd: string | null;
  readonly anonymousFtpd: string | null;
}

/** The part of a listener's settings that matters here. */
export interface HandoffListener {
  readonly handoff: HandoffSettings;
  readonly control: Pick<SessionPolicy, 'cleartext'>;
  readonly data: Pick<SessionPolicy, 'protection'>;
}

export interface HandoffOptions {
  readonly log: Log;
  /**
   * Set where this process serves one client on its standard input and nothing else (inetd): then it can become the anonymous
   * ftpd, where Node can. Resolves when the log is out.
   */
  readonly onlyClient?: { readonly flush: () => Promise<void> };
}

/** The hand-offs of one accepted connection. */
export interface PluggedClient {
  /** What the session takes for its client. */
  readonly client: Duplex;
  readonly handOffs: HandOffs;
}

export interface Handoffs {
  /** The mechanisms a listener offers besides the gateway's own. */
  mechanisms(listener: HandoffListener): readonly Mechanism[];
  /** @param socket - paused since it was accepted */
  plug(socket: Socket, listener: HandoffListener, log: Log): PluggedClient;
}

/** Fails with everything that is wrong, a line each. */
export async function prepareHandoffs(
  listeners: readonly HandoffListener[],
  options: HandoffOptions,
): Promise<Result<Handoffs, readonly string[]>> {
  const problems = new Set<string>();
  for (const listener of listeners) for (const problem of contradictions(listener, options.log)) problems.add(problem);
  const named = (key: keyof HandoffSettings): ReadonlySet<string> =>
    new Set(listeners.map(({ handoff }) => handoff[key]).filter((program) => program !== null));
  for (const program of named('kerberosFtpd')) {
    const problem = await programProblem(program);
    if (problem !== undefined) problems.add(`handoff.kerberosFtpd: ${problem}`);
  }
  const anonymous = named('anonymousFtpd');
  for (const program of anonymous) {
    // Under inetd every client is a start of its own: there the ftpd is asked only when somebody is to be given to it.
    const ask = options.onlyClient === undefined;
    const problem = (await programProblem(program)) ?? (ask ? await probeProblem(program, options.log) : undefined);
    if (problem !== undefined) problems.add(`handoff.anonymousFtpd: ${problem}`);
  }
  const peeker = anonymous.size === 0 ? undefined : await loadPeeker();
  if (peeker?.ok === false) problems.add(`handoff.anonymousFtpd: ${peeker.error}`);
  if (problems.size > 0) return err([...problems]);
  return ok(handoffs(peeker?.ok === true ? peeker.value : undefined, options));
}

async function probeProblem(program: string, log: Log, names?: readonly string[]): Promise<string | undefined> {
  const probed = await probeAnonymousFtpd(program, log, names);
  return probed.ok ? undefined : `${program} cannot take clients over: ${probed.error}`;
}

/** What the policy of a listener promises and a session that has been handed over may break. */
function* contradictions({ handoff, control, data }: HandoffListener, log: Log): Iterable<string> {
  if (handoff.kerberosFtpd !== null && data.protection !== 'clear') {
    yield (
      `handoff.kerberosFtpd: with data.protection ${data.protection} there can be no Kerberos hand-off, because the gateway ` +
      'does not see the transfers of a session it has handed over: use another listener for one of them'
    );
  }
  if (handoff.kerberosFtpd !== null && control.cleartext !== 'allow') {
    log.event(
      'warnings',
      'whether a session handed to the Kerberos ftpd may log in unprotected is for that ftpd to say',
      {
        ftpd: handoff.kerberosFtpd,
        cleartext: control.cleartext,
      },
    );
  }
  if (handoff.anonymousFtpd !== null && (control.cleartext === 'deny' || data.protection !== 'clear')) {
    log.event('warnings', 'the anonymous ftpd will never be used, because a listener with it wants protection', {
      ftpd: handoff.anonymousFtpd,
    });
  }
}

function handoffs(peeker: Peeker | undefined, { onlyClient }: HandoffOptions): Handoffs {
  const kerberos = kerberosMechanisms();
  const replace = onlyClient === undefined ? undefined : execve();
  return {
    mechanisms: ({ handoff }) => (handoff.kerberosFtpd === null ? [] : kerberos),
    plug(socket, { handoff }, log) {
      const { kerberosFtpd, anonymousFtpd } = handoff;
      const address = plainAddress(socket.localAddress ?? '127.0.0.1');
      const startKerberos =
        kerberosFtpd === null
          ? undefined
          : (signal: AbortSignal) => startKerberosFtpd({ program: kerberosFtpd, address, log }, signal);
      if (anonymousFtpd === null || peeker === undefined) {
        return { client: socket, handOffs: { startKerberos, unread: undefined } };
      }
      const give =
        replace === undefined || onlyClient === undefined
          ? toChild(anonymousFtpd, log)
          : toThisProcess(anonymousFtpd, replace, { peeker, log, flush: onlyClient.flush });
      const asked: Give = async (descriptor) => {
        const problem =
          onlyClient === undefined ? undefined : await probeProblem(anonymousFtpd, log, ANONYMOUS_NAMES.slice(0, 1));
        if (problem !== undefined) throw new Error(problem);
        return give(descriptor);
      };
      const unread = new UnreadSocket(socket, peeker, asked);
      return { client: unread, handOffs: { startKerberos, unread } };
    },
  };
}
