/**
 * Two sockets connected to each other. Node has no socketpair(2), and an ftpd asks its connection for internet addresses: so
 * this is a listener that accepts one connection, and only our own.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface ConnectedPair {
  readonly ours: Socket;
  /** Never read from here: whoever gets its descriptor finds everything in it. */
  readonly theirs: Socket;
}

/**
 * Connects a pair on an address of this machine. That is the address on which the client reached the gateway: the ftpd names it in
 * its PASV replies, which the gateway cannot rewrite once they are protected. Where it cannot be listened on, loopback serves.
 */
export async function connectedPair(address: string): Promise<ConnectedPair> {
  try {
    return await pairOn(address);
  } catch (error) {
    const loopback = address.includes(':') ? '::1' : '127.0.0.1';
    if (address === loopback) throw error;
    return pairOn(loopback);
  }
}

function pairOn(address: string): Promise<ConnectedPair> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    let ours: Socket | undefined;
    const accepted: Socket[] = [];
    const fail = (error: Error): void => {
      server.close();
      for (const socket of [ours, ...accepted]) socket?.destroy();
      reject(error);
    };
    // Others may connect at the same moment: which one is ours, its port tells.
    const match = (): void => {
      if (ours?.localPort === undefined) return;
      const theirs = accepted.find(
        (socket) => socket.remotePort === ours?.localPort && socket.remoteAddress === ours?.localAddress,
      );
      if (theirs === undefined) return;
      server.close();
      for (const socket of accepted) if (socket !== theirs) socket.destroy();
      ours.off('error', fail);
      ours.on('error', () => undefined);
      resolve({ ours, theirs });
    };
    server.once('error', fail);
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      accepted.push(socket);
      match();
    });
    server.listen({ port: 0, host: address, exclusive: true }, () => {
      const { port } = server.address() as AddressInfo;
      ours = connect({ host: address, port, localAddress: address, allowHalfOpen: true, noDelay: true });
      ours.pause();
      ours.once('error', fail);
      ours.once('connect', match);
    });
  });
}
