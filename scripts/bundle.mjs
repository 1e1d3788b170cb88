// Joins the modules of a program, and the packages each start needs, into one file with its code compiled ahead, and puts a
// loader for it in the place of the program's main.js. Every start of sftpd stands between a client and its greeting (under
// inetd), every start of sftpc between a line of a script and the next: Node takes a millisecond for each of some 200 files,
// and reads and compiles 800 KiB. Joined and compiled ahead, that costs a third of a bare start instead of three
// (bench/inetd-start.mjs and bench/client-start.mjs measure it).
//
// What tsc wrote stays beside it: worker threads, other programs, the library and the rarer parts use the modules by themselves,
// and after a bare tsc main.js is again the one that uses nothing else, with a line of its own in a stack trace for each module.
// Compiled code fits one version of Node; any other finds that out by itself and compiles.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { root } from './ensure-installed.mjs';

const dist = path.join(root, 'dist');

/**
 * folder: where its program.js and main.js are. joined: packages that go in, with all that they import; all others stay outside:
 * they are native, or loaded on demand. rare: modules that are imported on demand and seldom: they stay files. sample: the words of
 * a run in which what a start uses is compiled (a whole session of sftpc in its place gains nothing that can be measured).
 */
const PROGRAMS = [
  {
    folder: path.join(dist, 'src'),
    joined: ['node-forge', 'yaml', 'zod'],
    rare: /\/(?:usage|version|print-config|winston-sink)\.js$/,
    sample: ['--check', '--config', path.join(root, 'etc', 'sftpd.yaml')],
  },
  {
    folder: path.join(dist, 'src', 'client'),
    joined: ['node-forge', 'string-width', 'log-update'],
    rare: undefined,
    sample: ['--version'],
  },
];

const isOurs = (id) => id.startsWith(dist);

/**
 * What stays outside is imported by the loader, which is a module: code that was compiled ahead has no import() of its own.
 */
const imported = ({ folder, rare }, isJoined) => ({
  name: 'imported',
  transform(code, id) {
    if (!isOurs(id) || !code.includes('import(')) return undefined;
    return code.replaceAll(/\bimport\('([^']+)'\)/g, (whole, name) => {
      if (rare?.test(name)) return `importHere('./${path.relative(folder, path.resolve(path.dirname(id), name))}')`;
      return name.startsWith('.') || isJoined(name) ? whole : `importHere('${name}')`;
    });
  },
});

/** A module that asks where it is keeps the answer it has as a file of its own. */
const ownPlace = ({ folder }) => ({
  name: 'own-place',
  transform(code, id) {
    if (!isOurs(id) || !code.includes('import.meta.')) return undefined;
    const there = path.posix.relative(pathToFileURL(folder).pathname, pathToFileURL(id).pathname);
    return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(`./${there}`)}, import.meta.url).href`);
  },
});

/**
 * Of node-forge, src/crypto/der.ts uses asn1; the package as a whole is 700 KiB of code that every start would read. A second
 * importer, who may want more of it, fails the build.
 */
const forgeAsn1 = {
  name: 'forge-asn1',
  resolveId: (id, importer) => {
    if (id !== 'node-forge') return undefined;
    if (!importer.endsWith('/crypto/der.js')) throw new Error(`scripts/bundle.mjs: ${importer} imports node-forge too`);
    return '\0forge-asn1';
  },
  load: (id) =>
    id === '\0forge-asn1'
      ? `import asn1 from ${JSON.stringify(path.join(root, 'node_modules/node-forge/lib/asn1.js'))};\nexport default { asn1 };`
      : undefined,
};

/** Wraps as require() does, and compiles with the code cache if there is one. Both the loader and its maker contain this. */
const COMPILE = `
const compile = (file, source, cachedData) => new Script(
  '(function (exports, require, module, __filename, __dirname, importHere) { ' + source + '\\n})',
  { filename: file, cachedData },
);
const execute = (file, script) => {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file), (name) => import(name));
  return module.exports;
};
`;

const IMPORTS = `
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
`;

/** The loader. The name of the joined file has its hash: V8 itself compares no more than the length of a source. */
const loader = (core) => `#!/usr/bin/env node
// Written by scripts/bundle.mjs: runs the program from joined modules.
${IMPORTS}${COMPILE}
const core = join(import.meta.dirname, ${JSON.stringify(core)});
let compiled;
try {
  compiled = readFileSync(core + '.cache');
} catch {
  // Slower without.
}
process.exitCode = await execute(core, compile(core, readFileSync(core, 'utf8'), compiled)).program(process.argv.slice(2));
`;

/** Compiles the joined file, has it run so that what a start uses is compiled too, and keeps the code. */
const CACHE_MAKER = `${IMPORTS}${COMPILE}
const [core, ...sample] = process.argv.slice(1);
const script = compile(core, readFileSync(core, 'utf8'));
process.stderr.write = process.stdout.write = () => true;
await execute(core, script).program(sample);
process.exitCode = 0;
writeFileSync(core + '.cache.new', script.createCachedData());
`;

export async function bundle() {
  for (const program of PROGRAMS) await join(program);
}

async function join(program) {
  const { folder, joined, sample } = program;
  const isJoined = (id) => joined.some((name) => id === name || id.startsWith(`${name}/`));
  const build = await rolldown({
    input: path.join(folder, 'program.js'),
    platform: 'node',
    external: (id, importer) => !/^[./\0]/.test(id) && !isJoined(id) && !(importer ?? '').includes('node_modules'),
    plugins: [forgeAsn1, imported(program, isJoined), ownPlace(program)],
  });
  const { output } = await build.generate({
    format: 'cjs',
    codeSplitting: false,
    comments: { legal: true, jsdoc: false },
  });
  await build.close();
  const [{ code, moduleIds }] = output;
  const core = `main-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.cjs`;
  const place = (name) => path.join(folder, name);
  writeFileSync(place(core), code);
  execFileSync(process.execPath, ['--input-type=module', '--eval', CACHE_MAKER, '--', place(core), ...sample], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(`${place(core)}.cache.new`, `${place(core)}.cache`);
  // Last, and whole: a program that starts meanwhile is the old one or the new one.
  writeFileSync(place('main.js.new'), loader(core), { mode: 0o755 });
  renameSync(place('main.js.new'), place('main.js'));
  for (const name of readdirSync(folder)) if (/^main-/.test(name) && !name.startsWith(core)) rmSync(place(name));
  writeFileSync(place('main.licenses.txt'), licenses(moduleIds));
}

/** The licences of the packages that are inside. */
function licenses(moduleIds) {
  const names = new Set(moduleIds.flatMap((id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
  return [...names]
    .sort()
    .map((name) => {
      const folder = path.join(root, 'node_modules', name);
      const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
      return `${name}, parts of which are in main-*.cjs:\n\n${readFileSync(path.join(folder, file), 'utf8')}\n`;
    })
    .join('\n');
}
