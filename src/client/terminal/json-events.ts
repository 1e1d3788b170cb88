/**
 * What sftpc --json prints: one object a line on standard output, with the name of its kind in `event`. What is not known is
 * null. Names are text where they are UTF-8; an octet that is not becomes the lone surrogate U+DC00 + octet (remote-name.ts),
 * as Python's surrogateescape has it, and stands in the JSON as `\udcXX`.
 */
import { EXIT, type ClientError } from '../error.js';
import type { TransferEvent, TransferItem } from '../files/transfer-events.js';
import { nameFromWire } from '../remote-name.js';

/** The fields of each object beside `event`. sftpc(1) describes them in this order. */
export const EVENTS = {
  begin: ['id', 'direction', 'remote', 'local', 'size', 'offset'],
  progress: ['id', 'direction', 'remote', 'local', 'size', 'octets'],
  end: ['id', 'direction', 'remote', 'local', 'size', 'octets', 'seconds'],
  same: ['id', 'direction', 'remote', 'local', 'size'],
  failed: ['id', 'direction', 'remote', 'local', 'size', 'error'],
  'made-directory': ['side', 'path'],
  deleted: ['side', 'path'],
  would: ['deed', 'path'],
  summary: ['moved', 'octets', 'same', 'passedOver', 'madeDirectories', 'deleted', 'failed', 'seconds'],
  notice: ['message'],
  error: ['kind', 'code', 'message', 'hint', 'reply', 'exit'],
  key: ['host', 'port', 'fingerprint'],
  imported: ['host', 'port', 'fingerprint', 'before'],
  removed: ['host', 'port', 'fingerprint'],
  done: ['exit'],
} as const;

type Fields<Name extends keyof typeof EVENTS> = Readonly<Record<(typeof EVENTS)[Name][number], unknown>>;

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of one kind, with all its fields. */
export const jsonEvent = <Name extends keyof typeof EVENTS>(event: Name, fields: Fields<Name>): JsonObject => ({
  event,
  ...fields,
});

export function transferObject(event: TransferEvent): JsonObject {
  switch (event.kind) {
    case 'begin':
      return jsonEvent('begin', { ...itemFields(event.item), offset: event.offset });
    case 'progress':
      return jsonEvent('progress', { ...itemFields(event.item), octets: event.octets });
    case 'end': {
      const { item, octets, seconds } = event;
      return jsonEvent('end', { ...itemFields(item), octets, seconds: Number(seconds.toFixed(3)) });
    }
    case 'same':
      return jsonEvent('same', itemFields(event.item));
    case 'failed':
      return jsonEvent('failed', { ...itemFields(event.item), error: errorFields(event.error) });
    case 'made-directory':
    case 'deleted':
      return jsonEvent(event.kind, { side: event.side, path: event.path });
  }
}

/** @param exit - the status that the program would end with because of it */
export function errorObject(error: ClientError, exit: number = EXIT[error.kind]): JsonObject {
  return jsonEvent('error', { ...errorFields(error), exit });
}

function itemFields({ id, direction, remote, local, size }: TransferItem): Fields<'same'> {
  return { id, direction, remote, local, size: size ?? null };
}

function errorFields({ kind, code, message, hint, reply }: ClientError): Omit<Fields<'error'>, 'exit'> {
  const told = reply === undefined ? null : { code: reply.code, lines: reply.lines.map(nameFromWire) };
  return { kind, code: code ?? null, message, hint: hint ?? null, reply: told };
}
