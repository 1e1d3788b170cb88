import path from 'node:path';
import { startExtauth } from './extauth.js';
import { type Ftpd, type FtpdOptions, startFtpd } from './ftpd.js';

const user = 'virt';
const password = 'correct-horse';

/** Pure-FTPd, which needs root: one user who is known to this process only, shut into the folder, allowed to write. */
export async function startPureFtpd(options: FtpdOptions = {}): Promise<Ftpd> {
  const extauth = await startExtauth(user, password);
  try {
    const ftpd = await startFtpd(
      {
        peer: 'pure-ftpd',
        name: 'Pure-FTPd',
        user,
        password,
        asRoot: true,
        logs: ['transfers.log'],
        prepare({ folder, root, address, port, uid, gid, extra }) {
          extauth.admit({ uid, gid, root });
          return Promise.resolve([
            ...[address === '::1' ? '-6' : '-4', '-S', `${address},${port}`],
            ...['-l', `extauth:${extauth.socket}`, '-E', '-A'],
            ...['-H', '-f', 'none', '-O', `clf:${path.join(folder, 'transfers.log')}`],
            ...['-c', '500', '-U', '022:022', '-g', path.join(folder, 'pure-ftpd.pid')],
            ...extra,
          ]);
        },
      },
      options,
    );
    const stop = async () => {
      await ftpd.stop();
      await extauth.stop();
    };
    return { ...ftpd, log: async () => extauth.log() + (await ftpd.log()), stop };
  } catch (error) {
    await extauth.stop();
    throw error;
  }
}
