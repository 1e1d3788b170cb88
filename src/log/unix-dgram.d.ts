/** What is used of the optional package unix-dgram, which has no types of its own. */
declare module 'unix-dgram' {
  export interface UnixDatagramPackage {
    /** Throws where the system has no such sockets. */
    createSocket(type: 'unix_dgram'): {
      on(event: 'error', listener: () => void): void;
      /** Never waits: the socket is non-blocking. Calls back before it returns; the error's `errno` is negative. */
      send(message: Buffer, offset: number, length: number, path: string, done: (error?: Error) => void): void;
      close(): void;
    };
  }
  const unixDatagram: UnixDatagramPackage;
  export default unixDatagram;
}
