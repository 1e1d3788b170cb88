/** Which listeners a new configuration keeps, opens and closes: by identity, address and port as configured. Pure. */
import { addressKey } from '../config/networks.js';
import type { ListenerSettings } from '../config/snapshot.js';

/** A listener that is open, under the settings it was opened or last kept with. */
export interface Held<L> {
  readonly listener: L;
  readonly settings: ListenerSettings;
}

export interface ListenerPlan<L> {
  /** Kept open; new connections are served under the new settings. */
  readonly keep: readonly Held<L>[];
  readonly open: readonly ListenerSettings[];
  readonly close: readonly Held<L>[];
}

type Identity = Pick<ListenerSettings, 'address' | 'port'>;

/** `::` and `0::0` are one listener. */
const same = (one: Identity, other: Identity): boolean =>
  one.port === other.port && addressKey(one.address) === addressKey(other.address);

export function planListeners<L>(held: readonly Held<L>[], wanted: readonly ListenerSettings[]): ListenerPlan<L> {
  const rest = [...held];
  const keep: Held<L>[] = [];
  const open: ListenerSettings[] = [];
  for (const settings of wanted) {
    const index = rest.findIndex((each) => same(each.settings, settings));
    const [kept] = index < 0 ? [] : rest.splice(index, 1);
    if (kept === undefined) open.push(settings);
    else keep.push({ listener: kept.listener, settings });
  }
  return { keep, open, close: rest };
}
