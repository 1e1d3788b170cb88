/** Sockets that a service manager opened and passes on (sd_listen_fds(3)): descriptors from 3, announced in the environment. */

/** First descriptor that is passed. */
const FIRST = 3;

/** More than any configuration has listeners. */
const MAX_PASSED = 64;

/** A descriptor that was passed. */
export interface PassedSocket {
  readonly fd: number;
  /** As FileDescriptorName= of the socket unit has it; `unknown` without one. */
  readonly name: string;
}

/** Variables of the protocol. */
const VARIABLES = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'] as const;

/**
 * The sockets passed to this process, none if they were meant for another (a shell or `npm run` in between). Takes the
 * variables out of the environment: a child must not believe that they are for it.
 */
export function takePassedSockets(env: NodeJS.ProcessEnv, pid: number): readonly PassedSocket[] {
  const [fds = '', to = '', names = ''] = VARIABLES.map((name) => env[name]);
  for (const name of VARIABLES) Reflect.deleteProperty(env, name);
  if (to !== String(pid) || !/^[0-9]{1,3}$/.test(fds)) return [];
  const named = names.split(':');
  const count = Math.min(Number(fds), MAX_PASSED);
  return Array.from({ length: count }, (_, index) => ({ fd: FIRST + index, name: named[index] ?? 'unknown' }));
}
