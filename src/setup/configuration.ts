/** From answers to /etc/sftpd.yaml. */
import type { SetupAnswers } from '../../schemas/setup-answers.js';
import { printConfiguration } from '../cli/print-config.js';
import { formatDiagnostics } from '../config/diagnostics.js';
import { emptyDocument } from '../config/document.js';
import { configure } from '../config/load.js';
import { inspectMachine } from '../config/machine.js';
import { overlay, type Patch } from '../config/patch.js';
import { SetupError } from './target.js';

export const CONFIG_FILE = '/etc/sftpd.yaml';

/** Answers whose start is decided. */
export type DecidedAnswers = SetupAnswers & { readonly start: Exclude<SetupAnswers['start'], 'auto'> };

export interface ConfigurationText {
  readonly text: string;
  /** What sftpd --check will say of it. */
  readonly warnings: readonly string[];
}

/** The file, checked as sftpd checks it. A problem names the answer that it comes from. */
export async function configurationFor(answers: DecidedAnswers): Promise<ConfigurationText> {
  const patch = (answer: string, path: readonly string[], value: unknown): Patch => ({ flag: answer, path, value });
  const { cleartext, protection, externalAddress, passivePorts } = answers;
  const patches = [
    patch('workdir', ['workdir'], answers.workdir),
    patch('user', ['user'], answers.user),
    patch('port', ['listeners', '*', 'port'], answers.port),
    patch('externalAddress', ['listeners', '*', 'externalAddress'], externalAddress),
    patch('ftpdHost', ['ftpd', 'host'], answers.ftpdHost),
    patch('ftpdPort', ['ftpd', 'port'], answers.ftpdPort),
    patch('cleartext', ['control', 'cleartext'], cleartext),
    patch('protection', ['data', 'protection'], protection),
    patch('passivePorts', ['data', 'passivePorts'], passivePorts),
    // The journal takes standard output, and knows date, time and process id itself.
    ...(answers.start === 'systemd'
      ? [
          patch('start', ['logging', 'destination'], 'stdout'),
          patch('start', ['logging', 'events'], ['errors', 'warnings', 'connections', 'compatibility', 'users']),
        ]
      : []),
  ];
  const machine = await inspectMachine();
  const loaded = configure(overlay(emptyDocument(CONFIG_FILE), patches), { machine, generation: 1 });
  if (!loaded.ok)
    throw new SetupError(`these answers do not go together:\n${formatDiagnostics(loaded.error).trimEnd()}`);
  const inetd = answers.start === 'inetd' || answers.start === 'xinetd';
  const text = printConfiguration(loaded.value, { inetd });
  const warnings = loaded.value.warnings.map((each) => formatDiagnostics([each]).trimEnd());
  return { text: `# Written by sftpd-setup, which leaves it alone once it is changed.\n${text}`, warnings };
}
