/** Where answers come from when nobody is asked: a file, or the defaults of the tree that is set up. */
import { type SetupAnswers, setupAnswersSchema } from '../../schemas/setup-answers.js';
import { arrangeDiagnostics, type Diagnostic, formatPath, type Problem } from '../config/diagnostics.js';
import { parseDocument, readConfigurationFile } from '../config/document.js';
import { problemsOf } from '../config/issues.js';
import { nearest } from '../lib/nearest.js';
import { err, ok, type Result } from '../lib/result.js';
import type { DecidedAnswers } from './configuration.js';
import type { Journal } from './journal.js';
import type { Target } from './target.js';

/** Names of all answers, in the order they are asked for. */
export const ANSWER_NAMES = Object.keys(setupAnswersSchema.shape) as readonly (keyof SetupAnswers)[];

type Issue = Parameters<typeof problemsOf>[0][number];

/** Reads an answers file, all of whose problems come back at once. */
export async function readAnswers(file: string): Promise<Result<SetupAnswers, readonly Diagnostic[]>> {
  const octets = await readConfigurationFile(file);
  if (!octets.ok) {
    const { kind, diagnostic } = octets.error;
    return err([
      kind === 'absent' ? { ...diagnostic, message: 'no such file: name one with --answers FILE' } : diagnostic,
    ]);
  }
  const document = parseDocument(octets.value, file);
  if (!document.ok) return document;
  const { value } = document.value;
  const parsed = setupAnswersSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.flatMap((issue) => answerProblems(issue, value));
  return err(
    arrangeDiagnostics(
      problems.map(({ severity, path, at, message }) => {
        return { severity, place: document.value.place(path, at), path: formatPath(path), message };
      }),
    ),
  );
}

/** Why a value is no answer to a question; undefined when it is one. */
export function refusalOf(name: keyof SetupAnswers, value: unknown): string | undefined {
  const parsed = setupAnswersSchema.shape[name].safeParse(value);
  if (parsed.success) return undefined;
  const issues = parsed.error.issues.map((issue): Issue => ({ ...issue, path: [name, ...issue.path] }));
  return problemsOf(issues, { [name]: value })[0]?.message;
}

/** The answers to begin with: those of last time, else the defaults. */
export function initialAnswers(journal: Journal): SetupAnswers {
  return journal.answers ?? setupAnswersSchema.parse({});
}

/** Decides what starts sftpd, where the answer is auto: as last time, else what is there, systemd before the inetds. */
export function decideStart(answers: SetupAnswers, target: Target, journal: Journal): DecidedAnswers {
  const { start } = answers;
  if (start !== 'auto') return { ...answers, start };
  const before = journal.answers?.start;
  if (before !== undefined && before !== 'auto') return { ...answers, start: before };
  if (hasSystemd(target)) return { ...answers, start: 'systemd' };
  if (target.stat('/etc/xinetd.d') !== undefined) return { ...answers, start: 'xinetd' };
  if (target.stat('/etc/inetd.conf') !== undefined) return { ...answers, start: 'inetd' };
  return { ...answers, start: 'none' };
}

/** On this machine it must be what runs (sd_booted(3)); under a prefix it must be installed. */
function hasSystemd(target: Target): boolean {
  const signs = target.live
    ? ['/run/systemd/system']
    : ['/lib/systemd/systemd', '/usr/lib/systemd/systemd', '/etc/systemd/system'];
  return signs.some((sign) => target.stat(sign) !== undefined);
}

/** As src/config has it, but for what there names keys of sftpd.yaml. */
function answerProblems(issue: Issue, value: unknown): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = nearest(key, ANSWER_NAMES);
      const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
      const message = `unknown key${hint}; allowed here: ${ANSWER_NAMES.join(', ')}`;
      return { severity: 'error', path: [key], at: 'key', message };
    });
  }
  if (issue.path.length > 0) return problemsOf([issue], value);
  return [{ severity: 'error', path: [], at: 'value', message: 'expected a mapping of answers, as in port: 21' }];
}
