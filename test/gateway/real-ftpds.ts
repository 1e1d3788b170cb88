/** Each real ftpd behind a gateway of its own, for suites that ask the same of all of them. */
import { afterAll, beforeAll } from 'vitest';
import type { Ftpd, FtpdOptions } from '../peers/ftpd.js';
import type { PeerName } from '../peers/peer.js';
import { startProftpd } from '../peers/proftpd.js';
import { startPureFtpd } from '../peers/pureftpd.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';
import { RawClient } from './raw-client.js';
import { startRig, type Rig, type RigOptions } from './rig.js';
import type { Level } from './transfers.js';

export interface RealFtpd {
  readonly name: string;
  readonly peer: PeerName;
  readonly start: (options?: FtpdOptions) => Promise<Ftpd>;
  /** Further options that make it refuse PASV and EPSV, where it has any. */
  readonly withoutPassive?: readonly string[];
}

export const REAL_FTPDS: readonly RealFtpd[] = [
  { name: 'vsftpd', peer: 'vsftpd', start: startVsftpd, withoutPassive: ['pasv_enable=NO'] },
  {
    name: 'ProFTPD',
    peer: 'proftpd',
    start: startProftpd,
    withoutPassive: ['<Limit PASV EPSV>', 'DenyAll', '</Limit>'],
  },
  { name: 'Pure-FTPd', peer: 'pure-ftpd', start: startPureFtpd },
];

/** What a suite has while it runs. */
export interface Stage {
  readonly ftpd: Ftpd;
  readonly rig: Rig;
  /** A client that has logged in, protected as wanted. */
  readonly login: (how?: 'clear' | Level) => Promise<RawClient>;
}

/** A suite for each real ftpd (skipped or failing where one is missing, as test/peers says). */
export function withEachFtpd(
  promise: string,
  body: (stage: () => Stage, real: RealFtpd) => void,
  { ftpd: ftpdOptions = {}, rig: rigOptions = {}, only = () => true }: StageOptions = {},
): void {
  for (const real of REAL_FTPDS.filter(only)) {
    describeWithPeers(`${real.name}: ${promise}`, [real.peer], () => {
      let stage: Stage;
      const clients: RawClient[] = [];
      beforeAll(async () => {
        const wanted = typeof ftpdOptions === 'function' ? ftpdOptions(real) : ftpdOptions;
        const ftpd = await real.start(wanted);
        const rig = await startRig({ ftpd: { host: ftpd.host, port: ftpd.port }, ...rigOptions });
        const place = { host: rig.host, port: rig.port, user: ftpd.user, password: ftpd.password };
        const login: Stage['login'] = async (how = 'clear') => {
          const client = await RawClient.login(place, how);
          clients.push(client);
          return client;
        };
        stage = { ftpd, rig, login };
      });
      afterAll(async () => {
        for (const client of clients) client.close();
        await stage.rig.stop();
        await stage.ftpd.stop();
      });
      body(() => stage, real);
    });
  }
}

export interface StageOptions {
  readonly ftpd?: FtpdOptions | ((real: RealFtpd) => FtpdOptions);
  readonly rig?: Omit<RigOptions, 'ftpd'>;
  readonly only?: (real: RealFtpd) => boolean;
}
