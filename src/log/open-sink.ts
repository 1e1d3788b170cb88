/** From the settings to a sink. Each kind is loaded only when it is asked for: winston alone takes as long as the rest. */
import { unreachable, type Result } from '../lib/result.js';
import type { LogSink } from './log.js';
import { openSyslogSink, type SyslogOptions, type SyslogSettings } from './syslog-sink.js';

/** What of the logging section a sink is made of. */
export interface SinkSettings {
  readonly destination:
    { readonly kind: 'stdout' } | { readonly kind: 'syslog' } | { readonly kind: 'file'; readonly file: string };
  readonly syslog: SyslogSettings;
}

/** Opens the destination of the log. Fails with what an administrator can do something about. */
export async function openSink(
  { destination, syslog }: SinkSettings,
  options: SyslogOptions = {},
): Promise<Result<LogSink, string>> {
  switch (destination.kind) {
    case 'stdout': {
      const { createStdoutSink } = await import('./winston-sink.js');
      return { ok: true, value: createStdoutSink() };
    }
    case 'file': {
      const { openFileSink } = await import('./winston-sink.js');
      return openFileSink(destination.file);
    }
    case 'syslog':
      return openSyslogSink(syslog, options);
    default:
      return unreachable(destination);
  }
}
