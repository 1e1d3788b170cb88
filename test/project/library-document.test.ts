/** docs/library.md and the library: every exported name, and every member of it, is in the reference, and says in its TSDoc what it is. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { read, root } from './files.js';

const document = read('docs/library.md');

/** Text of each `### name` of the reference. */
const sections = new Map(
  document
    .split(/^### /m)
    .slice(1)
    .map((text) => [/^`(\w+)`\n/.exec(text)?.[1] ?? '', text.replace(/^.*\n/, '')] as const),
);

interface Member {
  readonly name: string;
  readonly comment: string;
}

interface Exported extends Member {
  /** Properties and methods. */
  readonly members: readonly Member[];
  /** The texts that a union consists of. */
  readonly literals: readonly string[];
}

/** What a program that imports the library sees. */
function exported(): readonly Exported[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([path.join(root, 'src/client/index.ts')], options);
  const checker = program.getTypeChecker();
  const entry = program.getSourceFile(path.join(root, 'src/client/index.ts'));
  const module = entry && checker.getSymbolAtLocation(entry);
  if (module === undefined) throw new Error('the entry of the library cannot be read');
  const comment = (symbol: ts.Symbol): string => ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return checker.getExportsOfModule(module).map((alias) => {
    const symbol = (alias.flags & ts.SymbolFlags.Alias) === 0 ? alias : checker.getAliasedSymbol(alias);
    const isObject = (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) !== 0;
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const members = isObject ? checker.getPropertiesOfType(type).filter(isPublic) : [];
    const parts = type.isUnion() ? type.types : [type];
    return {
      name: alias.name,
      comment: comment(symbol),
      members: members.map((member) => ({ name: nameOf(member), comment: comment(member) })),
      literals: parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : [])),
    };
  });
}

/** Declared here, not private, not internal. */
function isPublic(member: ts.Symbol): boolean {
  const [declaration] = member.declarations ?? [];
  if (declaration === undefined || declaration.getSourceFile().fileName.includes('/node_modules/')) return false;
  if (ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === 'internal')) return false;
  const { name } = declaration as ts.NamedDeclaration;
  if (name === undefined || ts.isPrivateIdentifier(name)) return false;
  // Symbols of this project's own are nobody else's.
  return !ts.isComputedPropertyName(name) || name.getText().startsWith('[Symbol.');
}

function nameOf(member: ts.Symbol): string {
  const { name } = (member.declarations ?? [])[0] as ts.NamedDeclaration;
  return name?.getText() ?? '';
}

/** What the first column of a section's table names. */
const rows = (section: string): readonly string[] =>
  [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\[[\w.]+\]|[\w-]+)[^`]*`/g)].map(([, name = '']) => name),
  );

describe('docs/library.md', () => {
  const names = exported();

  test('has a section for every exported name, and for no other', () => {
    expect(names.length).toBeGreaterThan(20);
    expect([...sections.keys()].sort()).toEqual(names.map(({ name }) => name).sort());
  });

  test.each(names)('$name: every member is described, and no other', ({ name, members, literals }) => {
    const section = sections.get(name) ?? '';
    if (members.length > 0) expect([...rows(section)].sort()).toEqual(members.map((member) => member.name).sort());
    for (const literal of literals) expect(section).toMatch(new RegExp(`\`${literal}\``));
    if (literals.length > 2 && rows(section).length > 0)
      expect([...rows(section)].sort()).toEqual([...literals].sort());
  });

  test.each(names)('$name and its members have TSDoc', ({ name, comment, members }) => {
    const silent = [{ name, comment }, ...members].filter((each) => each.comment === '').map((each) => each.name);
    expect(silent).toEqual([]);
  });

  test('shows the examples as they are', () => {
    const examples = readdirSync(path.join(root, 'examples'));
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      expect(document).toContain(`[${example}](../examples/${example})`);
      expect(document).toContain(`\`\`\`js\n${read(`examples/${example}`)}\`\`\`\n`);
    }
  });
});
