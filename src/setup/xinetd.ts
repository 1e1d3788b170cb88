/** The file of xinetd for sftpd, and what other files of it say about the same port. */
import type { SetupAnswers } from '../../schemas/setup-answers.js';
import { resolvePort, type ServiceTable } from '../config/services.js';
import { SetupError, type Target } from './target.js';

export const XINETD_FOLDER = '/etc/xinetd.d';
export const XINETD_FILE = `${XINETD_FOLDER}/safetp`;

/** The limits are those that sftpd has by default when it listens itself. */
export function xinetdFile({ port, user }: SetupAnswers, command: readonly string[]): string {
  const [program = '', ...args] = command;
  return `# Written by sftpd-setup.
service safetp
{
	disable         = no
	type            = UNLISTED
	socket_type     = stream
	protocol        = tcp
	flags           = IPv6
	port            = ${port}
	wait            = no
	user            = ${user}
	server          = ${program}
	server_args     = ${args.join(' ')}
	instances       = 1000
	per_source      = 50
}
`;
}

/** Another service on the port is an error: xinetd would give the port to one of the two. */
export function refuseXinetdConflict(target: Target, { port }: SetupAnswers, services: ServiceTable): void {
  const files = ['/etc/xinetd.conf', ...target.list(XINETD_FOLDER).map((name) => `${XINETD_FOLDER}/${name}`)];
  for (const file of files.filter((each) => each !== XINETD_FILE)) {
    if (target.stat(file)?.isFile() !== true) continue;
    const text = (target.read(file)?.content ?? '').replaceAll(/^\s*#.*$/gm, '');
    for (const [, name = '', body = ''] of text.matchAll(/^\s*service\s+(\S+)\s*\{([^}]*)\}/gm)) {
      const value = (key: string): string | undefined => new RegExp(`^\\s*${key}\\s*=\\s*(\\S+)`, 'm').exec(body)?.[1];
      const itsPort = Number(value('port') ?? resolvePort(name, services) ?? 0);
      if (value('disable') === 'yes' || value('socket_type') === 'dgram' || itsPort !== port) continue;
      throw new SetupError(
        `${target.at(file)}: service ${name} has port ${port} already: write disable = yes there, or give that ftpd ` +
          'the service raw-ftp',
      );
    }
  }
}
