/** Connects to the ftpd of a listener. */
import { connect } from 'node:net';
import type { DialFtpd } from '../session/ports.js';
import { plainAddress } from '../wire/host-port.js';

export interface FtpdAddress {
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

/** What a dialled connection also tells: the gateway's own address towards the ftpd. */
export type OnConnected = (addresses: { readonly local: string; readonly peer: string }) => void;

export function ftpdDialer(ftpd: FtpdAddress, onConnected: OnConnected): DialFtpd {
  return (signal) =>
    new Promise((resolve, reject) => {
      const { host, port, connectTimeout } = ftpd;
      const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true });
      // Only while it does not stand: later the session ends it in good order.
      const giveUp = (): void => void socket.destroy(new Error('given up'));
      signal.addEventListener('abort', giveUp, { once: true });
      const timer = setTimeout(() => {
        socket.destroy(new Error(`no connection to ${host} port ${port} within ${connectTimeout} ms`));
      }, connectTimeout);
      socket.once('close', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      });
      socket.once('error', reject);
      socket.once('connect', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        socket.off('error', reject);
        const peer = plainAddress(socket.remoteAddress ?? host);
        onConnected({ local: plainAddress(socket.localAddress ?? ''), peer });
        resolve({ stream: socket, address: peer });
      });
    });
}
