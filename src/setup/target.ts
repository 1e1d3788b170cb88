/**
 * The tree that is set up: this machine, or what lies under a prefix. Paths in it are written as the machine will see them;
 * only here are they put under the prefix.
 *
 * Contents are binary strings (an octet a character): what others have written into a file must come out as it went in,
 * whatever its encoding.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import path from 'node:path';
import { systemError } from '../keys/key-files.js';

/** Why something cannot be set up. The text is for the administrator. */
export class SetupError extends Error {}

/** Mode and owner of what is there. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A file as it is, or is to be. */
export interface FileImage {
  /** Binary string. */
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A tree to be set up. */
export class Target {
  /** Absolute; `/` is this machine. */
  readonly root: string;
  /** Whether it is this machine: only then programs are run. */
  readonly live: boolean;

  constructor(root: string) {
    this.root = root;
    this.live = root === '/';
  }

  /** Where a path of the target really is. */
  at(place: string): string {
    return path.join(this.root, place);
  }

  /** What is at a path, links not followed; undefined for nothing. */
  stat(place: string): Stats | undefined {
    try {
      return lstatSync(this.at(place));
    } catch (error) {
      const why = systemError(error);
      if (why === 'ENOENT' || why === 'ENOTDIR') return undefined;
      throw new SetupError(`cannot look at ${this.at(place)}: ${why}`);
    }
  }

  /** A regular file; undefined for nothing. Anything else is an error: it is not to be replaced by a file. */
  read(place: string): FileImage | undefined {
    const status = this.stat(place);
    if (status === undefined) return undefined;
    this.refuseLinks(place);
    if (!status.isFile()) throw new SetupError(`${this.at(place)} is not a regular file: move it away`);
    try {
      const content = readFileSync(this.at(place), 'latin1');
      return { content, mode: status.mode & 0o7777, uid: status.uid, gid: status.gid };
    } catch (error) {
      throw new SetupError(`cannot read ${this.at(place)}: ${systemError(error)}`);
    }
  }

  /** Names in a directory; none when there is no such directory. */
  list(place: string): readonly string[] {
    try {
      return readdirSync(this.at(place)).sort();
    } catch (error) {
      const why = systemError(error);
      if (why === 'ENOENT' || why === 'ENOTDIR') return [];
      throw new SetupError(`cannot list ${this.at(place)}: ${why}`);
    }
  }

  /** Whether a directory is there, on this machine through a link too. */
  hasFolder(place: string): boolean {
    const status = this.stat(place);
    if (status === undefined) return false;
    this.refuseLinks(place);
    if (status.isDirectory() || status.isSymbolicLink()) return true;
    throw new SetupError(`${this.at(place)} is in the way: a directory belongs there`);
  }

  /**
   * A link at the end of a path would be replaced by what is written; a link on the way, under a prefix, may lead out of it.
   * On this machine a directory may be a link (/var on another disk).
   */
  private refuseLinks(place: string): void {
    const steps = place.split('/').filter((step) => step !== '');
    for (let length = 1; length <= steps.length; length++) {
      const here = `/${steps.slice(0, length).join('/')}`;
      const status = lstatSync(this.at(here), { throwIfNoEntry: false });
      if (status?.isSymbolicLink() !== true) continue;
      const mayStay = this.live && (length < steps.length || isFolder(this.at(here)));
      if (mayStay) continue;
      throw new SetupError(
        `${this.at(here)} is a symbolic link to ${readlinkSync(this.at(here))}: sftpd-setup writes through no link; ` +
          'put the file or directory itself there',
      );
    }
  }
}

function isFolder(file: string): boolean {
  try {
    readdirSync(file);
    return true;
  } catch {
    return false;
  }
}

/** A text of ours as a binary string. */
export function binary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Whether this process may set owners. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}
