/** Two ways to give a client's connection to the anonymous ftpd: a process of its own, or this one. */
import path from 'node:path';
import type { Log } from '../../log/log.js';
import { inheritedEnvironment, startChild } from './child.js';
import type { Peeker } from './peek.js';
import type { Give } from './unread-socket.js';

/** The gateway stays and waits: the session counts until the ftpd has ended. */
export function toChild(program: string, log: Log): Give {
  return (descriptor) => startChild(descriptor, { program, name: 'anonymous ftpd', log, endsWithConnection: false });
}

type Execve = (file: string, args: readonly string[], environment: Readonly<Record<string, string>>) => never;

/** Replaces this program by another; undefined where Node cannot (before 22.15). */
export function execve(): Execve | undefined {
  const { execve: replace } = process as unknown as { readonly execve?: Execve };
  return typeof replace === 'function' ? replace.bind(process) : undefined;
}

/**
 * The process that inetd started for this one client becomes the ftpd, as the manual has it (exec(2)). `flush` resolves when the
 * log is out, for nothing of this program is left afterwards.
 */
export function toThisProcess(program: string, replace: Execve, options: ReplaceOptions): Give {
  return async (descriptor) => {
    options.log.event('compatibility', 'becomes the anonymous ftpd', { pid: process.pid });
    await options.flush();
    // Node has made it non-blocking, and that belongs to the connection, not to the program.
    options.peeker.setBlocking(descriptor);
    // Standard input it is already; standard output was taken off it, so that no stray line of ours could reach the client.
    for (const standard of [0, 1]) options.peeker.duplicate(descriptor, standard);
    return replace(program, [path.basename(program)], inheritedEnvironment());
  };
}

export interface ReplaceOptions {
  readonly peeker: Peeker;
  readonly log: Log;
  readonly flush: () => Promise<void>;
}
