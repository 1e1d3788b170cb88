import { chown, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRoot, servant } from './identity.js';
import { type PeerName, requirePeer } from './peer.js';
import { freePort, greeting, type Loopback } from './port.js';
import { launch, makeFolder, removeFolder, type Running, until } from './process.js';

/** What a suite may say of an ftpd it starts. */
export interface FtpdOptions {
  /** The folder it serves; must lie below folders that everybody may enter. Without it, a new one. */
  root?: string;
  /** Further lines for its configuration file; for Pure-FTPd, further words of its command line. */
  extra?: readonly string[];
  address?: Loopback;
}

/** A running ftpd and how to log in to it. */
export interface Ftpd {
  name: string;
  host: Loopback;
  port: number;
  user: string;
  password: string;
  /** The folder that clients find themselves in. */
  root: string;
  /** What it wrote to its output and to its log files; also after `stop`. */
  log: () => Promise<string>;
  /** Ends it and its sessions, and removes its folder. */
  stop: () => Promise<void>;
}

/** The places and numbers that an ftpd is to use. */
export interface Site {
  folder: string;
  root: string;
  address: Loopback;
  port: number;
  /** The user that serves files. */
  uid: number;
  gid: number;
  extra: readonly string[];
}

/** How one kind of ftpd is set up. */
export interface Recipe {
  peer: PeerName;
  name: string;
  user: string;
  password: string;
  /** Whether the program itself must be started as root. */
  asRoot?: boolean;
  /** Writes what it needs into `site.folder`; the words of the command line. */
  prepare(site: Site): Promise<readonly string[]>;
  /** Its log files, inside the folder. */
  logs: readonly string[];
}

/** Longer than any suite: a server that nobody stopped ends by itself. */
const lifetime = 1200;

/** Starts an ftpd on a port that the system picks, and waits until it greets. */
export async function startFtpd(recipe: Recipe, options: FtpdOptions): Promise<Ftpd> {
  const file = requirePeer(recipe.peer);
  const folder = await makeFolder(recipe.peer);
  const root = options.root ?? path.join(folder, 'root');
  const address = options.address ?? '127.0.0.1';
  const { uid, gid } = servant();
  await mkdir(root, { recursive: true });
  for (const place of [folder, root]) if (isRoot) await chown(place, uid, gid);

  const { server, port } = await untilGreeted(recipe.name, async () => {
    const port = await freePort(address);
    const args = await recipe.prepare({ folder, root, address, port, uid, gid, extra: options.extra ?? [] });
    const identity = isRoot && recipe.asRoot !== true ? { uid } : {};
    return { server: launch({ file, args, seconds: lifetime, cwd: folder, ...identity }), host: address, port };
  });
  const readLogs = async () => {
    const texts = recipe.logs.map((file) => readFile(path.join(folder, file), 'utf8').catch(() => ''));
    return [server.output(), ...(await Promise.all(texts))].join('');
  };
  let lastWords: string | undefined;
  return {
    name: recipe.name,
    host: address,
    port,
    user: recipe.user,
    password: recipe.password,
    root,
    log: async () => lastWords ?? (await readLogs()),
    stop: async () => {
      await server.stop();
      lastWords ??= await readLogs();
      await removeFolder(folder);
    },
  };
}

/** A server that has been launched but may not have greeted yet. */
interface Candidate {
  server: Running;
  host: string;
  port: number;
}

/**
 * Launches a server until one greets. It ends early when somebody took the port in between; then the next try gets another
 * port, and only the last one's words are reported.
 */
export async function untilGreeted<T extends Candidate>(
  name: string,
  start: () => Promise<T>,
  seconds = 15,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const candidate = await start();
    const { server, host, port } = candidate;
    const line = await until(`${name}: a greeting on port ${port}`, seconds, async () => {
      const said = await greeting(host, port);
      return server.alive() ? said : 'ended';
    }).catch(async (error: unknown) => {
      await server.stop();
      throw new Error(`${String(error)}\n${server.output()}`);
    });
    if (line.startsWith('220')) return candidate;
    await server.stop();
    if (attempt === 3 || line !== 'ended') throw new Error(`${name} did not start: ${line}\n${server.output()}`);
  }
}
