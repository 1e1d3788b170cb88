/** What a user sets for the whole run: at the beginning by options, later by commands. */
import type { DataMode } from '../session/data-connection.js';
import type { RepresentationType } from '../terms.js';

export interface Preferences {
  /** For get and put (ascii, binary). */
  type: RepresentationType;
  /** For the sessions that open makes; a session has one of its own. */
  mode: DataMode;
  /** Whether transfers show how far they are, where there is a terminal. */
  progress: boolean;
  /** Whether transfers print a mark every HASH_OCTETS. */
  hash: boolean;
  /** Whether commands that take several files ask for each, where there is a terminal. */
  prompt: boolean;
  /** Whether * ? [ ] in names stand for several files. */
  glob: boolean;
}

export const initialPreferences = (mode: DataMode = 'passive'): Preferences => ({
  type: 'I',
  mode,
  progress: true,
  hash: false,
  prompt: true,
  glob: true,
});
