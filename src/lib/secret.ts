const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A value that must never reach a log, an error message or a dump: printing it in any usual way shows `[secret]`.
 * Redaction is the type's work, not the caller's care.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, not where it is passed on. */
  expose(): T {
    return this.#value;
  }

  /** `[secret]`. */
  toString(): string {
    return '[secret]';
  }

  /** `[secret]`. */
  toJSON(): string {
    return '[secret]';
  }

  [inspect](): string {
    return '[secret]';
  }
}

/** Overwrites key material that is no longer needed. The garbage collector may hold copies; this shortens their number. */
export function wipe(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}
