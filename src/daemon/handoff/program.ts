/** Whether a file can be started as an ftpd. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

/** Why it cannot, or undefined. */
export async function programProblem(program: string): Promise<string | undefined> {
  try {
    const found = await stat(program);
    if (!found.isFile()) return `${program} is not a file`;
    await access(program, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `${program} is not there`;
    if (code === 'EACCES') return `${program} may not be executed`;
    return message;
  }
}
