import { execFileSync, spawnSync } from 'node:child_process';

/** Whether this machine lets us put a file system of our own somewhere: root may, except in some containers. */
export const mayMount = spawnSync('unshare', ['--mount', 'true'], { timeout: 10_000 }).status === 0;

/** Puts a disk of that many octets over a folder. Gives what takes it away again. */
export function mountSmallDisk(folder: string, octets: number): () => Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${octets},mode=0777`, 'tmpfs', folder], { timeout: 10_000 });
  return () => {
    execFileSync('umount', [folder], { timeout: 10_000 });
    return Promise.resolve();
  };
}
