/** The page of the configuration file, README and its kin: every key and file is where it is looked for; pages render well. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchema } from '../../schemas/json-schema.js';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { parseDocument } from '../../src/config/document.js';
import { configure } from '../../src/config/load.js';
import { MASK_BITS } from '../../src/log/events.js';
import { MACHINE } from '../config/machine.js';
import { requirePeer } from '../peers/peer.js';
import { describeWithPeers } from '../peers/suite.js';
import { read, root } from './files.js';
import { entries, literal, plain, section } from './manual.js';

const PAGES = ['sftpc.1', 'sftpd-keygen.1', 'sftpd.yaml.5', 'x-safetp1.7', 'sftpd-setup.8', 'sftpd.8'];

/** A key of the configuration, as the JSON Schema has it. */
interface Key {
  readonly path: string;
  readonly description: string;
  readonly words: readonly string[];
  /** A section, or a list of mappings: what is below it has entries of its own. */
  readonly outer: boolean;
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
}

function keysOf({ properties = {} }: Schema, at = ''): readonly Key[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const here = `${at}${name}`;
    const { description = '', items, anyOf = [] } = schema;
    const alternatives = [schema, ...anyOf].flatMap((each) => [each, ...(each.items ? [each.items] : [])]);
    const words = alternatives.flatMap((each) => each.enum ?? []).filter((word) => typeof word === 'string');
    const below = [...keysOf(schema, `${here}.`), ...keysOf(items ?? {}, `${here}[].`)];
    return [{ path: here, description, words, outer: below.length > 0 }, ...below];
  });
}

const keys = keysOf(jsonSchema());
const isOverride = ({ path: name }: Key): boolean => /^listeners\[\]\.\w+\./.test(name);

describe('sftpd.yaml(5)', () => {
  const page = read('man/sftpd.yaml.5');
  const documented = entries(section(page, 'KEYS')).flatMap(({ head, text }) =>
    (head.split(': ')[0] ?? '').split(', ').map((name) => ({ name, text })),
  );

  test('has an entry for every key of the schema, and for no other', () => {
    // What a listener overrides is described once, by the section of the same name.
    const wanted = keys.filter((key) => !isOverride(key)).map((key) => key.path);
    expect(wanted.length).toBeGreaterThan(40);
    expect(documented.map(({ name }) => name).sort()).toEqual([...wanted].sort());
  });

  test.each(keys.filter((key) => !isOverride(key) && !key.outer))('$path: default, bounds and words', (key) => {
    const text = documented.find(({ name }) => name === key.path)?.text ?? '';
    const standard = /Default (\S+?)[.,]?(?: |$)/.exec(key.description.split('\n').at(-1) ?? '')?.[1];
    expect(text).toContain(`Default ${standard ?? 'nothing: the schema names none'}`);
    for (const [bounds] of key.description.matchAll(/\b[0-9]\w* to [0-9]\w*/g)) expect(text).toContain(bounds);
    // local0 to local7 are a range.
    for (const word of key.words.filter((each) => !/^local[1-6]$/.test(each))) expect(text).toMatch(wholeWord(word));
  });

  test('numbers the categories of the log as the mask does', () => {
    const text = documented.find(({ name }) => name === 'logging.events')?.text ?? '';
    for (const [name, bit] of Object.entries(MASK_BITS)) expect(text).toContain(`${name} (${bit})`);
  });

  test('names every section that a listener may override', () => {
    const sections = keys.filter(isOverride).map((key) => key.path.split('.')[1] ?? '');
    const text = plain(section(page, 'OVERRIDES'));
    for (const name of new Set(sections)) expect(text).toMatch(wholeWord(name));
  });
});

describe('examples in documents are configurations without a fault', () => {
  const inPage = [...read('man/sftpd.yaml.5').matchAll(/^\.Bd -literal -offset indent\n([\s\S]*?)^\.Ed$/gm)];
  const inReadme = [...read('README.md').matchAll(/^ *```yaml\n([\s\S]*?)^ *```$/gm)];
  const examples = [
    ...inPage.map(([, text = ''], index) => ({ name: `sftpd.yaml(5), ${index + 1}`, text: literal(text) })),
    ...inReadme.map(([, text = ''], index) => ({ name: `README, ${index + 1}`, text })),
  ];

  test('there are some', () => {
    expect([inPage.length > 2, inReadme.length > 0]).toEqual([true, true]);
  });

  test.each(examples)('$name', ({ text }) => {
    const document = parseDocument(Buffer.from(text), '/etc/sftpd.yaml');
    if (!document.ok) throw new Error(formatDiagnostics(document.error));
    const loaded = configure(document.value, { machine: MACHINE, generation: 1 });
    if (!loaded.ok) throw new Error(formatDiagnostics(loaded.error));
    // Fewer ports than sessions is worth a warning, and no fault of a short example.
    const odd = loaded.value.warnings.filter(({ path: where }) => where !== 'data.passivePorts');
    expect(formatDiagnostics(odd)).toBe('');
  });
});

describe('links and names of files', () => {
  /** A file may be named alone where a folder was named before. */
  const sources = new Set(
    ['src', 'schemas', 'test'].flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.basename(file)),
    ),
  );
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/library.md',
  ];

  test.each(documents)('every link of %s leads somewhere', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
    const absent = links.filter(
      (target) => !/^[a-z]+:/.test(target) && !existsSync(path.join(root, path.dirname(document), target)),
    );
    expect(absent).toEqual([]);
  });

  test.each(documents)('every file that %s names is there', (document) => {
    const named = [...read(document).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).filter(looksLikeFile);
    const absent = named.filter(
      (name) =>
        !['', 'src', 'test'].some((place) => existsSync(path.join(root, place, name))) &&
        !(name === path.basename(name) && sources.has(name)),
    );
    expect(absent).toEqual([]);
  });

  test("each row of ARCHITECTURE.md's tables names places that are there", () => {
    const rows = read('ARCHITECTURE.md').matchAll(/^\| (.*?) \| (.*?) \|/gm);
    const absent: string[] = [];
    for (const [, what = '', where = ''] of rows) {
      // A bare name stands beside the one before it.
      let folder = '';
      for (const [, name = ''] of `${where} ${what}`.matchAll(/`([\w./-]+)`/g)) {
        const found = [name, path.join(folder, name)].find((each) => existsSync(path.join(root, each)));
        if (found === undefined && /[./]/.test(name)) absent.push(name);
        else if (found?.includes('/') === true) folder = found.endsWith('/') ? found : path.dirname(found);
      }
    }
    expect(absent).toEqual([]);
  });

  test('every script that a document runs is one of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const run = documents.flatMap((document) =>
      [...read(document).matchAll(/\bnpm (?:run (\w+)|(start|test)\b)/g)].map(
        ([, named, short]) => named ?? short ?? '',
      ),
    );
    expect(read('README.md')).toMatch(/^npm start\b[\s\S]*^npm test\b/m);
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('README links to every manual page, and every page is installed', () => {
    expect(readdirSync(path.join(root, 'man')).filter((file) => /\.[1-9]$/.test(file))).toEqual(
      expect.arrayContaining(PAGES),
    );
    for (const page of PAGES) expect(read('README.md')).toContain(`(man/${page})`);
    const { files, man } = JSON.parse(read('package.json')) as Record<'files' | 'man', readonly string[]>;
    expect(files).toContain('man');
    expect(man.filter((page) => !existsSync(path.join(root, page)))).toEqual([]);
  });
});

describeWithPeers('manual pages in mandoc', ['mandoc'], () => {
  const mandoc = (...words: readonly string[]) =>
    spawnSync(requirePeer('mandoc'), words, { cwd: path.join(root, 'man'), encoding: 'utf8' });

  test.each(PAGES)('%s is free of warnings', (page) => {
    const { stdout, stderr, status } = mandoc('-T', 'lint', '-W', 'warning', page);
    expect({ said: stdout + stderr, status }).toEqual({ said: '', status: 0 });
  });

  test.each(PAGES)('%s fits 80 columns', (page) => {
    const { stdout, status } = mandoc('-T', 'utf8', '-O', 'width=80', page);
    expect(status).toBe(0);
    // Bold and underlined characters are written over themselves.
    const lines = stdout.replaceAll(/.\x08/g, '').split('\n');
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => /^.{81}/u.test(line))).toEqual([]);
  });

  test.each(PAGES)('%s refers to pages that are there', (page) => {
    const referred = [...read(`man/${page}`).matchAll(/^\.Xr ([\w.-]+) ([0-9])/gm)].map(([, name = '', at = '']) => {
      return `${name}.${at}`;
    });
    const ours = referred.filter((each) => /^(?:sftp[cd]|x-safetp)/.test(each));
    expect(ours.filter((each) => !PAGES.includes(each))).toEqual([]);
  });
});

/** Whether a word between backquotes is the name of a file of this project, in one of its folders or by its name alone. */
function looksLikeFile(text: string): boolean {
  const inFolder = /^(?:src|test|schemas|etc|man|scripts|bench|\.ci)\/[\w./-]+$/;
  return inFolder.test(text) || /^\w[\w/-]*\.(?:ts|mjs|sh|md)$/.test(text);
}

function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`);
}
