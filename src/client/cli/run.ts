/** sftpc from its arguments to its exit status. All that a user can get wrong becomes a sentence (report.ts), once. */
import { programVersion } from '../../cli/version.js';
import { EXIT } from '../error.js';
import { Console } from '../terminal/console.js';
import { lookOf } from '../terminal/look.js';
import { parseArguments } from './arguments.js';
import { reported, reportMistakes } from './report.js';
import { serve } from './serve.js';
import { usage } from './usage.js';
import { SUBCOMMANDS, type Subcommand, type World } from './world.js';

export type { World } from './world.js';

/** Loaded when they are asked for: most runs are sessions. */
const LOAD: Readonly<Record<(typeof SUBCOMMANDS)[number], () => Promise<Subcommand>>> = {
  keys: async () => (await import('./keys.js')).runKeys,
  proxy: async () => (await import('./proxy.js')).runProxy,
};

/** Runs sftpc; gives the exit status. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const subcommand = SUBCOMMANDS.find((name) => name === argv[0]);
  if (subcommand !== undefined) return (await LOAD[subcommand]())(argv.slice(1), world);
  const invocation = parseArguments(argv);
  const settings = invocation.ok && invocation.value.kind === 'work' ? invocation.value : undefined;
  // Who wants JSON wants it of wrong arguments, too.
  const form = argv.includes('--json') ? 'json' : 'text';
  const look = await lookOf(world.stderr, world.env);
  const console = new Console(world.stdout, world.stderr, settings?.form ?? form, settings?.talk, look);
  if (invocation.ok && invocation.value.kind !== 'work') {
    world.stdout.write(invocation.value.kind === 'help' ? usage() : `sftpc ${programVersion()}\n`);
    return EXIT.ok;
  }
  return reported(console, world, async () => {
    if (!invocation.ok) return reportMistakes(console, invocation.error, 'sftpc --help');
    return settings === undefined ? EXIT.ok : serve(settings, world, console);
  });
}
