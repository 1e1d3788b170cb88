/** What is known of each ftpd and third-party transfers, for all sessions of this process (session/third-party.ts). */
import type { DirectVia, ThirdPartyKnowledge } from '../session/io.js';
import type { Log } from '../log/log.js';

export class ThirdPartyMemory {
  readonly #known = new Map<string, ThirdPartyKnowledge>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  recall(ftpd: string, via: DirectVia): ThirdPartyKnowledge {
    return this.#known.get(`${via} ${ftpd}`) ?? 'unknown';
  }

  /** Logs a refusal once, for the administrator who may want to allow third-party transfers there. */
  note(ftpd: string, via: DirectVia, knowledge: 'works' | 'refused'): void {
    if (this.recall(ftpd, via) === knowledge) return;
    this.#known.set(`${via} ${ftpd}`, knowledge);
    if (knowledge === 'refused') {
      this.#log.event('compatibility', 'the ftpd refuses third-party transfers: relaying from now on', { ftpd, via });
    }
  }
}
