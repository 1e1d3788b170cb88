/** A local door in this process, in front of a gateway in this process. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Destination, type DestinationSetting } from '../../src/client/proxy/destination.js';
import { Door, type DoorOptions } from '../../src/client/proxy/door.js';
import { DoorLog } from '../../src/client/proxy/door-log.js';
import { startRig, type Rig, type RigOptions } from '../gateway/rig.js';
import { folder } from './sftpc.js';

export interface OpenDoor {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
  /** What it has said on standard error, a line each. */
  readonly said: () => readonly string[];
  readonly door: Door;
  readonly knownServers: string;
}

export interface Wishes
  extends Partial<DestinationSetting>, Partial<Pick<DoorOptions, 'trace' | 'stallTimeout' | 'maxSessions'>> {
  readonly address?: '127.0.0.1' | '::1';
}

/** Opens a door to a server; the first contact with it is taken on trust. */
export async function openDoor(to: { host: string; port: number }, wishes: Wishes = {}): Promise<OpenDoor> {
  const { address = '127.0.0.1', trace = 'off', stallTimeout, maxSessions, ...setting } = wishes;
  const knownServers = setting.knownServers ?? join(await folder(), 'known_servers');
  const lines: string[] = [];
  const destination = new Destination({ ...to, newServers: 'accept', ...setting, knownServers });
  const log = new DoorLog({ note: (line) => lines.push(line), warn: (line) => lines.push(line) });
  const listen = { on: 'address', address, port: 0 } as const;
  const door = await Door.open({ listen, destination, log, trace, stallTimeout, maxSessions });
  onTestFinished(() => door.close(0));
  return { host: address, port: door.endpoints[0]!.port, said: () => lines, door, knownServers };
}

/** A gateway in front of an ftpd, and a door in front of that. */
export async function doorTo(
  ftpd: { host: '127.0.0.1' | '::1'; port: number },
  wishes: Wishes = {},
  rigOptions: Partial<RigOptions> = {},
): Promise<OpenDoor & { readonly rig: Rig }> {
  const rig = await startRig({ ftpd, ...rigOptions });
  onTestFinished(rig.stop);
  return { ...(await openDoor(rig, wishes)), rig };
}
