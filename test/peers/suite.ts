import process from 'node:process';
import { afterAll, describe, test } from 'vitest';
import { findPeer, type PeerName } from './peer.js';
import { cleanUp } from './process.js';

// For the whole test file that imports this: what a failed test left behind ends with it.
afterAll(cleanUp);

/**
 * `describe` for a suite that needs peers. Where one is missing, a developer sees the suite skipped with the reason in its
 * name; on CI (`CI=true`) the suite fails, because there nothing may go untested in silence.
 */
export function describeWithPeers(name: string, peers: readonly PeerName[], body: () => void): void {
  const reasons = peers.map((peer) => findPeer(peer)).flatMap((peer) => (peer.found ? [] : [peer.reason]));
  if (reasons.length === 0) describe(name, body);
  else if (process.env['CI'] === 'true') {
    describe(name, () => test('has the programs it needs', () => Promise.reject(new Error(reasons.join('; ')))));
  } else describe.skipIf(true)(`${name} (skipped: ${reasons.join('; ')})`, body);
}
