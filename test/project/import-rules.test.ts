/** The directions of ARCHITECTURE.md, kept: which folder may import which, and through which file an outside package enters. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');

/** Folder → the folders it may import from, with the reason. `node:` modules are listed only where they are restricted. */
const DIRECTIONS: Readonly<Record<string, { readonly may: readonly string[]; readonly because: string }>> = {
  'src/lib': { may: [], because: 'what everybody uses depends on nobody' },
  'src/wire': { may: ['src/lib'], because: 'pure FTP grammar' },
  'src/crypto': { may: ['src/lib'], because: 'pure primitives' },
  'src/security': { may: ['src/lib', 'src/crypto'], because: 'mechanisms know cryptography, not FTP sessions' },
  'src/session': {
    may: ['src/lib', 'src/wire', 'src/security'],
    because: 'the engine knows ports, never configuration or sockets',
  },
  'src/data': {
    may: ['src/lib', 'src/wire', 'src/security', 'src/session'],
    because: "data satisfies the session's ports",
  },
  'src/log': { may: ['src/lib'], because: 'the log is used from above' },
  'src/config': { may: ['src/lib', 'src/log', 'schemas'], because: 'resolving needs the schema and the event mask' },
  'src/keys': {
    may: ['src/lib', 'src/crypto', 'src/security', 'src/cli'],
    because: 'keys on disk become keys of a mechanism',
  },
  'src/cli': {
    may: ['src/lib', 'src/log', 'src/config', 'schemas'],
    because: 'flags become patches of the configuration',
  },
  'src/daemon': {
    may: [
      'src/lib',
      'src/wire',
      'src/crypto',
      'src/security',
      'src/session',
      'src/data',
      'src/log',
      'src/config',
      'src/keys',
    ],
    because: 'the daemon composes',
  },
  'src/client': {
    may: ['src/lib', 'src/wire', 'src/crypto', 'src/security', 'src/session', 'src/data', 'src/cli'],
    because: 'the same wire, cryptography, coders and (for the local door) sessions from the other side',
  },
  'src/setup': {
    may: ['src/lib', 'src/log', 'src/config', 'src/keys', 'src/cli', 'schemas'],
    because: 'what is installed is made of the same parts that read it',
  },
  'src/demo': {
    may: ['src/lib', 'src/wire', 'src/config', 'src/daemon', 'src/keys', 'src/log', 'src/cli'],
    because: 'for trying out',
  },
  schemas: { may: [], because: 'what a file may say is said without the program' },
};

/**
 * The client, from the ground up: each room (a folder, or the files named) may import from the rooms below its storey, and from
 * nothing beside or above it.
 */
const CLIENT: readonly (readonly { readonly room: readonly string[]; readonly because: string }[])[] = [
  [{ room: ['engine/', 'terms.ts', 'remote-name.ts', 'hints.ts'], because: 'the protocol and its words, pure' }],
  [{ room: ['error.ts'], because: 'what all others throw' }],
  [{ room: ['session/'], because: 'connections drive the engine' }],
  [
    { room: ['listing/'], because: 'listings come in a session' },
    { room: ['local/'], because: 'files on this side know of none on the other' },
  ],
  [{ room: ['trust/'], because: 'what is known of servers is a file' }],
  [
    {
      room: ['client.ts', 'connect.ts', 'checked-options.ts', 'streams.ts', 'options.ts', 'server-name.ts', 'index.ts'],
      because: 'the library is whole without sftpc',
    },
  ],
  [{ room: ['files/'], because: 'transfers and trees use the library as anybody does' }],
  [{ room: ['terminal/'], because: 'what is shown and typed has no idea of commands' }],
  [
    { room: ['commands/'], because: 'commands do not know who gives them' },
    { room: ['proxy/'], because: 'the door has no commands' },
  ],
  [{ room: ['prompt/'], because: 'the prompt gives commands' }],
  [{ room: ['cli/'], because: 'the command line composes' }],
  [{ room: ['program.ts', 'main.ts'], because: 'the process' }],
];

/** Outside packages, and the only files or folders that may import them. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['src/crypto/'],
  'node-forge': ['src/crypto/'],
  'log-update': ['src/client/terminal/block.ts'],
  'string-width': ['src/client/terminal/text-width.ts'],
  koffi: ['src/daemon/handoff/peek.ts'],
  'unix-dgram': ['src/log/syslog-channel.ts'],
  winston: ['src/log/winston-sink.ts'],
  yaml: ['src/config/'],
  zod: ['schemas/', 'src/config/'],
};

/** Pure folders and files: no input or output, no clock. */
const PURE = ['src/lib/', 'src/wire/', 'src/crypto/', 'src/security/', 'src/client/engine/', 'schemas/'];
/** The shell of the session is what owns streams and timers; everything else beside it is the engine. */
const PURE_SESSION =
  /^src\/session\/(?!(?:session|effects|session-options|session-timers|succession|passage|control-channel|ports)\.ts)/;
const IO_MODULES = [
  'node:net',
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:stream',
  'node:dns',
  'node:timers',
];

interface Import {
  readonly file: string;
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\b[^'"]*?\bfrom\s+'([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map((match) => ({ file, target: match[1] ?? match[2] ?? match[3] ?? '' }));
}

const folderOf = (file: string): string =>
  file.startsWith('src/') ? file.split('/').slice(0, 2).join('/') : file.split('/')[0]!;

const all = [...sources('src'), ...sources('schemas')].flatMap(importsOf);
const inside = all
  .filter(({ target }) => target.startsWith('.'))
  .map(({ file, target }) => ({
    file,
    target: path.posix.join(path.posix.dirname(file), target).replace(/\.js$/, '.ts'),
  }));

describe('imports go one way', () => {
  for (const [folder, { may, because }] of Object.entries(DIRECTIONS)) {
    test(`${folder}: ${because}`, () => {
      const wrong = inside
        .filter(({ file }) => folderOf(file) === folder)
        .filter(({ target }) => folderOf(target) !== folder && !may.includes(folderOf(target)))
        .map(({ file, target }) => `${file} imports ${target}`);
      expect(wrong).toEqual([]);
    });
  }

  test('every folder is in the table', () => {
    const folders = new Set(
      inside.map(({ file }) => folderOf(file)).filter((folder) => !['src/main.ts', 'src/program.ts'].includes(folder)),
    );
    expect([...folders].filter((folder) => DIRECTIONS[folder] === undefined)).toEqual([]);
  });

  test('nothing imports a program', () => {
    const programs = /^src\/(main|client\/main|keys\/main|demo\/main|setup\/main)\.ts$/;
    expect(inside.filter(({ target }) => programs.test(target))).toEqual([]);
  });
});

describe('in the client, imports go down', () => {
  const rooms = CLIENT.flatMap((storey, height) => storey.map((each) => ({ ...each, height })));
  const roomsOf = (file: string): typeof rooms =>
    rooms.filter(({ room }) =>
      room.some((place) =>
        place.endsWith('/') ? file.startsWith(`src/client/${place}`) : file === `src/client/${place}`,
      ),
    );

  test('every file has one room', () => {
    expect(sources('src/client').filter((file) => roomsOf(file).length !== 1)).toEqual([]);
  });

  for (const { room, because, height } of rooms) {
    test(`${room[0]}: ${because}`, () => {
      const wrong = inside
        .filter(({ file, target }) => roomsOf(file)[0]?.room === room && target.startsWith('src/client/'))
        .filter(({ target }) => roomsOf(target).some((other) => other.room !== room && other.height >= height))
        .map(({ file, target }) => `${file} imports ${target}`);
      expect(wrong).toEqual([]);
    });
  }
});

describe('an outside package enters through one place', () => {
  for (const [name, places] of Object.entries(OUTSIDE)) {
    test(name, () => {
      const wrong = all.filter(({ target }) => target === name || target.startsWith(`${name}/`));
      expect(wrong.filter(({ file }) => !places.some((place) => file.startsWith(place)))).toEqual([]);
    });
  }

  test('packages are those that package.json names', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    const named = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const used = new Set(all.map(({ target }) => target).filter((target) => !/^(\.|node:)/.test(target)));
    expect([...used].filter((name) => named[name] === undefined)).toEqual([]);
  });
});

test('what is pure does no input or output', () => {
  const wrong = all
    .filter(({ file }) => PURE.some((place) => file.startsWith(place)) || PURE_SESSION.test(file))
    .filter(({ target }) => IO_MODULES.includes(target));
  expect(wrong).toEqual([]);
});
