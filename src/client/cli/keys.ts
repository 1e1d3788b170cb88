/** `sftpc keys`: the servers that are known, listed, removed, and made known before the first contact. */
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { importDsaPublicPem } from '../../crypto/dsa.js';
import { ClientError, EXIT } from '../error.js';
import { reasonOf } from '../local/local-file.js';
import { Console } from '../terminal/console.js';
import { jsonEvent } from '../terminal/json-events.js';
import {
  defaultKnownServersFile,
  isFingerprint,
  isSameHost,
  KnownServers,
  parseKnownServers,
  type Added,
  type KnownServer,
  type ServerName,
} from '../trust/known-servers.js';
import { keysUsage, parseKeysArguments, type KeysRequest } from './keys-arguments.js';
import { reported, reportMistakes } from './report.js';
import type { World } from './world.js';

/** The most that is read of a file to import, in octets: some ten thousand servers. */
const MAX_FILE = 1024 * 1024;

export async function runKeys(argv: readonly string[], world: World): Promise<number> {
  const request = parseKeysArguments(argv);
  const form = argv.includes('--json') ? 'json' : 'text';
  const console = new Console(world.stdout, world.stderr, form);
  return reported(console, world, async () => {
    if (!request.ok) return reportMistakes(console, request.error, 'sftpc keys --help');
    return perform(request.value, world, console);
  });
}

async function perform({ action, knownServers, known }: KeysRequest, world: World, console: Console): Promise<number> {
  const servers = new KnownServers(knownServers ?? defaultKnownServersFile(world.env));
  switch (action.kind) {
    case 'help':
      world.stdout.write(keysUsage());
      break;
    case 'list':
      await list(servers, console);
      break;
    case 'remove':
      await remove(servers, action.server, console);
      break;
    case 'import-key': {
      const fingerprint = isFingerprint(action.key)
        ? action.key
        : fingerprintIn(await textOf(action.key, world.stdin), action.key);
      await tell(await servers.add([{ ...action.server, fingerprint }], known), console);
      break;
    }
    case 'import-file': {
      const entries = serversIn(await textOf(action.file, world.stdin), action.file);
      await tell(await servers.add(entries, known), console);
    }
  }
  return EXIT.ok;
}

/** In the form of the file, so that another machine can import it. */
async function list(servers: KnownServers, console: Console): Promise<void> {
  const all = await servers.all();
  for (const { host, port, fingerprint } of all) {
    await console.result(`${host} ${port} ${fingerprint}`, jsonEvent('key', { host, port, fingerprint }));
  }
  if (all.length === 0) console.note(`No server is known in ${servers.file}.`);
}

async function remove(servers: KnownServers, server: ServerName, console: Console): Promise<void> {
  const removed = await servers.remove(server);
  for (const { host, port, fingerprint } of removed) {
    console.note(`${where(server)}: forgotten, ${fingerprint}`);
    if (console.form === 'json') await console.json(jsonEvent('removed', { host, port, fingerprint }));
  }
  if (removed.length > 0) return;
  const others = (await servers.all()).filter(({ host }) => isSameHost(host, server.host));
  throw new ClientError('command', `No key of ${where(server)} is known in ${servers.file}.`, {
    hint:
      others.length === 0
        ? 'sftpc keys list shows them all.'
        : `Known of that host: port ${others.map(({ port }) => port).join(', ')}.`,
  });
}

async function tell(added: readonly Added[], console: Console): Promise<void> {
  for (const { entry, before } of added) {
    const { host, port, fingerprint } = entry;
    const how =
      before === undefined ? 'known now' : before === fingerprint ? 'known already' : `known now in place of ${before}`;
    console.note(`${where(entry)}: ${fingerprint} ${how}`);
    if (console.form === 'json') {
      await console.json(jsonEvent('imported', { host, port, fingerprint, before: before ?? null }));
    }
  }
  if (added.length === 0) console.note('There is no server in it.');
}

/** The servers of a file that somebody names. That it cannot be read is their mistake, and no danger. */
function serversIn(text: string, file: string): readonly KnownServer[] {
  const parsed = parseKnownServers(text, file === '-' ? 'standard input' : file);
  if (parsed.ok) return parsed.value;
  throw new ClientError('command', parsed.error, {
    hint: 'It takes what sftpc keys list prints. A file with one key goes behind its host: sftpc keys import HOST [PORT] FILE.',
  });
}

/** The fingerprint of the key in a file: one line of it, a public key in PEM, or both, as `sftpd-keygen --show` prints them. */
function fingerprintIn(text: string, file: string): string {
  const told = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find(isFingerprint);
  const pem = /-----BEGIN PUBLIC KEY-----[^]*?-----END PUBLIC KEY-----/.exec(text)?.[0];
  const key = pem === undefined ? undefined : importDsaPublicPem(pem);
  const found = key?.ok === true ? key.value.fingerprint : told;
  if (found === undefined || key?.ok === false) {
    throw new ClientError('command', `${file} holds no DSA public key in PEM, and no fingerprint.`, {
      hint: 'What sftpd-keygen --show prints on the server is both.',
    });
  }
  if (told !== undefined && told !== found) {
    throw new ClientError('security', `${file} holds a fingerprint, ${told}, that is not the key's, ${found}.`);
  }
  return found;
}

async function textOf(file: string, stdin: Readable): Promise<string> {
  try {
    return file === '-' ? await allOf(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw new ClientError('command', `${file}: ${reasonOf(error)}.`, {
      hint: 'It is: sftpc keys import HOST [PORT] KEY, or FILE alone.',
    });
  }
}

async function allOf(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > MAX_FILE) throw new ClientError('command', `Standard input is longer than ${MAX_FILE} octets.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const where = ({ host, port }: ServerName): string => `${host} port ${port}`;
