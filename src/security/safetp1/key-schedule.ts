/**
 * X-SafeTP1's key schedule [P]: every key is SHA-1 over the master key and a label.
 */
import { concat } from '../../crypto/octets.js';
import { sha1 } from '../../crypto/sha1.js';
import { DES_BLOCK, TRIPLE_DES_KEY } from '../../crypto/triple-des.js';
import { Secret, wipe } from '../../lib/secret.js';
import { labelOctets, type Direction, type LABELS } from './profile.js';

/** The keys of what one end sends. A class because it has an end: once wiped, the keys must not be used. */
export class DirectionKeys {
  /** 24 octets. */
  readonly controlKey: Secret<Uint8Array>;
  /** 8 octets. */
  readonly controlIv: Uint8Array;
  /** 24 octets. */
  readonly dataKey: Secret<Uint8Array>;
  /** 20 octets. */
  readonly macKey: Secret<Uint8Array>;
  #wiped = false;

  constructor(masterKey: Secret<Uint8Array>, direction: Direction) {
    const derive = (label: keyof typeof LABELS): Uint8Array => sha1(masterKey.expose(), labelOctets(direction, label));
    const cipherKey = (left: keyof typeof LABELS, right: keyof typeof LABELS): Secret<Uint8Array> =>
      new Secret(concat(derive(left), derive(right)).slice(0, TRIPLE_DES_KEY));
    this.controlKey = cipherKey('controlKeyLeft', 'controlKeyRight');
    this.controlIv = derive('controlIv').slice(0, DES_BLOCK);
    this.dataKey = cipherKey('dataKeyLeft', 'dataKeyRight');
    this.macKey = new Secret(derive('macKey'));
  }

  /** Whether the keys are gone. A transfer may outlive its session by a moment; it must not go on under a key of zeros. */
  get wiped(): boolean {
    return this.#wiped;
  }

  wipe(): void {
    this.#wiped = true;
    wipe(this.controlKey.expose(), this.controlIv, this.dataKey.expose(), this.macKey.expose());
  }
}

/** The keys of both directions. */
export type SessionKeys = Readonly<Record<Direction, DirectionKeys>>;

/** Derives all keys from the master key's 40 octets. */
export function deriveKeys(masterKey: Secret<Uint8Array>): SessionKeys {
  return { client: new DirectionKeys(masterKey, 'client'), server: new DirectionKeys(masterKey, 'server') };
}
