/** A gateway with a hand-off configured, in front of an ordinary ftpd that can be told from the other one. */
import { onTestFinished } from 'vitest';
import type { ControlSettings, DataSettings, HandoffSettings } from '../../src/config/snapshot.js';
import { RawClient } from '../gateway/raw-client.js';
import { startRig, type Rig } from '../gateway/rig.js';
import { startScriptedFtpd, type Script, type ScriptedFtpd } from '../gateway/scripted-ftpd.js';
import { until } from '../peers/process.js';

export interface Stage {
  readonly rig: Rig;
  readonly ordinary: ScriptedFtpd;
  /** A client that has been greeted by the ordinary ftpd. */
  readonly open: (from?: string) => Promise<RawClient>;
  /** Waits for a line in the gateway's log. */
  readonly logged: (line: RegExp) => Promise<string>;
}

export interface StageOptions {
  readonly handoff: Partial<HandoffSettings>;
  readonly control?: Partial<ControlSettings>;
  readonly data?: Partial<DataSettings>;
  readonly ordinary?: Script;
}

export async function startStage({ handoff, control, data, ordinary: says }: StageOptions): Promise<Stage> {
  const ordinary = await startScriptedFtpd(says ?? {});
  const rig = await startRig({ ftpd: ordinary, handoff, control: control ?? {}, data: data ?? {} });
  const clients: RawClient[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.close();
    await rig.stop();
    await ordinary.stop();
  });
  return {
    rig,
    ordinary,
    open: async (from = '127.0.0.1') => {
      const client = await RawClient.open({ host: rig.host, port: rig.port, localAddress: from });
      clients.push(client);
      return client;
    },
    logged: (line) =>
      until(`a log line like ${String(line)}`, 20, () =>
        Promise.resolve(rig.log().find((candidate) => line.test(candidate))),
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${rig.log().join('\n')}`);
      }),
  };
}
