/** Doing one step, and undoing it. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { keyPaths } from '../keys/key-files.js';
import { runKeygen } from '../keys/keygen.js';
import { findAccount, findProgram, hasGroup } from './accounts.js';
import type { Action, Owner, WantedFile } from './change.js';
import { isRoot, SetupError, type Target } from './target.js';

type FileAction = Action & { readonly kind: 'file' };
type AccountAction = Action & { readonly kind: 'account' };

/** Does a step. Throws when it cannot, or when what it is about is no more as it was planned from. */
export function perform(target: Target, action: Action): void {
  switch (action.kind) {
    case 'file':
      if (target.read(action.path)?.content !== action.before?.content) {
        throw new SetupError(`${target.at(action.path)} was changed by somebody else just now`);
      }
      putFile(target, action.path, action.after);
      return;
    case 'folder':
      if (action.make) makeFolder(target, action);
      else rmdirSync(target.at(action.path));
      return;
    case 'attributes':
      setAttributes(target, action.path, action.after);
      return;
    case 'key':
      makeKey(target, action);
      return;
    case 'account':
      runAccount(target, action.run, action.group);
      return;
    case 'command':
      run(action.run);
      return;
    case 'nothing':
  }
}

/** Takes a step back that was done, or may have been done in part. */
export function undo(target: Target, action: Action): void {
  switch (action.kind) {
    case 'file':
      undoFile(target, action);
      return;
    case 'folder':
      if (!action.make) makeFolder(target, action);
      else if (target.stat(action.path) !== undefined) rmdirSync(target.at(action.path));
      return;
    case 'attributes': {
      const { mode, uid, gid } = action.before;
      setAttributes(target, action.path, { mode, owner: { kind: 'ids', uid, gid } });
      return;
    }
    case 'key': {
      // Into this folder nothing but the key was put, and it was looked at before: what is there now is of this run.
      const { folder } = keyPaths(action.workdir);
      for (const name of target.list(folder)) {
        if (/^(private|public)\.pem(\.\d+\.tmp)?$/.test(name)) rmSync(path.join(target.at(folder), name));
      }
      return;
    }
    case 'account':
      undoAccount(target, action);
      return;
    case 'command':
      // It told somebody about files that are as before now.
      run(action.run);
      return;
    case 'nothing':
  }
}

/** Writes a file whole, or removes it. */
export function putFile(target: Target, place: string, wanted: WantedFile | undefined): void {
  const file = target.at(place);
  if (wanted === undefined) {
    rmSync(file, { force: true });
    return;
  }
  const temporary = `${file}.${process.pid}.sftpd-setup`;
  // 'wx': not to write through a link that someone left there. Closed until it is whole: it may be /etc/shadow.
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    try {
      const ids = idsOf(target, wanted.owner);
      if (ids !== undefined) fchownSync(descriptor, ids.uid, ids.gid);
      fchmodSync(descriptor, wanted.mode);
      writeFileSync(descriptor, wanted.content, 'latin1');
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function undoFile(target: Target, { path: place, before, after }: FileAction): void {
  const now = target.read(place)?.content;
  if (now === before?.content) return;
  if (now !== after?.content) throw new SetupError(`${target.at(place)} was changed by somebody else just now`);
  const owner = (): Owner => ({ kind: 'ids', uid: before?.uid ?? 0, gid: before?.gid ?? 0 });
  putFile(target, place, before && { content: before.content, mode: before.mode, owner: owner() });
}

function makeFolder(target: Target, { path: place, mode, owner }: Action & { readonly kind: 'folder' }): void {
  if (target.stat(place) !== undefined) return;
  mkdirSync(target.at(place), { mode: 0o700 });
  setAttributes(target, place, { mode, owner });
}

function setAttributes(target: Target, place: string, wanted: { readonly mode: number; readonly owner: Owner }): void {
  const ids = idsOf(target, wanted.owner);
  if (ids !== undefined) chownSync(target.at(place), ids.uid, ids.gid);
  chmodSync(target.at(place), wanted.mode);
}

function makeKey(target: Target, { workdir, bits, owner }: Action & { readonly kind: 'key' }): void {
  const { exitCode, stderr } = runKeygen(['--workdir', target.at(workdir), '--bits', String(bits)]);
  if (exitCode !== 0) throw new SetupError(stderr.trimEnd());
  const ids = idsOf(target, owner);
  const { folder } = keyPaths(target.at(workdir));
  if (ids !== undefined) for (const name of readdirSync(folder)) chownSync(path.join(folder, name), ids.uid, ids.gid);
}

/** Undefined where owners cannot be set: not root, under a prefix of one's own. */
function idsOf(target: Target, owner: Owner): { readonly uid: number; readonly gid: number } | undefined {
  if (!isRoot()) return undefined;
  if (owner.kind === 'ids') return owner;
  const account = findAccount(target, owner.name);
  if (account === undefined) throw new SetupError(`there is no user ${owner.name}, though one was made just now`);
  return account;
}

/** Of a group: userdel removes a user's own with him, useradd may make it. */
function runAccount(target: Target, words: readonly string[], group: string | undefined): void {
  if (group !== undefined && (words[0] === 'groupadd') === hasGroup(target, group)) return;
  run(words);
}

function undoAccount(target: Target, { undo: words, group }: AccountAction): void {
  const name = words.at(-1) ?? '';
  if (group === undefined && (words[0] === 'useradd') === (findAccount(target, name) !== undefined)) return;
  runAccount(target, words, group);
}

function run([program = '', ...args]: readonly string[]): void {
  try {
    execFileSync(findProgram(program) ?? program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 });
  } catch (error) {
    const said = String(Reflect.get(Object(error), 'stderr') ?? '').trim();
    const why = said === '' ? (error instanceof Error ? error.message : String(error)) : said;
    throw new SetupError(`${[program, ...args].join(' ')}: ${why}`);
  }
}
