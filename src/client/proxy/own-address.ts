/** Whether a door would lead to itself: each program would then make it connect again and again, until it is full. */
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { isLoopback, plainAddress } from '../../wire/address.js';
import type { Endpoint } from '../../wire/host-port.js';

/** RFC 1122 §3.2.1.3 (a), RFC 4291 §2.5.2: to listen there is to listen everywhere; to connect there is to connect to oneself. */
const isUnspecified = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** A name that is not known now leads nowhere, and whoever connects is told. */
export async function leadsTo(
  { host, port }: { readonly host: string; readonly port: number },
  endpoints: readonly Endpoint[],
): Promise<boolean> {
  const own = endpoints.filter((each) => each.port === port);
  if (own.length === 0) return false;
  const found = await lookup(host, { all: true }).catch(() => []);
  const addresses = found.map(({ address }) => plainAddress(address));
  return addresses.some((address) => own.some((endpoint) => receives(endpoint.address, address)));
}

/** Whether a connection to `address` comes to whoever listens on `own`. */
function receives(own: string, address: string): boolean {
  if (isUnspecified(address)) return isUnspecified(own) || isLoopback(own);
  return address === own || (isUnspecified(own) && isOfThisMachine(address));
}

const isOfThisMachine = (address: string): boolean =>
  isLoopback(address) ||
  Object.values(networkInterfaces()).some((each) => each?.some((one) => plainAddress(one.address) === address));
