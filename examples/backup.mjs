// Copies what is new in a directory on the server, and below it, into a folder here:
//
//   SFTPC_PASSWORD=… node backup.mjs HOST PORT USER DIRECTORY FOLDER
import { mkdir, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { ClientError, connect } from 'sftpd/client';

const [host, port, user, directory, folder] = process.argv.slice(2);

try {
  const client = await connect({ host, port: Number(port), user, password: process.env.SFTPC_PASSWORD });
  try {
    await copyNew(client, directory, folder);
  } finally {
    await client.quit();
  }
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  console.error([error.message, error.hint ?? ''].join('\n  '));
  process.exitCode = 1;
}

async function copyNew(client, directory, folder) {
  await mkdir(folder, { recursive: true });
  for (const { name, kind, size, modified } of await client.entries(directory)) {
    // A name is never a path: whatever the server says, nothing is written outside of the folder.
    const remote = `${directory}/${name}`;
    const local = path.join(folder, name);
    if (kind === 'directory') await copyNew(client, remote, local);
    // Links are left alone: they may lead in a circle.
    if (kind !== 'file') continue;
    // Servers without MLSD are asked for the time by itself.
    const time = modified ?? (await client.modified(remote));
    const known = await stat(local).catch(() => undefined);
    if (known !== undefined && known.size === size && time !== undefined && known.mtime >= time) continue;
    await client.download(remote, local);
    if (time !== undefined) await utimes(local, time, time);
    console.log(remote);
  }
}
