// Jobs over several sessions: played with sessions that are none.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { ClientError } from '../../src/client/error.js';
import { workOff, type Job, type WorkOptions } from '../../src/client/files/work-queue.js';
import { deferred } from '../../src/client/session/deferred.js';

/** A session, and what was done with it and those made of it. */
interface Played {
  readonly name: number;
  isOpen: boolean;
  readonly log: string[];
}

function sessions(most: number): { first: Client; log: string[]; opened: () => number } {
  const log: string[] = [];
  let opened = 0;
  const make = (): Client => {
    const name = (opened += 1);
    const played: Played = { name, isOpen: true, log };
    return Object.assign(played, {
      another: () =>
        opened < most
          ? Promise.resolve(make())
          : Promise.reject(new ClientError('connect', 'The server said: 421 Too many.')),
      quit: () => Promise.resolve(void log.push(`quit ${name}`)),
      request: (verb: string) => Promise.resolve(void log.push(`${verb} ${name}`)),
    }) as unknown as Client;
  };
  return { first: make(), log, opened: () => opened };
}

function options(parallel: number): WorkOptions & { readonly notices: string[] } {
  const stopping = new AbortController();
  const notices: string[] = [];
  const notice = (text: string): void => void notices.push(text);
  return { parallel, signal: stopping.signal, stop: () => stopping.abort(), notice, notices };
}

const nameOf = (client: Client): number => (client as unknown as Played).name;

/** Notes its name, and gives the jobs behind it. */
const job =
  (name: string, done: string[], next: readonly Job[] = []): Job =>
  (client) => {
    done.push(`${name}@${nameOf(client)}`);
    return Promise.resolve(next);
  };

describe('jobs', () => {
  it('of one session are done depth first, in their order', async () => {
    const { first, log, opened } = sessions(1);
    const done: string[] = [];
    const tree = job('root', done, [job('a', done, [job('a1', done), job('a2', done)]), job('b', done)]);
    await workOff(first, [tree], options(1));
    expect(done).toEqual(['root@1', 'a@1', 'a1@1', 'a2@1', 'b@1']);
    expect(opened()).toBe(1);
    expect(log).toEqual([]);
  });

  it('are done at once by as many sessions as asked for; those that were made are ended', async () => {
    const { first, log, opened } = sessions(9);
    const together = deferred<readonly Job[]>();
    let waiting = 0;
    const meeting: Job = () => {
      // None of them ends before three have begun.
      if ((waiting += 1) === 3) together.resolve([]);
      return together.promise;
    };
    await workOff(first, [() => Promise.resolve(Array.from({ length: 6 }, () => meeting))], options(3));
    expect(opened()).toBe(3);
    expect(log.sort()).toEqual(['quit 2', 'quit 3']);
  });

  it('may be as many as a directory has files', async () => {
    const { first } = sessions(1);
    const done: string[] = [];
    const files = Array.from({ length: 200_000 }, (_, at) => job(`${at}`, done));
    await workOff(first, [job('directory', done, files)], options(1));
    expect(done).toHaveLength(200_001);
    expect(done.slice(0, 3)).toEqual(['directory@1', '0@1', '1@1']);
  });

  it('need no second session where there is one of them', async () => {
    const { first, opened } = sessions(9);
    const done: string[] = [];
    await workOff(first, [job('a', done, [job('b', done, [job('c', done)])])], options(8));
    expect(opened()).toBe(1);
  });

  it('go on with the sessions there are where the server takes no more, which is said once', async () => {
    const { first, opened } = sessions(2);
    const done: string[] = [];
    const chosen = options(4);
    const jobs = Array.from({ length: 20 }, (_, at) => job(`${at}`, done));
    await workOff(first, jobs, chosen);
    expect(done).toHaveLength(20);
    expect(opened()).toBe(2);
    expect(chosen.notices).toEqual(['no further session, going on with 2: The server said: 421 Too many.']);
  });

  it('end with what one of them throws: no other begins, and those that run are told to stop', async () => {
    const { first, log } = sessions(2);
    const done: string[] = [];
    const chosen = options(2);
    const stopped = new Promise<readonly Job[]>((resolve) =>
      chosen.signal.addEventListener('abort', () => resolve([])),
    );
    const fails: Job = () => Promise.reject(new ClientError('security', 'changed'));
    await expect(workOff(first, [() => stopped, fails, job('never', done)], chosen)).rejects.toThrow('changed');
    expect(done).toEqual([]);
    expect(log).toEqual(['quit 2']);
  });

  it('are left where the last session is over', async () => {
    const { first } = sessions(1);
    const done: string[] = [];
    const ends: Job = (client) => {
      (client as unknown as Played).isOpen = false;
      return Promise.resolve([]);
    };
    const working = workOff(first, [ends, job('never', done)], options(1));
    await expect(working).rejects.toMatchObject({ kind: 'connect', message: 'The session is over.' });
    expect(done).toEqual([]);
  });

  it('begin no more once they are interrupted', async () => {
    const { first } = sessions(1);
    const done: string[] = [];
    const chosen = options(1);
    const interrupts: Job = () => {
      chosen.stop();
      return Promise.resolve([]);
    };
    await expect(workOff(first, [interrupts, job('never', done)], chosen)).rejects.toThrow('Interrupted.');
    expect(done).toEqual([]);
  });
});

describe('a session without work', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('says something now and then, so that the server does not end it', async () => {
    const { first, log } = sessions(2);
    const long = deferred<readonly Job[]>();
    const work = workOff(first, [() => long.promise, () => Promise.resolve([])], options(2));
    await vi.advanceTimersByTimeAsync(150_000);
    expect(log).toHaveLength(2);
    expect(log[0]).toMatch(/^NOOP [12]$/);
    long.resolve([]);
    await work;
  });
});
