/**
 * A configuration as the text of a file, comments included. The comments are the schema's descriptions, so that file, JSON
 * Schema and --print-config say the same; etc/sftpd.yaml is made here too.
 */
import path from 'node:path';
import { Document, isMap, isPair, isScalar, isSeq, type YAMLMap } from 'yaml';
import { descriptionAt } from '../../schemas/keys.js';
import { type SftpdConfiguration, sftpdSchema } from '../../schemas/sftpd.js';
import { namesOf } from '../log/events.js';
import type { Loaded } from './load.js';
import { sectionsFor } from './sections.js';

/** What the head of a printed file says. */
export interface PrintOptions {
  /** Whether -s was given: it has no key. */
  readonly inetd?: boolean;
  /** Where the JSON Schema is, for editors: a path or an address. Absent: not said. */
  readonly schema?: string;
}

/** Columns of the file, as prettier counts them in this project. */
const WIDTH = 120;

/** Longest list that stands on one line, in characters. */
const MAX_FLOW = 100;

const HEAD =
  'Configuration of sftpd, the SafeTP gateway. A key that is left out has its default. `sftpd --check --config FILE` prints ' +
  'every problem of a file and changes nothing.\n\n' +
  'Durations are digits and a unit: 500ms, 60s, 15m, 2h, 1d. Sizes are octets, or digits and a unit: 64KiB, 1MiB. Relative ' +
  'paths are taken from the directory of this file.';

const INETD =
  '-s (--inetd) was given. It says how sftpd is started and has no key here: give it still, as in sftpd -s --config FILE.';

/**
 * The file that gives the same snapshot as what was loaded, flags included, wherever it is put. Every key is shown, paths
 * are absolute, what one value implies for others is written out.
 */
export function configurationFile(
  { configuration, snapshot }: Pick<Loaded, 'configuration' | 'snapshot'>,
  options: PrintOptions = {},
): string {
  return configurationText(effective(configuration, path.resolve(path.dirname(snapshot.file))), options);
}

/** The text of etc/sftpd.yaml: every key at its default. */
export function defaultConfigurationText(): string {
  return configurationText(sftpdSchema.parse({}), { schema: '../schemas/sftpd.schema.json' });
}

function effective(config: SftpdConfiguration, folder: string): SftpdConfiguration {
  const absolute = <T extends string | null | undefined>(name: T): T | string =>
    typeof name === 'string' ? path.resolve(folder, name) : name;
  const programs = <Handoff extends Partial<SftpdConfiguration['handoff']>>(handoff: Handoff): Handoff => ({
    ...handoff,
    ...('kerberosFtpd' in handoff ? { kerberosFtpd: absolute(handoff.kerberosFtpd) } : {}),
    ...('anonymousFtpd' in handoff ? { anonymousFtpd: absolute(handoff.anonymousFtpd) } : {}),
  });
  const { events } = config.logging;
  return {
    ...implied(config),
    workdir: absolute(config.workdir),
    listeners: config.listeners.map((listener) =>
      listener.handoff === undefined ? listener : { ...listener, handoff: programs(listener.handoff as object) },
    ),
    handoff: programs(config.handoff),
    logging: {
      ...config.logging,
      file: absolute(config.logging.file),
      syslog: { ...config.logging.syslog, path: absolute(config.logging.syslog.path) },
      // Names tell more than a sum.
      events: typeof events === 'number' ? [...namesOf(events)] : events,
    },
  };
}

/** Writes out what `protection: private` means, where every listener has it: one without it takes what the sections say. */
function implied(config: SftpdConfiguration): SftpdConfiguration {
  const everywhere = config.listeners.every((_, index) => sectionsFor(config, index).data.protection === 'private');
  if (!everywhere || config.data.protection !== 'private') return config;
  return {
    ...config,
    control: { ...config.control, cleartext: 'deny' },
    data: { ...config.data, relay: 'always' },
  };
}

function configurationText(config: SftpdConfiguration, { schema, inetd = false }: PrintOptions): string {
  const document = new Document(inSchemaOrder(config));
  if (!isMap(document.contents)) throw new Error('a configuration is a mapping');
  annotate(document.contents, []);
  const paragraphs = [HEAD, ...(inetd ? [INETD] : [])].join('\n\n');
  const lines = [
    ...(schema === undefined ? [] : [`yaml-language-server: $schema=${schema}`, '']),
    ...wrap(paragraphs, WIDTH - 2),
  ];
  const head = lines.map((line) => `# ${line}`.trimEnd()).join('\n');
  return `${head}\n\n${document.toString({ singleQuote: true, lineWidth: 0, flowCollectionPadding: false })}`;
}

/** A patched file has its keys in the order of the patches. */
function inSchemaOrder(config: SftpdConfiguration): unknown {
  return sftpdSchema.parse(config);
}

/** Puts each key's description before it. */
function annotate(map: YAMLMap, at: readonly PropertyKey[]): void {
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const here = [...at, String(pair.key.value)];
    const description = descriptionAt(here);
    if (description !== undefined) {
      pair.key.commentBefore = wrap(description, WIDTH - 2 - indentOf(here))
        .map((line) => ` ${line}`)
        .join('\n');
    }
    if (at.length === 0 && pair !== map.items[0]) pair.key.spaceBefore = true;
    if (isMap(pair.value)) annotate(pair.value, here);
    if (!isSeq(pair.value)) continue;
    pair.value.items.forEach((item, index) => isMap(item) && annotate(item, [...here, index]));
    if (pair.value.items.every(isScalar)) pair.value.flow = JSON.stringify(pair.value).length <= MAX_FLOW;
  }
}

/** Columns before a key: two for each mapping or list around it. */
function indentOf(at: readonly PropertyKey[]): number {
  return 2 * (at.length - 1);
}

/** Lines of at most a width; a line that begins with a space is a row of a table and stays as it is. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    if (paragraph.startsWith(' ')) return [paragraph];
    return paragraph.split(' ').reduce<string[]>((lines, word) => {
      const line = lines.at(-1);
      if (line === undefined || line.length + 1 + word.length > width) return [...lines, word];
      return [...lines.slice(0, -1), `${line} ${word}`];
    }, []);
  });
}
