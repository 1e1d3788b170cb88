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
 * @throws ClientError when there is none within the timeout
 */
export async function dial({ host, port, timeout, localAddress, signal }: DialTarget): Promise<Socket> {
  const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
  let why = `no answer within ${timeout / 1000} s`;
  const timer = setTimeout(() => socket.destroy(), timeout);
  const abort = (): void => {
    why = 'interrupted';
    socket.destroy();
  };
  signal?.addEventListener('abort', abort);
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const closed = (): void => {
        const hint = 'Check the name and the port, and whether the server runs.';
        reject(new ClientError('connect', `Cannot connect to ${host} port ${port}: ${why}.`, { hint }));
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
