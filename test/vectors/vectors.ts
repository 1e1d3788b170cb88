/** Reads the known answers. */
import { readFileSync } from 'node:fs';
import type { RandomSource } from '../../src/security/mechanism.js';

type DirectionVector = Record<'control_key' | 'control_iv' | 'data_key' | 'mac_key', string>;

export interface Vectors {
  key_schedule: { master_key: string; client: DirectionVector; server: DirectionVector };
  elgamal: Record<'p' | 'g' | 'x' | 'y' | 'spki' | 'message' | 'k' | 'padding_string' | 'ciphertext', string>;
  handshakes: {
    dsa: Record<'p' | 'q' | 'g' | 'y' | 'x', string>;
    dsa_hash: string;
    server_address: string;
    server_ip: string;
    client_challenge: string;
    server_challenge: string;
    m1: string;
    m2: string;
    m3_signed_part: string;
    m3: string;
    m4: string;
  }[];
  control: {
    server_challenge: string;
    messages: {
      direction: 'client' | 'server';
      level: 'ENC' | 'MIC' | '632' | '631';
      sequence: number;
      text_utf8: string;
      line_base64: string;
    }[];
  };
  data: {
    blocks: {
      direction: 'client' | 'server';
      level: 'S' | 'P';
      sequence: number;
      last: boolean;
      iv: string | null;
      data: string;
      block: string;
    }[];
  };
  digest: { transcript_base64: string; digt_reply: string };
}

export const vectors = JSON.parse(readFileSync(new URL('x-safetp1.json', import.meta.url), 'utf8')) as Vectors;

export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
export const integer = (text: string): bigint => BigInt(`0x${text}`);

/** A random source that gives what it was told to, and complains about any other request. */
export function scripted(...draws: readonly Uint8Array[]): RandomSource {
  const left = [...draws];
  return (octets) => {
    const draw = left.shift();
    if (draw?.length !== octets) throw new Error(`unexpected draw of ${octets} octets, scripted ${draw?.length ?? 'none'}`);
    return draw.slice();
  };
}
