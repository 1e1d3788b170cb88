/** Ports by name, as /etc/services has them. */
import { open } from 'node:fs/promises';

/** TCP ports by service name and alias. */
export type ServiceTable = ReadonlyMap<string, number>;

/** A services file is some 20 KiB; what is beyond this is not read, in octets. */
const MAX_SERVICES_OCTETS = 4 * 1024 * 1024;

/** The manual's entries, for machines whose /etc/services lacks them. */
const FALLBACKS: ServiceTable = new Map([
  ['raw-ftp', 351],
  ['safetp', 21],
]);

/** Reads the TCP entries of a services file. Of two entries for a name the first counts, as with getservbyname(3). */
export function parseServices(text: string): ServiceTable {
  const table = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, portAndProtocol = '', ...aliases] = line.replace(/#.*/s, '').trim().split(/\s+/);
    const match = /^([0-9]{1,5})\/tcp$/.exec(portAndProtocol);
    const port = Number(match?.[1] ?? 0);
    if (name === undefined || port < 1 || port > 65_535) continue;
    for (const each of [name, ...aliases]) if (!table.has(each)) table.set(each, port);
  }
  return table;
}

/** Reads a services file; one that is absent or unreadable has no entries. */
export async function readServices(file = '/etc/services'): Promise<ServiceTable> {
  try {
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(Math.min((await handle.stat()).size, MAX_SERVICES_OCTETS));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return parseServices(buffer.toString('latin1', 0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch {
    return new Map();
  }
}

/** The port of a number or a service name; undefined when no such service is known. */
export function resolvePort(port: number | string, services: ServiceTable): number | undefined {
  return typeof port === 'number' ? port : (services.get(port) ?? FALLBACKS.get(port));
}
