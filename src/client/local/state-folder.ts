/** Where this program keeps what it has to remember: `$XDG_STATE_HOME/sftpc`, or its place under ~/.local/state. */
import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** XDG Base Directory 0.8. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const state = env['XDG_STATE_HOME'];
  // The XDG specification: a relative path is to be ignored.
  const base = state?.startsWith('/') === true ? state : join(env['HOME'] ?? homedir(), '.local', 'state');
  return join(base, 'sftpc');
}

/** Makes a folder that only its owner can look into. One that is there already keeps its mode: it may be somebody else's. */
export async function makePrivateFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(folder, 0o700);
}
