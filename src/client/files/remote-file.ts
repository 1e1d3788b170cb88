/** What the server knows of a file, and how its path is written so that it means that file to every server. */
import type { Client } from '../client.js';
import { ClientError } from '../error.js';

/** In octets; undefined where the server does not say. @throws ClientError when the session is over */
export const sizeOf = (client: Client, path: string): Promise<number | undefined> => answered(client.size(path));

/** Undefined where the server does not say. @throws ClientError when the session is over */
export async function modifiedOf(client: Client, path: string): Promise<Date | undefined> {
  return (await offers(client, 'MDTM')) ? answered(client.modified(path)) : undefined;
}

/** Whether a transfer may begin within a file (REST). One that has no FEAT to say so may have it all the same. */
export async function canRestart(client: Client): Promise<boolean> {
  const features = await client.features();
  return features.size === 0 || features.has('REST');
}

export async function offers(client: Client, feature: string): Promise<boolean> {
  return (await client.features()).has(feature);
}

/** Whether there is a directory of this name. The session stays where it is. @throws ClientError when the session is over */
export async function isDirectory(client: Client, path: string): Promise<boolean> {
  const back = await client.workingDirectory();
  if (!(await answered(client.changeDirectory(path).then(() => true)))) return false;
  await client.changeDirectory(back);
  return true;
}

/** A path below another one. */
export function remoteJoin(directory: string, name: string): string {
  if (directory === '' || directory === '.') return plainPath(name);
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/**
 * The same file, written so that no server takes it for something else: a hyphen begins options of LIST, a tilde somebody's home
 * directory, and blanks at the beginning are lost.
 */
export const plainPath = (path: string): string => (/^[-~\s]/.test(path) ? `./${path}` : path);

/** The answer; undefined where the server refuses to give one, or says what is none. */
async function answered<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ClientError && error.code === 'refused') return undefined;
    throw error;
  }
}
