/** `sftpc proxy` from its arguments to its exit status: recognises the server, opens the door, and closes it when told to. */
import { ClientError, EXIT } from '../error.js';
import { Destination } from '../proxy/destination.js';
import { Door } from '../proxy/door.js';
import { DoorLog } from '../proxy/door-log.js';
import { DRAIN_TIME } from '../proxy/limits.js';
import { Console } from '../terminal/console.js';
import { lookOf } from '../terminal/look.js';
import { personAt, type Person } from '../terminal/person.js';
import { defaultKnownServersFile } from '../trust/known-servers.js';
import { parseProxyArguments, proxyUsage, shownEndpoint, type ProxySettings } from './proxy-arguments.js';
import { reported, reportMistakes } from './report.js';
import type { World } from './world.js';

export async function runProxy(argv: readonly string[], world: World): Promise<number> {
  const invocation = parseProxyArguments(argv);
  const talk = invocation.ok && invocation.value.kind === 'serve' ? invocation.value.talk : 'all';
  const console = new Console(world.stdout, world.stderr, 'text', talk, await lookOf(world.stderr, world.env));
  return reported(console, world, async () => {
    if (!invocation.ok) return reportMistakes(console, invocation.error, 'sftpc proxy --help');
    if (invocation.value.kind === 'help') world.stdout.write(proxyUsage());
    else await serve(invocation.value, world, console);
    return EXIT.ok;
  });
}

async function serve(settings: ProxySettings, world: World, console: Console): Promise<void> {
  const log = new DoorLog(console);
  const { listen, reach, to, knownServers, newServers, expectAddress, trace } = settings;
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  const forget = world.onInterrupt(() => stopping.abort());
  const destination = new Destination({
    ...to,
    knownServers: knownServers ?? defaultKnownServersFile(world.env),
    newServers: newServers === 'accept' ? 'accept' : 'refuse',
    expectAddress,
    timeouts: world.timeouts,
  });
  try {
    const person = await personAt(world, console);
    try {
      await meet(destination, settings, person, log, stopping.signal);
    } finally {
      person?.leave();
    }
    const door = await Door.open({ listen, destination, log, trace, stallTimeout: world.timeouts?.stall });
    const endpoints = door.endpoints.map(shownEndpoint);
    log.say(`this door leads to ${destination.name}`);
    log.say(`listening on ${endpoints.join(' and ')}`);
    if (reach === 'remote')
      log.warn('others can reach this door: their passwords and files cross the network in clear');
    log.say(`try: lftp -u USER ftp://${endpoints[0] ?? ''}`);
    await stopped;
    if (door.sessions > 0) log.say(`closing; running transfers have ${DRAIN_TIME / 1000} s, again ends them at once`);
    await door.close(DRAIN_TIME);
  } finally {
    forget();
  }
}

/** Sees that the server is known, before programs come. One that does not answer now may do so when they do. */
async function meet(
  destination: Destination,
  { newServers, trace }: ProxySettings,
  person: Person | undefined,
  log: DoorLog,
  signal: AbortSignal,
): Promise<void> {
  try {
    await destination.meet(
      newServers === 'accept' ? 'accept' : (person?.agree ?? 'refuse'),
      { trace: trace === 'on' ? (line) => log.trace(line) : undefined, notice: (text) => log.say(text) },
      signal,
    );
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== 'connect' || signal.aborted) throw error;
    log.error(error);
    log.warn('the door opens all the same: programs hear why as long as it is so');
  }
}
