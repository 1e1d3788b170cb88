/** What has to be done so that a tree is as the answers say. What is so already needs nothing. */
import { keyPaths, FOLDER_MODE, PRIVATE_MODE, PUBLIC_MODE } from '../keys/key-files.js';
import { loadServerKey } from '../keys/key-store.js';
import { accountChanges, findAccount } from './accounts.js';
import { type Change, type Owner, type Plan, ROOT } from './change.js';
import { CONFIG_FILE, type ConfigurationText, type DecidedAnswers } from './configuration.js';
import { planInetd } from './inetd.js';
import { type Journal, JOURNAL_FOLDER } from './journal.js';
import { planServices } from './services.js';
import { serviceUnit, socketUnit, UNIT_FOLDER } from './systemd.js';
import { binary, isRoot, SetupError, type Target } from './target.js';
import { refuseXinetdConflict, XINETD_FILE, XINETD_FOLDER, xinetdFile } from './xinetd.js';

/** What an installation is planned from. */
export interface InstallationOrder {
  readonly answers: DecidedAnswers;
  readonly journal: Journal;
  readonly configuration: ConfigurationText;
  /** How sftpd is started, without its own arguments. */
  readonly program: readonly string[];
}

/** Plans without changing anything. Throws a {@link SetupError} for what stands against it. */
export function planInstallation(target: Target, order: InstallationOrder): Plan {
  return new Planner(target, order).plan();
}

class Planner {
  readonly #target: Target;
  readonly #order: InstallationOrder;
  readonly #changes: Change[] = [];
  readonly #notes: string[] = [];
  readonly #folders = new Set<string>();

  constructor(target: Target, order: InstallationOrder) {
    this.#target = target;
    this.#order = order;
  }

  plan(): Plan {
    const { answers, configuration } = this.#order;
    const owner: Owner = { kind: 'user', name: answers.user };
    // First, as the journal is written before each further step.
    this.#folder(JOURNAL_FOLDER, 0o700);
    const before = this.#changes.length;
    this.#folder('/etc');
    this.#changes.push(...accountChanges(this.#target, answers.user, answers.workdir));
    this.#folder(answers.workdir, 0o750, owner);
    this.#key(owner);
    this.#file(CONFIG_FILE, configuration.text, 'the answers do not reach it');
    const services = planServices(this.#target, answers);
    this.#changes.push(...services.changes);
    this.#start(services.table);
    // A folder for a journal of nothing is not worth making.
    return { changes: this.#changes.length === before ? [] : this.#changes, notes: this.#notes };
  }

  /** What starts sftpd. */
  #start(services: ReturnType<typeof planServices>['table']): void {
    const { answers, program, journal } = this.#order;
    const config = ['--config', CONFIG_FILE];
    switch (answers.start) {
      case 'systemd': {
        this.#folder(UNIT_FOLDER);
        const before = this.#changes.length;
        this.#file(`${UNIT_FOLDER}/sftpd.socket`, socketUnit(answers));
        this.#file(`${UNIT_FOLDER}/sftpd.service`, serviceUnit(answers, [...program, ...config]));
        if (this.#changes.length > before && this.#target.live && this.#target.stat('/run/systemd/system')) {
          this.#changes.push({ action: { kind: 'command', run: ['systemctl', 'daemon-reload'] } });
        }
        return;
      }
      case 'inetd':
        this.#changes.push(
          ...planInetd(this.#target, answers, { command: [...program, '-s', ...config], services, journal }),
        );
        return;
      case 'xinetd':
        refuseXinetdConflict(this.#target, answers, services);
        this.#folder(XINETD_FOLDER);
        this.#file(XINETD_FILE, xinetdFile(answers, [...program, '-s', ...config]));
        return;
      case 'none':
    }
  }

  /** A directory with those above it. One that is there stays as it is. */
  #folder(place: string, mode = 0o755, owner: Owner = ROOT): void {
    if (place === '/' || this.#folders.has(place) || this.#target.hasFolder(place)) return;
    this.#folder(place.slice(0, place.lastIndexOf('/')) || '/');
    this.#folders.add(place);
    this.#changes.push({
      action: { kind: 'folder', path: place, make: true, mode, owner },
      record: { kind: 'folder', path: place },
    });
  }

  /** A file of our own: written when it is absent, or is what we wrote and no more what we would write. */
  #file(place: string, text: string, consequence?: string): void {
    const before = this.#target.read(place);
    const content = binary(text);
    if (before?.content === content) return;
    const ours = this.#order.journal.entries.filter((entry) => entry.kind === 'file' && entry.path === place);
    if (before !== undefined && !ours.some((entry) => entry.kind === 'file' && entry.content === before.content)) {
      const why = ours.length > 0 ? 'was changed since sftpd-setup wrote it' : 'was there before';
      this.#notes.push(`${this.#target.at(place)} ${why} and stays as it is${consequence ? `: ${consequence}` : ''}`);
      return;
    }
    const after = { content, mode: before?.mode ?? 0o644, owner: before ? idsOf(before) : ROOT };
    this.#changes.push({
      action: { kind: 'file', path: place, before, after, show: 'open' },
      record: { kind: 'file', path: place, content },
      forget: ours,
    });
  }

  /** The key. One that is there is kept: clients may have pinned it. */
  #key(owner: Owner): void {
    const { answers } = this.#order;
    const { workdir, keyBits: bits } = answers;
    const { folder, privateFile, publicFile } = keyPaths(workdir);
    const present = [privateFile, publicFile].filter((file) => this.#target.stat(file) !== undefined);
    if (present.length === 0) {
      if (this.#target.hasFolder(folder)) this.#attributes(folder, FOLDER_MODE, owner);
      else this.#folder(folder, FOLDER_MODE, owner);
      const entry = { kind: 'key', workdir, publicKey: '' } as const;
      this.#changes.push({ action: { kind: 'key', workdir, bits, owner }, record: entry });
      return;
    }
    const loaded = loadServerKey(this.#target.at(workdir));
    // What others can read is closed below; whatever else is wrong with it is not ours to mend.
    if (!loaded.ok && loaded.error.code !== 'key-permissions') throw new SetupError(loaded.error.text);
    this.#attributes(folder, FOLDER_MODE, owner);
    this.#attributes(privateFile, PRIVATE_MODE, owner);
    if (present.includes(publicFile)) this.#attributes(publicFile, PUBLIC_MODE, owner);
  }

  #attributes(place: string, mode: number, owner: Owner): void {
    const status = this.#target.stat(place);
    if (status === undefined) return;
    const before = { mode: status.mode & 0o7777, uid: status.uid, gid: status.gid };
    const wanted = owner.kind === 'user' ? findAccount(this.#target, owner.name) : owner;
    const owned = !isRoot() || (wanted?.uid === before.uid && wanted.gid === before.gid);
    if (owned && before.mode === mode) return;
    this.#changes.push({
      action: { kind: 'attributes', path: place, before, after: { mode, owner } },
      record: { kind: 'attributes', path: place, before, mode },
    });
  }
}

function idsOf({ uid, gid }: { readonly uid: number; readonly gid: number }): Owner {
  return { kind: 'ids', uid, gid };
}
