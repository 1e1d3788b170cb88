/** The entry of /etc/inetd.conf, as the manual has it. */
import type { SetupAnswers } from '../../schemas/setup-answers.js';
import { resolvePort, type ServiceTable } from '../config/services.js';
import type { Change } from './change.js';
import type { Journal } from './journal.js';
import { appendLines, marked, replaceText } from './shared-file.js';
import { SetupError, type Target } from './target.js';

const INETD_CONF = '/etc/inetd.conf';

/** Adds the entry unless it is there; another one for the same port is an error, as inetd would serve one of the two. */
export function planInetd(
  target: Target,
  { port, user }: SetupAnswers,
  context: { readonly command: readonly string[]; readonly services: ServiceTable; readonly journal: Journal },
): readonly Change[] {
  const { command, services, journal } = context;
  const [program = '', ...args] = command;
  const words = ['safetp', 'stream', 'tcp', 'nowait', user, program, 'sftpd', ...args];
  const text = marked([`safetp\tstream\ttcp\tnowait\t${user}\t${program}\tsftpd ${args.join(' ')}`]);
  // The program has moved: our own entry is no conflict.
  const replaced = replaceText(target, { path: INETD_CONF, text, journal });
  if (replaced !== undefined) return [replaced];
  const lines = (target.read(INETD_CONF)?.content ?? '').split('\n');
  for (const [index, line] of lines.entries()) {
    const fields = line.trim().split(/\s+/);
    const [service = '', type, protocol = ''] = fields;
    if (service.startsWith('#') || type !== 'stream' || !protocol.startsWith('tcp')) continue;
    if (fields.join(' ') === words.join(' ')) return [];
    // ADDRESS:SERVICE is an extension that several have.
    const name = service.slice(service.lastIndexOf(':') + 1);
    if (resolvePort(/^[0-9]+$/.test(name) ? Number(name) : name, services) !== port) continue;
    throw new SetupError(
      `${target.at(INETD_CONF)}:${index + 1}: port ${port} is served there already (${line.trim()}): give that ftpd the ` +
        `service raw-ftp in the place of ${service}, or take the line out`,
    );
  }
  return [appendLines(target, INETD_CONF, text)];
}
