/** What has to be done to take back what the journal records. What was changed since is left, and named. */
import path from 'node:path';
import { keyPaths } from '../keys/key-files.js';
import { findAccount, findProgram, hasGroup } from './accounts.js';
import type { Change, Owner, Plan } from './change.js';
import { type Journal, JOURNAL_FILE, JOURNAL_FOLDER, type JournalEntry } from './journal.js';
import { removeText } from './shared-file.js';
import { UNIT_FOLDER } from './systemd.js';
import type { FileImage, Target } from './target.js';

/** Plans without changing anything. Later steps are taken back first. */
export function planRemoval(target: Target, journal: Journal, purgeKey: boolean): Plan {
  return new Remover(target, journal, purgeKey).plan();
}

class Remover {
  readonly #target: Target;
  readonly #journal: Journal;
  readonly #purgeKey: boolean;
  readonly #changes: Change[] = [];
  readonly #notes: string[] = [];
  /** Files as they will be by then; undefined: gone. */
  readonly #files = new Map<string, FileImage | undefined>();
  readonly #goneFolders = new Set<string>();
  /** The folder of a key that stays. */
  #keptKey: string | undefined;

  constructor(target: Target, journal: Journal, purgeKey: boolean) {
    this.#target = target;
    this.#journal = journal;
    this.#purgeKey = purgeKey;
  }

  plan(): Plan {
    const { entries } = this.#journal;
    const units = entries.some((entry) => entry.kind === 'file' && entry.path.startsWith(`${UNIT_FOLDER}/`));
    if (units) this.#systemctl(['disable', '--now', 'sftpd.socket', 'sftpd.service'], true);
    // The journal is the last to go: its folder, and those above that were made for it.
    const held = (entry: JournalEntry): boolean =>
      entry.kind === 'folder' && `${JOURNAL_FOLDER}/`.startsWith(`${entry.path}/`);
    for (const entry of entries.toReversed()) if (!held(entry)) this.#takeBack(entry);
    if (units) this.#systemctl(['daemon-reload'], this.#target.stat('/run/systemd/system') !== undefined);
    const forgotten = new Set(this.#changes.flatMap(({ forget = [] }) => forget));
    if (entries.every((entry) => held(entry) || forgotten.has(entry))) {
      this.#files.set(JOURNAL_FILE, undefined);
      for (const entry of entries.toReversed()) if (held(entry)) this.#takeBack(entry);
    }
    return { changes: this.#changes, notes: this.#notes };
  }

  #takeBack(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'folder':
        this.#folder(entry);
        return;
      case 'file': {
        const before = this.#read(entry.path);
        if (before === undefined) this.#forget(entry);
        else if (before.content === entry.content) this.#write(entry, before, undefined);
        else this.#leave(entry.path, 'was changed since: remove it yourself if it is not needed');
        return;
      }
      case 'lines':
        this.#lines(entry);
        return;
      case 'attributes': {
        const status = this.#target.stat(entry.path);
        if (status === undefined) this.#forget(entry);
        else if ((status.mode & 0o7777) !== entry.mode) this.#leave(entry.path, 'has had its mode changed since');
        else {
          const now = { mode: status.mode & 0o7777, uid: status.uid, gid: status.gid };
          const { mode } = entry.before;
          const after = { mode, owner: { kind: 'ids', uid: entry.before.uid, gid: entry.before.gid } } as const;
          this.#changes.push({
            action: { kind: 'attributes', path: entry.path, before: now, after },
            forget: [entry],
          });
        }
        return;
      }
      case 'account':
        this.#account(entry);
        return;
      case 'key':
        this.#key(entry);
    }
  }

  #folder(entry: JournalEntry & { readonly kind: 'folder' }): void {
    const { path: place } = entry;
    const status = this.#target.stat(place);
    if (status === undefined) {
      this.#forget(entry);
      return;
    }
    const inside = this.#target.list(place).map((name) => path.posix.join(place, name));
    const left = inside.filter(
      (each) => !this.#goneFolders.has(each) && (!this.#files.has(each) || this.#files.get(each)),
    );
    if (left.length > 0) {
      const said = this.#keptKey !== undefined && `${this.#keptKey}/`.startsWith(`${place}/`);
      if (!said) this.#leave(place, `is not empty: ${left.map((each) => path.basename(each)).join(', ')}`);
      return;
    }
    this.#goneFolders.add(place);
    const owner: Owner = { kind: 'ids', uid: status.uid, gid: status.gid };
    this.#changes.push({
      action: { kind: 'folder', path: place, make: false, mode: status.mode & 0o7777, owner },
      forget: [entry],
    });
  }

  #lines(entry: JournalEntry & { readonly kind: 'lines' }): void {
    if (entry.account === true && this.#keptKey !== undefined) return;
    const before = this.#read(entry.path);
    const removal = removeText(before, entry.text);
    if (removal.kind === 'gone' || before === undefined) this.#forget(entry);
    else if (removal.kind === 'changed') this.#leave(entry.path, 'has lines of sftpd-setup that were changed since');
    else if (entry.made && removal.content === '') this.#write(entry, before, undefined);
    else this.#write(entry, before, { ...before, content: removal.content });
  }

  #account(entry: JournalEntry & { readonly kind: 'account' }): void {
    if (this.#keptKey !== undefined) return;
    const { user, group } = entry;
    const forget = [entry];
    if (user !== undefined) {
      const account = findAccount(this.#target, user);
      if (account === undefined) this.#forget(entry);
      else {
        const ids = ['--uid', String(account.uid), '--gid', String(account.gid)];
        const undo = ['useradd', '--system', ...ids, '--no-create-home', '--shell', '/usr/sbin/nologin', user];
        this.#changes.push({ action: { kind: 'account', run: ['userdel', user], undo }, forget });
      }
    } else if (group !== undefined && hasGroup(this.#target, group)) {
      const [run, undo] = [
        ['groupdel', group],
        ['groupadd', '--system', group],
      ];
      this.#changes.push({ action: { kind: 'account', run, undo, group }, forget });
    } else this.#forget(entry);
  }

  /** A key is not to be had again, so it is removed only on demand; and a file without its user would be the next user's. */
  #key(entry: JournalEntry & { readonly kind: 'key' }): void {
    const { privateFile, publicFile, folder } = keyPaths(entry.workdir);
    const files = [privateFile, publicFile].filter((file) => this.#target.stat(file) !== undefined);
    if (files.length === 0) {
      this.#forget(entry);
      return;
    }
    const same = this.#read(publicFile)?.content === entry.publicKey;
    if (this.#purgeKey && same) {
      for (const file of files) this.#write(entry, this.#read(file), undefined, file);
      return;
    }
    this.#keptKey = folder;
    this.#leave(
      folder,
      this.#purgeKey
        ? 'holds another key than sftpd-setup made: remove it yourself'
        : 'stays, with the key and the user it belongs to: sftpd-setup --uninstall --purge-key removes them',
    );
  }

  #write(entry: JournalEntry, before: FileImage | undefined, after: FileImage | undefined, place?: string): void {
    const file = place ?? ('path' in entry ? entry.path : '');
    const secret = file.endsWith('shadow') ? 'lines' : 'open';
    this.#files.set(file, after);
    this.#changes.push({
      action: {
        kind: 'file',
        path: file,
        before,
        after: after && {
          content: after.content,
          mode: after.mode,
          owner: { kind: 'ids', uid: after.uid, gid: after.gid },
        },
        show: entry.kind === 'key' ? 'closed' : secret,
      },
      forget: [entry],
    });
  }

  #read(place: string): FileImage | undefined {
    return this.#files.has(place) ? this.#files.get(place) : this.#target.read(place);
  }

  /** Nothing of it is there any more. */
  #forget(entry: JournalEntry): void {
    this.#changes.push({ action: { kind: 'nothing' }, forget: [entry] });
  }

  #leave(place: string, why: string): void {
    this.#notes.push(`${this.#target.at(place)} ${why}`);
  }

  #systemctl(words: readonly string[], when: boolean): void {
    if (!when || !this.#target.live || findProgram('systemctl') === undefined) return;
    this.#changes.push({ action: { kind: 'command', run: ['systemctl', ...words] } });
  }
}
