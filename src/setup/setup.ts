/** sftpd-setup, from its arguments to its exit status: 0 done, 1 failed or declined, 2 wrong command line. */
import { accessSync, constants, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { SetupAnswers } from '../../schemas/setup-answers.js';
import { programVersion } from '../cli/version.js';
import { formatDiagnostics } from '../config/diagnostics.js';
import { loadServerKey } from '../keys/key-store.js';
import { decideStart, initialAnswers, readAnswers } from './answers.js';
import { parseArguments, type SetupRequest, USAGE } from './arguments.js';
import { carryOut, type Interference } from './carry-out.js';
import type { Plan } from './change.js';
import { configurationFor } from './configuration.js';
import { askAll, confirm, type Terminal, terminalOf } from './dialogue.js';
import { planInstallation } from './installation.js';
import { differences, readJournal } from './journal.js';
import { nextSteps } from './next-steps.js';
import { fullDiff, summary } from './preview.js';
import { programLine } from './program-line.js';
import { planRemoval } from './removal.js';
import { isRoot, SetupError, Target } from './target.js';

type Install = SetupRequest & { readonly kind: 'install' };
type Uninstall = SetupRequest & { readonly kind: 'uninstall' };

/** Where it speaks, and how it was started. */
export interface Surroundings extends Interference {
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Undefined: nobody to ask. */
  readonly terminal: (() => Terminal & { readonly close: () => void }) | undefined;
  /** The program as it was called. */
  readonly invoked: string | undefined;
}

/** Runs sftpd-setup with these arguments, the program's own name not among them. */
export async function runSetup(argv: readonly string[], around: Surroundings = ofProcess()): Promise<0 | 1 | 2> {
  const request = parseArguments(argv);
  if (!request.ok) return wrong(around, request.error);
  const { value } = request;
  if (value.kind === 'help') around.say(USAGE);
  if (value.kind === 'version') around.say(`sftpd-setup ${programVersion()}\n`);
  if (value.kind === 'help' || value.kind === 'version') return 0;
  try {
    const target = new Target(value.root);
    if (!value.dryRun) demandRights(target);
    return value.kind === 'install' ? await install(target, value, around) : await uninstall(target, value, around);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    around.complain(`sftpd-setup: ${error.message}\nNothing was changed.\n`);
    return 1;
  }
}

async function install(target: Target, request: Install, around: Surroundings): Promise<0 | 1 | 2> {
  const journal = readJournal(target);
  const terminal = request.answers === undefined && !request.yes ? around.terminal?.() : undefined;
  try {
    const given = await obtainAnswers(request, decideStart(initialAnswers(journal), target, journal), {
      around,
      terminal,
    });
    if (typeof given === 'number') return given;
    const answers = decideStart(given, target, journal);
    const changed = journal.answers ? differences(journal.answers, answers) : [];
    if (changed.length > 0) {
      throw new SetupError(
        `sftpd is set up here with other answers (${changed.join('; ')}): change /etc/sftpd.yaml by hand, or ` +
          'take it back first with sftpd-setup --uninstall, which keeps the key',
      );
    }
    const program = programLine(answers.program, around.invoked);
    const configuration = await configurationFor(answers);
    const plan = planInstallation(target, { answers, journal, configuration, program: program.words });
    // Under a prefix the program is that tree's, and may not be there yet.
    const notes = [...plan.notes, ...configuration.warnings, ...(target.live ? program.warnings : [])];
    const verdict = await offer(target, { ...plan, notes }, { request, around, terminal });
    if (verdict !== 'go') return verdict;
    const status = carry(target, plan, { before: journal, answers }, around);
    if (status !== 0) return status;
    // A key that was there, and was open to others, could be read for certain only now.
    const key = loadServerKey(target.at(answers.workdir));
    const about = key.ok ? `The key, for clients to compare: ${key.value.fingerprint}` : `Note: ${key.error.text}`;
    around.say(`Done. ${about}\n\n${nextSteps(answers, target)}`);
    return 0;
  } finally {
    terminal?.close();
  }
}

async function uninstall(target: Target, request: Uninstall, around: Surroundings): Promise<0 | 1 | 2> {
  const journal = readJournal(target);
  const terminal = request.yes || request.dryRun ? undefined : around.terminal?.();
  try {
    const plan = planRemoval(target, journal, request.purgeKey);
    const verdict = await offer(target, plan, { request, around, terminal });
    if (verdict !== 'go') return verdict;
    const status = carry(target, plan, { before: journal, answers: undefined }, around);
    if (status === 0) around.say('Done.\n');
    return status;
  } finally {
    terminal?.close();
  }
}

/** The answers; an exit status when there are none. */
async function obtainAnswers(
  request: Install,
  initial: SetupAnswers,
  { around, terminal }: { readonly around: Surroundings; readonly terminal: Terminal | undefined },
): Promise<SetupAnswers | 0 | 1 | 2> {
  if (request.answers !== undefined) {
    const read = await readAnswers(request.answers);
    if (read.ok) return read.value;
    around.complain(formatDiagnostics(read.error, { source: process.stderr.isTTY }));
    around.complain('sftpd-setup: the answers cannot be used. Nothing was changed.\n');
    return 1;
  }
  if (request.yes) return initial;
  if (terminal === undefined) {
    return wrong(around, 'there is no terminal to ask on: give --answers FILE, or --yes for the defaults');
  }
  const asked = await askAll(terminal, initial);
  if (asked !== undefined) return asked;
  around.complain('\nsftpd-setup: the answers ended. Nothing was changed.\n');
  return 1;
}

/** Shows a plan and, where somebody is there, asks: whether to go on, or the exit status. */
async function offer(
  target: Target,
  { changes, notes }: Plan,
  context: {
    readonly request: Install | Uninstall;
    readonly around: Surroundings;
    readonly terminal: Terminal | undefined;
  },
): Promise<'go' | 0 | 1> {
  const { request, around, terminal } = context;
  const { say } = around;
  const visible = changes.some(({ action }) => action.kind !== 'nothing');
  const plan = { changes, notes };
  say(notes.map((note) => `Note: ${note}\n`).join(''));
  if (!visible)
    say(request.kind === 'install' ? 'Nothing to do: all is as the answers say.\n' : 'Nothing to take back.\n');
  // Entries of what is gone are still to be struck out of the journal.
  if (changes.length === 0) return 0;
  if (request.dryRun) {
    say(fullDiff(plan, target));
    return 0;
  }
  if (visible) say(`${terminal ? '\nsftpd-setup will do' : 'sftpd-setup does'} this:\n${summary(plan, target)}`);
  if (!isRoot()) say('Not started as root: what is made belongs to you; set the owners yourself.\n');
  if (terminal === undefined || !visible || (await confirm(terminal, () => fullDiff(plan, target)))) return 'go';
  say('Nothing was changed.\n');
  return 1;
}

/** Carries a plan out; a signal waits until it is done, or taken back. */
function carry(target: Target, plan: Plan, journal: Parameters<typeof carryOut>[2], around: Surroundings): 0 | 1 {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const wait = (): void => undefined;
  for (const signal of signals) process.on(signal, wait);
  try {
    const done = carryOut(target, plan, journal, around);
    if (done.ok) return 0;
    const { why, left } = done.error;
    around.complain(`sftpd-setup: ${why}\n`);
    if (left.length === 0) around.complain('What this run had done is taken back: all is as before.\n');
    else
      around.complain(`What this run had done is taken back, except:\n${left.map((each) => `  ${each}\n`).join('')}`);
    return 1;
  } finally {
    for (const signal of signals) process.off(signal, wait);
  }
}

function demandRights(target: Target): void {
  if (target.live) {
    if (!isRoot()) throw new SetupError('this must be run as root (or with --dry-run, or with --root PREFIX)');
    return;
  }
  try {
    if (!statSync(target.root).isDirectory()) throw new SetupError(`--root ${target.root} is not a directory`);
    accessSync(target.root, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`--root ${target.root} is not there, or not yours to write: make it, or be root`);
  }
}

function wrong(around: Surroundings, why: string): 2 {
  around.complain(`sftpd-setup: ${why}\nTry: sftpd-setup --help\n`);
  return 2;
}

function ofProcess(): Surroundings {
  const { stdin, stdout, stderr } = process;
  const say = (text: string): void => void stdout.write(text);
  const terminal = () => {
    const lines = createInterface({ input: stdin, output: stdout });
    return { ...terminalOf(lines, say), close: () => lines.close() };
  };
  return {
    say,
    complain: (text) => void stderr.write(text),
    terminal: stdin.isTTY && stdout.isTTY ? terminal : undefined,
    invoked: process.argv[1],
  };
}
