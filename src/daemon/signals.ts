/**
 * What a running gateway is told from outside: SIGHUP reloads, SIGUSR1 logs the state, SIGTERM and SIGINT drain, and a second one of
 * these ends it at once.
 */
import type { RootLog } from '../log/log.js';
import type { Daemon } from './daemon.js';
import type { Reloader } from './reload.js';

const STOPPING = ['SIGTERM', 'SIGINT'] as const;

/**
 * SIGHUP while there is nothing to reload yet, which would end the start: `systemctl reload` may come that early. Gives whether one
 * came, to be made up for.
 */
export function noteEarlyHangup(): () => boolean {
  let came = false;
  const note = (): void => void (came = true);
  process.on('SIGHUP', note);
  return () => {
    // Whoever asks has put a handler of his own in place: without any, the next one would end the process.
    process.off('SIGHUP', note);
    return came;
  };
}

/** Resolves when the gateway has been told to stop and every session is gone. */
export async function untilStopped(
  { daemon, reloader, log }: { readonly daemon: Daemon; readonly reloader: Reloader; readonly log: RootLog },
  hungUp: () => boolean,
): Promise<void> {
  process.on('SIGHUP', () => void reloader.request('SIGHUP'));
  if (hungUp()) void reloader.request('SIGHUP during the start');
  process.on('SIGUSR1', () => tellState(daemon, reloader, log));
  const signal = await new Promise<string>((resolve) => {
    for (const name of STOPPING) process.on(name, resolve);
  });
  for (const name of STOPPING) {
    // A second one, of either kind, finds no handler and ends the process at once.
    process.removeAllListeners(name);
  }
  log.event('connections', 'stopping', { signal, sessions: daemon.sessions });
  await reloader.stop();
  await daemon.close();
  log.event('connections', 'stopped');
}

/** For an administrator who wants to know what runs. */
function tellState(daemon: Daemon, reloader: Reloader, log: RootLog): void {
  const { rss } = process.memoryUsage();
  log.event('connections', 'state', {
    generation: reloader.snapshot.generation,
    sessions: daemon.sessions,
    byGeneration: [...daemon.sessionsByGeneration()].map(([number, count]) => `${number}:${count}`).join(' '),
    listeners: daemon.listeners.map(({ address, port }) => `${address} port ${port}`).join(', '),
    MiB: Math.round(rss / 1_048_576),
  });
}
