/** The entries of /etc/services that the manual asks for: safetp, where clients come in, and raw-ftp, where the ftpd is. */
import type { SetupAnswers } from '../../schemas/setup-answers.js';
import { parseServices, type ServiceTable } from '../config/services.js';
import type { Change } from './change.js';
import { appendLines, marked } from './shared-file.js';
import { SetupError, type Target } from './target.js';

const SERVICES = '/etc/services';

/** What is to be done, and the table as it will be. */
export interface ServicesPlan {
  readonly changes: readonly Change[];
  readonly table: ServiceTable;
}

/**
 * Adds what is not there. The manual makes safetp an alias in the line of ftp; a line of its own says the same to
 * getservbyname(3) and leaves the line of ftp as it is. A name that is there for another port is an error: of two entries
 * the first counts, so ours would have no effect, and somebody meant the other one.
 */
export function planServices(target: Target, answers: SetupAnswers): ServicesPlan {
  const present = parseServices(target.read(SERVICES)?.content ?? '');
  const wanted = [
    { name: 'safetp', port: answers.port, answer: 'port' },
    { name: 'raw-ftp', port: answers.ftpdPort, answer: 'ftpdPort' },
  ];
  for (const { name, port, answer } of wanted) {
    const there = present.get(name);
    if (there === undefined || there === port) continue;
    throw new SetupError(
      `${target.at(SERVICES)}: ${name} is ${there}/tcp there, and ${answer} is ${port}: answer ${answer}: ${there}, ` +
        'or take the entry out',
    );
  }
  const missing = wanted.filter(({ name }) => !present.has(name));
  if (missing.length === 0) return { changes: [], table: present };
  const text = marked(missing.map(({ name, port }) => `${name.padEnd(15)} ${port}/tcp`));
  return {
    changes: [appendLines(target, SERVICES, text)],
    table: new Map([...present, ...missing.map(({ name, port }) => [name, port] as const)]),
  };
}
