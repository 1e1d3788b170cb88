import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encryptBlocks, encryptPadded } from '../../src/crypto/triple-des.js';
import { authenticate } from '../../src/security/safetp1/authenticated-message.js';
import { openControl, openControlStream, sealControl } from '../../src/security/safetp1/control-stream.js';
import { LAST_SEQUENCE } from '../../src/security/safetp1/profile.js';
import { associate, flip, knownKeys, must, text } from './association.js';

const levels = ['MIC', 'ENC'] as const;
const refused = { ok: false, error: 'check-failed' };

describe.each(levels)('%s', (level) => {
  it('round-trips lines of any length, in both directions', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }), (lines) => {
        let { client, server } = associate();
        for (const line of lines) {
          const command = must(client.protect(level, line));
          const got = must(server.unprotect(level, command.message));
          const reply = must(got.context.protect(level, got.text));
          const back = must(command.context.unprotect(level, reply.message));
          expect([...back.text]).toEqual([...line]);
          client = back.context;
          server = reply.context;
        }
      }),
    );
  });

  it('refuses any flipped bit, and garbage, without an exception', () => {
    const { client, server } = associate();
    const { message } = must(client.protect(level, text('RETR secret.txt')));
    for (let bit = 0; bit < message.length * 8; bit++)
      expect(server.unprotect(level, flip(message, bit))).toEqual(refused);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => !server.unprotect(level, octets).ok));
    expect(server.unprotect(level, message).ok).toBe(true);
  });

  it('refuses a replay, a message out of turn and its own direction', () => {
    const { client, server } = associate();
    const first = must(client.protect(level, text('NOOP')));
    const second = must(first.context.protect(level, text('NOOP')));
    expect(server.unprotect(level, second.message)).toEqual(refused);
    const after = must(server.unprotect(level, first.message)).context;
    expect(after.unprotect(level, first.message)).toEqual(refused);
    expect(client.unprotect(level, first.message)).toEqual(refused);
    expect(after.unprotect(level, second.message).ok).toBe(true);
  });
});

describe('the CBC stream', () => {
  it('is left alone by safe messages', () => {
    let { client, server } = associate();
    for (const level of ['ENC', 'MIC', 'MIC', 'ENC', 'MIC', 'ENC'] as const) {
      const sealed = must(client.protect(level, text(`NOOP ${level}`)));
      const opened = must(server.unprotect(level, sealed.message));
      client = sealed.context;
      server = opened.context;
    }
  });
});

describe('flags, padding and limits', () => {
  const { client: keys } = knownKeys();
  const stream = openControlStream(keys, keys.controlIv);
  const body = text('DELE all');

  it.each([0x01, 0x02, 0x03, 0x04, 0x80])('flags %d on a command are refused', (flags) => {
    const plain = authenticate(keys.macKey, { body, flags, sequence: 0 });
    expect(openControl(stream, 'safe', plain)).toEqual(refused);
    const cipher = encryptPadded(keys.controlKey.expose(), stream.iv, plain);
    expect(openControl(stream, 'private', cipher)).toEqual(refused);
  });

  it('a data block is no command', () => {
    const { client, server } = associate();
    const [block] = must(client.sealer('S', 256).seal([body]));
    expect(server.unprotect('MIC', block!)).toEqual(refused);
  });

  it('every wrong padding is refused, and so is one that leaves too little', () => {
    const plain = authenticate(keys.macKey, { body, flags: 0, sequence: 0 });
    for (let octet = 0; octet < 256; octet++) {
      const padded = new Uint8Array(40).fill(octet);
      padded.set(plain);
      const cipher = encryptBlocks(keys.controlKey.expose(), stream.iv, padded);
      // 33 octets of message want seven of padding.
      expect(openControl(stream, 'private', cipher).ok).toBe(octet === 7);
    }
    const short = encryptBlocks(keys.controlKey.expose(), stream.iv, new Uint8Array(32).fill(8));
    expect(openControl(stream, 'private', short)).toEqual(refused);
  });

  it('the last sequence number is used once', () => {
    const nearly = { ...stream, sequence: LAST_SEQUENCE };
    const last = must(sealControl(nearly, 'private', body));
    expect(must(openControl(nearly, 'private', last.message)).text).toEqual(body);
    expect(sealControl(last.stream, 'private', body)).toEqual(refused);
    expect(openControl(last.stream, 'private', last.message)).toEqual(refused);
  });

  it('CONF and E are not supported, MIC, ENC, C, S and P are', () => {
    const { client } = associate();
    expect((['MIC', 'ENC', 'CONF'] as const).map((level) => client.supportsCommand(level))).toEqual([
      true,
      true,
      false,
    ]);
    expect((['C', 'S', 'E', 'P'] as const).map((level) => client.supportsLevel(level))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(client.protect('CONF', body)).toEqual(refused);
    expect(client.unprotect('CONF', body)).toEqual(refused);
    expect([client.minimumBufferSize, client.maximumBufferSize]).toEqual([256, 1_048_576]);
    expect(() => client.sealer('P', 255)).toThrow(RangeError);
  });

  it('nothing is protected under wiped keys', () => {
    const { client } = associate();
    const sealer = client.sealer('P', 256);
    const opener = client.opener('P', 256);
    client.wipe();
    expect(client.protect('ENC', body)).toEqual(refused);
    expect(client.unprotect('MIC', body)).toEqual(refused);
    expect(sealer.seal([body])).toEqual(refused);
    expect(opener.open([])).toEqual(refused);
  });
});
