import { describe, expect, it } from 'vitest';
import { generateDsaKey } from '../../src/crypto/dsa.js';
import { serverKeyOf } from '../../src/security/safetp1/server-key.js';
import { encodeBase64 } from '../../src/wire/base64.js';
import { reply } from '../../src/wire/reply.js';
import { Pair, flip, serverKey } from './pair.js';

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

describe('a session of the gateway engine with the client engine', () => {
  it.each([undefined, 1, 7])('is protected, verified and logged in (chunks of %s octets)', (chunk) => {
    const seen: string[] = [];
    const pair = Pair.started({
      ...(chunk === undefined ? {} : { chunk }),
      onKey: (key) => {
        seen.push(key.fingerprint);
        return 'accept';
      },
    });
    expect(seen).toEqual([serverKey.fingerprint]);
    expect(pair.ready).toEqual({ kind: 'ready', channel: { kind: 'protected', digest: 'verified' } });
    expect(pair.command('USER', 'joe')).toEqual([reply(331, 'password')]);
    expect(pair.command('PASS', 'secret')).toEqual([reply(230, 'in')]);
    expect(pair.command('NOOP')).toEqual([reply(200, 'did NOOP')]);
    expect(pair.command('QUIT').map(({ code }) => code)).toEqual([200]);
    expect(pair.client.phase).toBe('over');
    expect(pair.failure).toBeUndefined();
  });

  it('shows commands as they were before their protection, and no password', () => {
    const pair = Pair.started();
    pair.command('USER', 'joe');
    pair.command('PASS', 'secret');
    const traced = pair.outputs.flatMap((output) =>
      output.kind === 'trace' ? [`${output.from} ${output.protection} ${output.text}`] : [],
    );
    expect(traced.slice(-4)).toEqual([
      'client ENC USER joe',
      'server ENC 331 password',
      'client ENC PASS ****',
      'server ENC 230 in',
    ]);
    expect(traced.join('\n')).not.toContain('secret');
    const sent = pair.outputs.flatMap((output) => (output.kind === 'send' ? [latin1(output.octets)] : [])).join('');
    expect(sent).not.toMatch(/joe|secret/);
  });

  it('works with MIC as with ENC', () => {
    const pair = Pair.started({ client: { commands: 'MIC' } });
    expect(pair.command('NOOP')).toEqual([reply(200, 'did NOOP')]);
    expect(pair.outputs).toContainEqual({ kind: 'trace', from: 'server', protection: 'MIC', text: '200 did NOOP' });
  });

  it('joins the fragments of a reply of several lines before it is parsed', () => {
    const lines = ['214-help', ' 214 not the end', 'text', '214 end'];
    const pair = Pair.started({ ftpd: () => [{ code: 214, lines }], chunk: 3 });
    expect(pair.command('HELP')).toEqual([{ code: 214, lines }]);
    expect(pair.failure).toBeUndefined();
  });

  it('agrees on PBSZ and PROT only when the server says yes', () => {
    const pair = Pair.started();
    expect(pair.client.opener()).toBeUndefined();
    expect(pair.command('PROT', 'P').map(({ code }) => code)).toEqual([503]);
    expect(pair.client.level).toBe('C');
    pair.command('PBSZ', '4194304');
    expect(pair.client.bufferSize).toBe(1_048_576);
    pair.command('PROT', 'P');
    expect(pair.client.level).toBe('P');
    expect(pair.client.opener()).toBeUndefined();
    pair.command('RETR', 'a');
    expect(pair.client.opener()?.maximumBlock).toBe(1_048_576);
    pair.client.endTransfer();
    pair.command('PROT', 'E');
    expect(pair.client.level).toBe('P');
  });

  it('gives a command its 1yz and its final reply, and the one that overtakes it its own', () => {
    const { client } = new Pair({ client: { protection: 'none' } });
    client.receive(Buffer.from('220 ready\r\n'));
    client.command({ verb: 'RETR', argument: 'a' });
    client.command({ verb: 'ABOR', argument: undefined });
    const outputs = client.receive(Buffer.from('150 wait\r\n426 broken\r\n226 aborted\r\n'));
    const replies = outputs.flatMap((output) =>
      output.kind === 'reply' ? [`${output.command.verb} ${output.reply.code}`] : [],
    );
    expect(replies).toEqual(['RETR 150', 'RETR 426', 'ABOR 226']);
  });
});

describe('a client engine with somebody in the middle', () => {
  it('refuses a key that the caller does not trust, and sends nothing more', () => {
    const pair = Pair.started({ onKey: () => 'reject' });
    expect(pair.failure).toMatchObject({ code: 'key-rejected', kind: 'security' });
    expect(pair.outputs.at(-1)?.kind).toBe('failed');
    expect(pair.client.receive(Buffer.from('220 more\r\n'))).toEqual([]);
  });

  it('finds out that the server does not have the key it showed', () => {
    const other = encodeBase64(serverKeyOf(generateDsaKey(1024)).publicDer);
    const pair = Pair.started({
      toClient: (octets) => (latin1(octets).startsWith('334') ? Buffer.from(`334 ADAT=${other}\r\n`) : octets),
    });
    expect(pair.failure).toMatchObject({ code: 'exchange-failed', detail: 'bad-signature', kind: 'security' });
  });

  it.each([20, 300, 700])('finds M3 changed at character %i', (index) => {
    const pair = Pair.started({
      toClient: (octets) => (latin1(octets).startsWith('335') ? flip(octets, index) : octets),
    });
    expect(pair.failure).toMatchObject({ code: 'exchange-failed', detail: 'bad-signature' });
  });

  it('finds that the gateway knows itself by another address', () => {
    const pair = Pair.started({ client: { serverAddress: '192.0.2.99' } });
    expect(pair.failure).toMatchObject({ code: 'exchange-failed', detail: 'wrong-server-address' });
    expect(pair.failure?.text).toContain('192.0.2.1');
  });

  it('finds the negotiation changed, though the exchange held', () => {
    // The text behind 235 is under no signature: only DIGT tells.
    const pair = Pair.started({
      toClient: (octets) => (latin1(octets).startsWith('235') ? Buffer.from('235 welcome\r\n') : octets),
    });
    expect(pair.failure).toMatchObject({ code: 'digest-mismatch', kind: 'security' });
    expect(pair.ready).toBeUndefined();
  });

  it('does not send a password when AUTH is refused', () => {
    const pair = Pair.started({
      toClient: (octets) => (latin1(octets).startsWith('334') ? Buffer.from('504 LIST=\r\n') : octets),
    });
    expect(pair.failure).toMatchObject({ code: 'no-mechanism', kind: 'security' });
  });

  it.each([
    ['200 in clear\r\n', 'unprotected-reply', 'security'],
    ['533 protect it\r\n', 'protection-refused', 'security'],
    ['421 bye\r\n', 'service-ended', 'service'],
    ['633 AAAA\r\n', 'unprotected-reply', 'security'],
    ['632 ????\r\n', 'check-failed', 'security'],
    ['632 AAAA\r\n', 'check-failed', 'security'],
  ])('ends the session on %j after 235', (line, code, kind) => {
    const pair = Pair.started();
    pair.receive(Buffer.from(line));
    expect(pair.failure).toMatchObject({ code, kind });
    expect(() => pair.command('NOOP')).toThrow(RangeError);
  });

  it('finds one character of a 632 changed', () => {
    let armed = false;
    const pair = Pair.started({ toClient: (octets) => (armed ? flip(octets, 20) : octets) });
    armed = true;
    expect(pair.command('NOOP')).toEqual([]);
    expect(pair.failure).toMatchObject({ code: 'check-failed' });
  });

  it('finds a reply played a second time', () => {
    let last: Uint8Array = new Uint8Array();
    const pair = Pair.started({ toClient: (octets) => (last = octets) });
    pair.command('NOOP');
    pair.receive(last);
    expect(pair.failure).toMatchObject({ code: 'check-failed' });
  });

  it('ends with the protected 535 of a gateway whose command was changed', () => {
    let armed = false;
    const pair = Pair.started({ toServer: (octets) => (armed ? flip(octets, 12) : octets) });
    armed = true;
    expect(pair.command('NOOP')).toEqual([]);
    expect(pair.failure).toMatchObject({ code: 'check-refused', kind: 'security' });
  });

  it('takes no reply that nobody asked for', () => {
    const pair = Pair.started({ client: { protection: 'none' } });
    pair.receive(Buffer.from('200 surprise\r\n'));
    expect(pair.failure).toMatchObject({ code: 'unexpected-reply' });
  });
});
