/**
 * The library: `import { connect } from 'sftpd/client'`. A session with an FTP server behind sftpd, protected by X-SafeTP1.
 *
 * @example
 * ```ts
 * const client = await connect({ host: 'ftp.example.org', user: 'ann', password: () => askForIt() });
 * for (const { name, size } of await client.entries('reports')) console.log(name, size);
 * await client.quit();
 * ```
 */
export type { Command } from '../wire/command.js';
export type { Reply } from '../wire/reply.js';
export { Secret } from '../lib/secret.js';
export type { Client } from './client.js';
export { connect, type ConnectOptions } from './connect.js';
export { ClientError, type ErrorCode, type ErrorKind } from './error.js';
export type { RemoteEntry } from './listing/entry.js';
export type { Login, Password, ReceiveOptions, SendOptions } from './options.js';
export type {
  DataMode,
  NewServers,
  Protection,
  RepresentationType,
  Sink,
  Timeouts,
  TraceLine,
  TransferResult,
  UserLevel,
} from './terms.js';
