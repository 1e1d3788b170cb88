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
export { Client, type ReceiveOptions, type SendOptions } from './client.js';
export { connect, type ConnectOptions } from './connect.js';
export { ClientError, type ErrorKind } from './error.js';
export type { RemoteEntry } from './listing/entry.js';
export type { TransferResult, Sink } from './session/transfer.js';
export type { NewServers, Protection } from './terms.js';
