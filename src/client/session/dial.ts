/** TCP connections, control and data, with a limit on the wait and reasons that a person can use. */
import { connect, type Socket } from 'node:net';
import { ClientError } from '../error.js';

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly localAddress?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A TCP connection.
 * @throws ClientError when there is none within the timeout, or the signal says so
 */
export async function dial({ host, port, timeout, localAddress, signal }: DialTarget): Promise<Socket> {
  const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
  let why = `no answer within ${timeout / 1000} s`;
  const timer = setTimeout(() => socket.destroy(), timeout);
  const abort = (): void => void socket.destroy();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const closed = (): void => {
        const text = `Cannot connect to ${host} port ${port}`;
        const hint = 'Check the name and the port, and whether the server runs.';
        if (signal?.aborted === true) {
          reject(new ClientError('connect', `${text}: interrupted.`, { code: 'interrupted' }));
        } else reject(new ClientError('connect', `${text}: ${why}.`, { code: 'unreachable', hint }));
      };
      socket.once('error', (error: NodeJS.ErrnoException) => {
        why = reasonOf(error);
      });
      socket.once('close', closed);
      socket.once('connect', () => {
        socket.off('close', closed);
        resolve(socket);
      });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no such host is known';
    case 'ECONNREFUSED':
      return 'nobody listens there';
    case 'ECONNRESET':
      return 'the connection was reset at once';
    case 'ETIMEDOUT':
      return 'there was no answer';
    case 'EACCES':
    case 'EPERM':
      return 'this machine forbids it';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'it cannot be reached from here';
    default:
      return error.message === '' ? (error.code ?? 'an unknown error') : error.message;
  }
}
