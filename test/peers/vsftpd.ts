import { chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Ftpd, type FtpdOptions, startFtpd } from './ftpd.js';
import { userName } from './identity.js';

/** vsftpd without privileges: anonymous only, allowed to write, and what was uploaded may be fetched again. */
export function startVsftpd(options: FtpdOptions = {}): Promise<Ftpd> {
  return startFtpd(
    {
      peer: 'vsftpd',
      name: 'vsftpd',
      user: 'anonymous',
      password: 'tester@example.net',
      logs: ['vsftpd.log'],
      async prepare({ folder, root, address, port, uid, gid, extra }) {
        const lines = [
          ...(address === '::1'
            ? ['listen=NO', 'listen_ipv6=YES', 'listen_address6=::1']
            : ['listen=YES', 'listen_ipv6=NO', `listen_address=${address}`]),
          `listen_port=${port}`,
          'background=NO',
          'run_as_launching_user=YES',
          'seccomp_sandbox=NO',
          'connect_from_port_20=NO',
          `ftp_username=${userName(uid)}`, // any that exists
          'anonymous_enable=YES',
          'local_enable=NO',
          'no_anon_password=YES',
          `anon_root=${root}`,
          'allow_writeable_chroot=YES',
          'write_enable=YES',
          'anon_upload_enable=YES',
          'anon_mkdir_write_enable=YES',
          'anon_other_write_enable=YES',
          'anon_world_readable_only=NO',
          'anon_umask=022',
          'max_clients=0',
          'max_per_ip=0',
          'xferlog_enable=YES',
          'xferlog_std_format=NO',
          'log_ftp_protocol=YES',
          `vsftpd_log_file=${path.join(folder, 'vsftpd.log')}`,
          ...extra,
        ];
        const file = path.join(folder, 'vsftpd.conf');
        await writeFile(file, `${lines.join('\n')}\n`);
        await chown(file, uid, gid); // it refuses a configuration that is not its own
        return [file];
      },
    },
    options,
  );
}
