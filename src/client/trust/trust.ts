/**
 * Whether a server's key is to be trusted: known and the same, known and another, or never seen. x-safetp1 §1: trusted on
 * first use, then pinned, per host and port.
 */
import type { DsaPublicKey } from '../../crypto/dsa.js';
import { ClientError } from '../error.js';
import type { NewServers } from '../terms.js';
import { keysCommand, type KnownServer, type KnownServers, type ServerName } from './known-servers.js';

export type { NewServers };

export interface TrustSetting {
  readonly server: ServerName;
  readonly known: KnownServer | undefined;
  readonly servers: KnownServers;
  readonly newServers: NewServers;
  /** How a user has a new server accepted, in half a sentence; sftpc's own words if left out. */
  readonly acceptNew?: string | undefined;
}

/** Decides on a key. Rejects with a ClientError that says why not. */
export async function trustKey(setting: TrustSetting, key: DsaPublicKey): Promise<boolean> {
  const { server, known, servers, newServers } = setting;
  if (known?.fingerprint === key.fingerprint) return true;
  const where = `${server.host} port ${server.port}`;
  if (known !== undefined) {
    throw new ClientError(
      'security',
      [
        `WARNING: the key of ${where} HAS CHANGED. Somebody may be in the middle, or the server has a new key.`,
        `  known:     ${known.fingerprint}`,
        `  shown now: ${key.fingerprint}`,
        `The known one is in line ${known.line} of ${servers.file}.`,
      ].join('\n'),
      {
        code: 'key-changed',
        hint: [
          "Ask the server's administrator for the new fingerprint. Only if it is the one shown now, forget the old one and connect again:",
          `    ${keysCommand(['remove'], servers.file, server)}`,
        ].join('\n'),
      },
    );
  }
  if (newServers === 'accept') return true;
  const shown = `The server at ${where} is new. Its key (DSA, ${key.modulusBits} bits) has the fingerprint\n  ${key.fingerprint}`;
  if (newServers === 'refuse') {
    throw new ClientError('security', `${shown}\nIt is not trusted yet, and there is no terminal to ask on.`, {
      code: 'unknown-server',
      hint: [
        `${setting.acceptNew ?? 'Connect once from a terminal, use --accept-new if the network is one you trust'}, or, if this is the fingerprint that the server's administrator told you:`,
        `    ${keysCommand(['import'], servers.file, { ...server, fingerprint: key.fingerprint })}`,
      ].join('\n'),
    });
  }
  const question = `${shown}\nCompare it with what the server's administrator told you. Trust it from now on?`;
  if (await newServers(question)) return true;
  throw new ClientError('security', 'The key was not accepted; nothing was sent.', {
    code: 'key-rejected',
    hint: "Ask the server's administrator for the fingerprint: sftpd-keygen --show prints it there.",
  });
}

/** Whether a later connection of a run has met the server of the first. @throws ClientError where it has not */
export function sameKey(server: ServerName, before: DsaPublicKey | undefined, key: DsaPublicKey): boolean {
  if (key.fingerprint === before?.fingerprint) return true;
  throw new ClientError(
    'security',
    [
      `WARNING: ${server.host} port ${server.port} shows another key than a moment ago. Somebody may be in the middle.`,
      `  a moment ago: ${before?.fingerprint ?? 'none'}`,
      `  shown now:    ${key.fingerprint}`,
    ].join('\n'),
    { code: 'key-changed', hint: "Ask the server's administrator." },
  );
}

/** What to tell about a server that refuses X-SafeTP1. The manual's "drop-down attack" where it had it before. */
export function withoutProtection(
  error: ClientError,
  server: ServerName,
  known: KnownServer | undefined,
  insist?: string,
): ClientError {
  const where = `${server.host} port ${server.port}`;
  if (known === undefined) {
    return new ClientError('security', `${where} offers no protection. ${error.message}`, {
      code: 'no-protection',
      hint: insist ?? 'To send everything in clear, password included, insist with -9.',
    });
  }
  return new ClientError(
    'security',
    `WARNING: ${where} was protected by X-SafeTP1 before and does not offer it now. Somebody may be trying to make you send your password in clear (a drop-down attack). ${error.message}`,
    {
      code: 'protection-lost',
      hint:
        insist === undefined
          ? "Ask the server's administrator. To send everything in clear all the same, insist with -9."
          : "Ask the server's administrator.",
    },
  );
}
