import { describe, expect, it } from 'vitest';
import { frame, FrameReader, LENGTH_OCTETS } from '../../src/security/framing.js';
import type { SecurityContext } from '../../src/security/mechanism.js';
import { beginClientExchange, readServerKey } from '../../src/security/safetp1/client-exchange.js';
import { createSafeTp1 } from '../../src/security/safetp1/exchange.js';
import { decodeServerAddress, encodeServerAddress } from '../../src/security/safetp1/server-address.js';
import { Transcript } from '../../src/security/transcript.js';
import { vectorServerKeys } from '../vectors/server-keys.js';
import { hex, scripted, unhex, vectors } from '../vectors/vectors.js';
import { associate, knownKeys, must, text } from './association.js';

describe('the key schedule', () => {
  it.each(['client', 'server'] as const)('of the %s', (direction) => {
    const keys = knownKeys()[direction];
    expect({
      control_key: hex(keys.controlKey.expose()),
      control_iv: hex(keys.controlIv),
      data_key: hex(keys.dataKey.expose()),
      mac_key: hex(keys.macKey.expose()),
    }).toEqual(vectors.key_schedule[direction]);
  });
});

describe.each(vectors.handshakes.map((handshake, index) => ({ handshake, index, address: handshake.server_address })))(
  'the handshake at $address',
  ({ handshake, index }) => {
    const gateway = createSafeTp1({
      key: vectorServerKeys[index]!,
      random: scripted(
        unhex(vectors.key_schedule.master_key),
        unhex(handshake.server_challenge),
        unhex(vectors.elgamal.k),
        unhex(vectors.elgamal.padding_string),
      ),
    });
    const begun = gateway.begin({ serverAddress: handshake.server_address });
    if (begun.kind !== 'exchange') throw new Error(begun.kind);

    it('encodes the server address', () => {
      expect(hex(encodeServerAddress(handshake.server_address)!)).toBe(handshake.server_ip);
      expect(decodeServerAddress(unhex(handshake.server_ip))).toBe(handshake.server_address);
    });

    it('gives M1, M3 and the context from the gateway', () => {
      expect(gateway.name).toBe('X-SafeTP1');
      expect(hex(begun.token)).toBe(handshake.m1);
      const second = begun.exchange.step(unhex(handshake.m2));
      if (second.kind !== 'continue') throw new Error(second.kind);
      expect(hex(second.token).startsWith(handshake.m3_signed_part)).toBe(true);
      expect(second.token.length).toBe(handshake.m3.length / 2);
      expect(second.exchange.step(unhex(handshake.m4)).kind).toBe('established');
    });

    it('gives M2 and M4 from the client, which accepts the known M3', () => {
      const begunClient = beginClientExchange({
        serverKey: must(readServerKey(unhex(handshake.m1))),
        serverAddress: handshake.server_address,
        random: scripted(unhex(vectors.elgamal.x), unhex(handshake.client_challenge)),
      });
      expect(hex(begunClient.token)).toBe(handshake.m2);
      const done = must(begunClient.exchange.step(unhex(handshake.m3)));
      expect(hex(done.token)).toBe(handshake.m4);
      expect(done.context.mechanism).toBe('X-SafeTP1');
    });
  },
);

describe('the control messages, in order', () => {
  it.each(['client', 'server'] as const)('from the %s: sealed and opened', (direction) => {
    const ends = associate();
    let sender: SecurityContext = ends[direction];
    let receiver: SecurityContext = direction === 'client' ? ends.server : ends.client;
    for (const message of vectors.control.messages.filter((one) => one.direction === direction)) {
      const protection = message.level === 'ENC' || message.level === '632' ? 'ENC' : 'MIC';
      const sealed = must(sender.protect(protection, text(message.text_utf8)));
      expect(Buffer.from(sealed.message).toString('base64')).toBe(message.line_base64);
      const opened = must(receiver.unprotect(protection, Buffer.from(message.line_base64, 'base64')));
      expect(Buffer.from(opened.text).toString('utf8')).toBe(message.text_utf8);
      sender = sealed.context;
      receiver = opened.context;
    }
  });
});

describe.each(['client', 'server'] as const)('the data blocks of the %s', (direction) => {
  const blocks = vectors.data.blocks.filter((block) => block.direction === direction);
  const ivs = blocks.flatMap(({ iv }) => (iv === null ? [] : [unhex(iv)]));

  it.each(['S', 'P'] as const)('at %s: sealed and opened', (level) => {
    const ends = associate(scripted(...ivs));
    const mine = blocks.filter((block) => block.level === level);
    const at = mine[0]!.sequence;
    const sealer = ends[direction].afterTransfer({ sealed: at }).sealer(level, 1_048_576);
    const other = direction === 'client' ? ends.server : ends.client;
    const opener = other.afterTransfer({ opened: at }).opener(level, 1_048_576);
    const reader = new FrameReader(opener);
    for (const block of mine) {
      const data = unhex(block.data);
      expect(sealer.sequence).toBe(block.sequence);
      const sealed = block.last ? must(sealer.sealLast()) : must(sealer.seal([data]))[0]!;
      expect(hex(frame(sealed))).toBe(block.block);
      const [encoded] = must(reader.push(unhex(block.block)));
      expect(encoded!.length).toBe(block.block.length / 2 - LENGTH_OCTETS);
      const opened = must(opener.open([encoded!]));
      expect(opened.data.map(hex).join('')).toBe(block.data);
      expect(opened.last).toBe(block.last);
      expect(opener.sequence).toBe(block.sequence + 1);
    }
    expect(reader.atBoundary).toBe(true);
  });
});

describe('DIGT', () => {
  it('is over the transcript, however it came', () => {
    const octets = new Uint8Array(Buffer.from(vectors.digest.transcript_base64, 'base64'));
    const whole = Transcript.empty.append(octets);
    const half = Transcript.empty.append(octets.subarray(0, 500));
    const parts = half.append(octets.subarray(500));
    expect(`211 DIGT=${Buffer.from(whole.digest()).toString('base64')}`).toBe(vectors.digest.digt_reply);
    expect(hex(parts.digest())).toBe(hex(whole.digest()));
    expect(hex(half.digest())).not.toBe(hex(whole.digest()));
  });
});
