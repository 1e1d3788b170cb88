/** A transfer under watch: for what stalls, and for a session that ends meanwhile. */
import type { Socket } from 'node:net';
import { isCompletion } from '../../wire/reply.js';
import { StalledError } from '../error.js';
import type { Connection } from './connection.js';
import { reset } from './data-connection.js';
import { deferred } from './deferred.js';
import type { Pending } from './pending.js';

/** The transfer, broken off when nothing moves for too long or the session ends. */
export async function watched(
  socket: Socket,
  connection: Connection,
  pending: Pending,
  move: (socket: Socket) => Promise<number>,
): Promise<number> {
  const { stall } = connection.timeouts;
  const stalled = deferred<never>();
  socket.setTimeout(stall, () => {
    const what = `The transfer stalled: nothing moved on the data connection for ${stall / 1000} s.`;
    stalled.reject(
      new StalledError(what, 'Try again; if a firewall is in the way, passive on or passive off may help.'),
    );
    reset(socket);
  });
  const moving = move(socket);
  const gone = deferred<never>();
  const forget = connection.onEnd((error) => {
    void isSettledWhole(pending).then((isWhole) => {
      // A server that says 421 behind its 226 takes nothing back: what it has sent may still be on its way here. Who closes the
      // session does not want it.
      if (isWhole && error.code !== 'closed') return;
      reset(socket);
      gone.reject(error);
    });
  });
  try {
    return await Promise.race([moving, stalled.promise, gone.promise]);
  } finally {
    forget();
    socket.setTimeout(0);
  }
}

/** Whether the final reply is here already, and says that the transfer is whole. */
async function isSettledWhole(pending: Pending): Promise<boolean> {
  const whole = pending.final.then(isCompletion, () => false);
  const notYet = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([whole, notYet]);
}
