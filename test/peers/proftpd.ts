import { chmod, chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Ftpd, type FtpdOptions, startFtpd } from './ftpd.js';
import { groupName, userName } from './identity.js';

const user = 'virt';
const password = 'correct-horse';
/** `openssl passwd -1 -salt sftpd 'correct-horse'`: quick to check, which is all that a test wants of it. */
const passwordHash = '$1$sftpd$8wHAS5yTB93UhAHkuJNhE/';

/** ProFTPD without privileges: one virtual user, who may write. */
export function startProftpd(options: FtpdOptions = {}): Promise<Ftpd> {
  return startFtpd(
    {
      peer: 'proftpd',
      name: 'ProFTPD',
      user,
      password,
      logs: ['system.log', 'commands.log'],
      async prepare({ folder, root, address, port, uid, gid, extra }) {
        const lines = [
          'ServerType standalone',
          'ServerName ProFTPD',
          'DefaultAddress ' + address,
          'SocketBindTight on',
          `Port ${port}`,
          `UseIPv6 ${address === '::1' ? 'on' : 'off'}`,
          'UseReverseDNS off',
          `User ${userName(uid)}`,
          `Group ${groupName(uid)}`,
          'MaxInstances none',
          'Umask 022',
          'AllowOverwrite on',
          'PidFile ' + path.join(folder, 'proftpd.pid'),
          'ScoreboardFile ' + path.join(folder, 'scoreboard'),
          'WtmpLog off',
          'TransferLog none',
          'SystemLog ' + path.join(folder, 'system.log'),
          'LogFormat commands "%r %s"',
          `ExtendedLog ${path.join(folder, 'commands.log')} ALL commands`,
          'AuthOrder mod_auth_file.c',
          'AuthUserFile ' + path.join(folder, 'passwd'),
          'RequireValidShell off',
          'UseFtpUsers off',
          '<IfModule mod_delay.c>',
          'DelayEngine off',
          '</IfModule>',
          '<IfModule mod_ctrls.c>',
          'ControlsEngine off',
          '</IfModule>',
          ...extra,
        ];
        const passwords = path.join(folder, 'passwd');
        await writeFile(passwords, `${user}:${passwordHash}:${uid}:${gid}::${root}:/bin/false\n`);
        await chmod(passwords, 0o600);
        await chown(passwords, uid, gid);
        const file = path.join(folder, 'proftpd.conf');
        await writeFile(file, `${lines.join('\n')}\n`);
        return ['--nodaemon', '--config', file];
      },
    },
    options,
  );
}
