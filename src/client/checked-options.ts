/** What a program may say to connect(), seen before anything is done: in plain JavaScript nothing else sees a word misspelt. */
import { canonicalAddress } from '../wire/address.js';
import { isPort } from '../wire/host-port.js';
import { MAX_PORT } from '../wire/limits.js';
import type { ConnectOptions } from './connect.js';
import { ClientError } from './error.js';
import { isHost } from './server-name.js';

/** Options that take one of some words. */
const WORDS = {
  protection: ['required', 'preferred', 'none'],
  level: ['C', 'S', 'P'],
  mode: ['passive', 'active'],
  newServers: ['refuse', 'accept'],
} as const satisfies { [Name in keyof ConnectOptions]?: readonly ConnectOptions[Name][] };

/** @throws ClientError with the code `bad-argument` */
export function checkOptions(options: ConnectOptions): void {
  const fault = [...faultsOfPlace(options), ...faultsOfWords(options)][0];
  if (fault !== undefined) throw new ClientError('connect', `${fault}.`, { code: 'bad-argument' });
}

function* faultsOfPlace({ host, port, expectAddress }: ConnectOptions): Generator<string> {
  if (typeof host !== 'string' || !isHost(host)) yield `${shown(host)} is no host`;
  if (port !== undefined && !isPort(port)) yield `${port} is no port: 1 to ${MAX_PORT}`;
  if (expectAddress !== undefined && canonicalAddress(expectAddress) === undefined)
    yield `${shown(expectAddress)} is no IP address`;
}

function* faultsOfWords(options: ConnectOptions): Generator<string> {
  for (const [name, words] of Object.entries(WORDS)) {
    const given: unknown = options[name as keyof typeof WORDS];
    if (given === undefined || (name === 'newServers' && typeof given === 'function')) continue;
    const known: readonly unknown[] = words;
    if (!known.includes(given)) yield `${name} cannot be ${shown(given)}: ${words.join(', ')}`;
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));
