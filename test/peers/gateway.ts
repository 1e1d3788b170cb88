import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { type Ftpd, untilGreeted } from './ftpd.js';
import { freePort, type Loopback } from './port.js';
import { launch, makeFolder, removeFolder } from './process.js';

const project = path.resolve(import.meta.dirname, '../..');
const program = path.join(project, 'dist/src/main.js');
const keygen = path.join(project, 'dist/src/keys/main.js');

/** What a suite may say of the gateway it starts. */
export interface GatewayOptions {
  ftpd: Pick<Ftpd, 'host' | 'port'>;
  address?: Loopback;
  /** The address that clients see, where something stands between them and the gateway. */
  externalAddress?: string;
  /** Further sections of the configuration file; they replace those that this helper writes. */
  settings?: Readonly<Record<string, unknown>>;
  /** Further words of the command line. */
  args?: readonly string[];
}

/** A running gateway. */
export interface Gateway {
  host: Loopback;
  port: number;
  log: () => string;
  /** Ends it and its sessions, and removes its folder. */
  stop: () => Promise<void>;
}

let keys: Promise<string> | undefined;

/** A folder with the gateway's keys in it, made once in this process. */
export function gatewayKeys(): Promise<string> {
  return (keys ??= makeKeys());
}

/** Starts the built gateway in front of an ftpd, on a port that the system picks, and waits until it passes on a greeting. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { ftpd, address = '127.0.0.1', externalAddress = null, settings, args } = options;
  if (!existsSync(program)) throw new Error(`${program} is not there: build first, or set SFTPD_TEST_DIRECT=1`);
  const workdir = await gatewayKeys();
  const folder = await makeFolder('gateway');
  const { server, port } = await untilGreeted('the gateway', async () => {
    const port = await freePort(address);
    const configFile = path.join(folder, 'sftpd.yaml');
    const configuration = {
      workdir,
      user: null, // tests may well run as root
      listeners: [{ address, port, externalAddress }],
      ftpd: { host: ftpd.host, port: ftpd.port },
      limits: { sessionsPerAddress: 1000, handshakesPerSecond: 1000 },
      ...settings,
    };
    await writeFile(configFile, stringify(configuration));
    const words = [program, '--config', configFile, ...(args ?? [])];
    const server = launch({ file: process.execPath, args: words, seconds: 1200, cwd: folder });
    return { server, host: address, port };
  });
  return {
    host: address,
    port,
    log: () => server.output(),
    stop: async () => {
      await server.stop();
      await removeFolder(folder);
    },
  };
}

async function makeKeys(): Promise<string> {
  const folder = await makeFolder('keys');
  const workdir = path.join(folder, 'workdir');
  await mkdir(workdir, { mode: 0o700 });
  await promisify(execFile)(process.execPath, [keygen, '-y', workdir], { timeout: 60_000 });
  return workdir;
}
