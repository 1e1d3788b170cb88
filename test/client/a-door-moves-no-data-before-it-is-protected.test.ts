// A server may want the login before PBSZ and PROT: the door asks again behind it, and until then nothing is transferred.
import { describe, expect, it } from 'vitest';
import type { ProtectionLevel } from '../../src/security/mechanism.js';
import { LateCoder } from '../../src/client/proxy/late-coder.js';
import { Upstream } from '../../src/client/proxy/upstream.js';
import type { Connection } from '../../src/client/session/connection.js';
import { deferred } from '../../src/client/session/deferred.js';
import { reply, type Reply } from '../../src/wire/reply.js';
import type { Command } from '../../src/wire/command.js';
import type { OnReply } from '../../src/client/session/pending.js';

/** A connection to a server that answers as the test says. */
function connectionTo(answers: (line: string) => Reply): { connection: Connection; sent: string[] } {
  const sent: string[] = [];
  const engine = { level: 'C' as ProtectionLevel, transferState: () => 'in-step' };
  const ask = (verb: string, argument?: string): Reply => {
    const line = argument === undefined ? verb : `${verb} ${argument}`;
    sent.push(line);
    const answer = answers(line);
    if (verb === 'PROT' && answer.code === 200) engine.level = 'P';
    return answer;
  };
  const connection = {
    engine,
    isOpen: true,
    greeting: reply(220, 'Log in first'),
    failed: deferred<never>().promise,
    command: (verb: string, argument?: string) => Promise.resolve(ask(verb, argument)),
    begin: ({ verb, argument }: Command, onReply: OnReply) => {
      setImmediate(() => onReply(ask(verb, argument)));
      return {};
    },
    settle: () => Promise.resolve(),
    firstReply: () => Promise.resolve(),
    quit: () => Promise.resolve(),
    close: () => undefined,
  };
  return { connection: connection as unknown as Connection, sent };
}

async function open(connection: Connection): Promise<{ says: (line: string) => Promise<string>; upstream: Upstream }> {
  const upstream = await Upstream.open({
    connection,
    reconnect: () => Promise.reject(new Error('not here')),
    reopened: () => undefined,
    failed: () => undefined,
  });
  const lines = upstream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  const next = async (): Promise<string> => (await lines.next()).value?.toString('latin1') ?? 'the end';
  expect(await next()).toBe('220 Log in first\r\n');
  return {
    upstream,
    says: async (line) => {
      if (line !== '') upstream.write(`${line}\r\n`);
      return next();
    },
  };
}

describe('a server that wants the login first', () => {
  let login: 'no' | 'yes' = 'no';
  const answers = (line: string): Reply => {
    if (line.startsWith('PASS')) login = 'yes';
    if (/^(PBSZ|PROT)/.test(line)) return login === 'yes' ? reply(200, 'Fine') : reply(530, 'Log in first');
    return line.startsWith('PASS') ? reply(230, 'In') : reply(331, 'Password');
  };

  it('is asked again behind it, before the program hears of it', async () => {
    login = 'no';
    const { connection, sent } = connectionTo(answers);
    const { says } = await open(connection);
    expect(sent).toEqual(['PBSZ 1048576']);
    await says('USER joe');
    expect(await says('PASS secret')).toBe('230 In\r\n');
    expect(sent.slice(1)).toEqual(['USER joe', 'PASS secret', 'PBSZ 1048576', 'PROT P']);
  });

  it('is asked for no transfer before', async () => {
    login = 'no';
    const { connection, sent } = connectionTo(answers);
    const { says } = await open(connection);
    for (const line of ['RETR a', 'STOR a', 'LIST']) {
      expect(await says(line)).toBe('530 Log in first: before that the server does not protect data.\r\n');
    }
    expect(sent).toEqual(['PBSZ 1048576']);
  });

  it('is left where it does not protect data behind it either', async () => {
    const { connection } = connectionTo((line) =>
      /^(PBSZ|PROT)/.test(line) ? reply(534, 'Not here') : reply(230, 'In'),
    );
    const { says } = await open(connection);
    const sentence = 'The server does not protect data: the server said: 534 Not here';
    expect(await says('USER joe')).toMatch(new RegExp(`^421 ${sentence}\r\n$`, 'm'));
    expect(await says('')).toBe('the end');
  });
});

describe('octets for which there is no key', () => {
  it('are a failure, either way', () => {
    const coder = new LateCoder(() => undefined);
    expect(coder.push(Buffer.from('in clear'))).toEqual({ ok: false, error: 'check-failed' });
    expect(coder.finish()).toEqual({ ok: false, error: 'truncated' });
    expect([coder.octets, coder.complete]).toEqual([0, false]);
  });
});
