/** The server's side of one session of a door, as the session engine's ports want an ftpd: its control connection and its data. */
import { openDataPlane } from '../../data/plane.js';
import type { DialFtpd, OpenDataPlane } from '../../session/ports.js';
import { ClientError } from '../error.js';
import { LateCoder } from './late-coder.js';
import { refusing } from './refusal.js';
import type { Upstream } from './upstream.js';

export interface ServerSideOptions {
  /** Both ends of the program's control connection. */
  readonly program: { readonly local: string; readonly peer: string };
  /** Rejects with a ClientError where the server cannot be reached or is not to be trusted. */
  readonly open: (signal: AbortSignal) => Promise<Upstream>;
  /** There will be no session; the program hears why. */
  readonly refused: (error: ClientError) => void;
  /** Somebody else has connected to where the program's data connection was awaited. */
  readonly onStranger: (address: string) => void;
  /** Milliseconds. */
  readonly stallTimeout: number;
}

export function serverSide(options: ServerSideOptions): { readonly dial: DialFtpd; readonly openData: OpenDataPlane } {
  let upstream: Upstream | undefined;
  return {
    dial: async (signal) => {
      try {
        upstream = await options.open(signal);
        return { stream: upstream, address: upstream.connection.peerAddress };
      } catch (error) {
        if (signal.aborted || !(error instanceof ClientError)) throw error;
        options.refused(error);
        return { stream: refusing(error), address: '' };
      }
    },
    openData: (emit) =>
      openDataPlane({
        emit: (event) => {
          emit(event);
          if (event.type === 'data-done' || event.type === 'data-failed') upstream?.dataGone();
        },
        addresses: () => ({
          client: options.program,
          ftpd: { local: upstream?.connection.localAddress ?? '', peer: upstream?.connection.peerAddress ?? '' },
        }),
        coder: () => new LateCoder(() => upstream?.coder),
        pool: undefined,
        stallTimeout: options.stallTimeout,
        onStranger: options.onStranger,
      }),
  };
}
