/** The demo ftpd's verbs other than transfers: RFC 959 §4.1, RFC 2389, RFC 2428, RFC 3659. One function a verb. */
import { chmod, mkdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { featuresReply } from '../wire/feat.js';
import { reply, type Reply } from '../wire/reply.js';
import { absolute, facts, listing, octetsOf, Refused, timestamp } from './ftpd-files.js';
import { PORT_VERBS } from './ftpd-ports.js';
import { anyone, user, type Session, type Verb } from './ftpd-session.js';

const FEATURES = [
  'EPRT',
  'EPSV',
  'MDTM',
  'MLST type*;size*;modify*;UNIX.mode*;',
  'PASV',
  'REST STREAM',
  'SIZE',
  'TVFS',
  'UTF8',
];
const MAX_STAT_LINES = 1000;

const quoted = (path: string): string => `"${path.replaceAll('"', '""')}"`;
const done = (what: string): Reply => reply(250, `${what} successful.`);
const real = (session: Session, argument: string): Promise<string> =>
  session.root.existing(absolute(session.cwd, argument));
const entry = (session: Session, argument: string): Promise<string> =>
  session.root.entry(absolute(session.cwd, argument));

const pwd = user((session) => reply(257, `${quoted(session.cwd)} is the current directory.`));
const cwd = user(async (session, argument) => {
  if (!(await stat(octetsOf(await real(session, argument)))).isDirectory()) throw new Refused('Not a directory');
  session.cwd = absolute(session.cwd, argument);
  return done('Change of directory');
}, 'needed');
const cdup = user((session) => cwd.run(session, '..'));
const mkd = user(async (session, argument) => {
  await mkdir(octetsOf(await entry(session, argument)), 0o777 & ~session.umask);
  return reply(257, `${quoted(absolute(session.cwd, argument))} created.`);
}, 'needed');
const rmd = user(async (session, argument) => {
  await rmdir(octetsOf(await entry(session, argument)));
  return done('Remove');
}, 'needed');

const site = user(async (session, argument) => {
  const [, mode, path] = /^CHMOD ([0-7]{3,4}) (.+)$/i.exec(argument) ?? [];
  if (mode !== undefined && path !== undefined) {
    await chmod(octetsOf(await real(session, path)), parseInt(mode, 8));
    return reply(200, 'SITE CHMOD command ok.');
  }
  const umask = /^UMASK(?: ([0-7]{1,3}))?$/i.exec(argument);
  if (umask === null) return reply(504, 'Only SITE CHMOD and SITE UMASK.');
  const octal = (bits: number): string => bits.toString(8).padStart(3, '0');
  if (umask[1] === undefined) return reply(200, `Your umask is ${octal(session.umask)}.`);
  session.umask = parseInt(umask[1], 8);
  return reply(200, `UMASK set to ${octal(session.umask)}.`);
}, 'needed');

/** The verbs. The transfers (wire/verbs DATA_VERBS), ABOR and QUIT are the session's own. */
export const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    'USER',
    anyone((session, argument) => {
      session.loggedIn = false;
      session.user = argument;
      return reply(331, 'Please specify the password.');
    }, 'needed'),
  ],
  [
    'PASS',
    anyone((session, argument) => {
      if (session.user === undefined) return reply(503, 'Login with USER first.');
      const { user: name, password } = session.account;
      session.loggedIn = (name ?? session.user) === session.user && (password ?? argument) === argument;
      session.user = undefined;
      return session.loggedIn ? reply(230, 'Login successful.') : reply(530, 'Login incorrect.');
    }),
  ],
  [
    'REIN',
    anyone((session) => {
      session.data?.close();
      const fresh = { cwd: '/', user: undefined, loggedIn: false, offset: 0, renameFrom: undefined, umask: 0o022 };
      Object.assign(session, fresh, { epsvAll: false, data: undefined });
      return reply(220, 'Service ready for new user.');
    }),
  ],
  ['NOOP', anyone(() => reply(200, 'NOOP ok.'))],
  ['SYST', anyone(() => reply(215, 'UNIX Type: L8'))],
  ['FEAT', anyone(() => featuresReply(FEATURES))],
  ['HELP', anyone(() => reply(214, ['The following verbs are recognized:', [...VERBS.keys()].join(' '), 'Help ok.']))],
  [
    'OPTS',
    anyone((_session, argument) =>
      /^UTF-?8(?: ON)?$/i.test(argument) ? reply(200, 'UTF8 is on.') : reply(501, 'Option not understood.'),
    ),
  ],
  // Files are sent as they are in either type, as vsftpd does unless told otherwise.
  [
    'TYPE',
    user((_session, argument) =>
      /^(?:A(?: N)?|I|L 8)$/i.test(argument) ? reply(200, `Type is ${argument}.`) : reply(504, 'Type not implemented.'),
    ),
  ],
  [
    'STRU',
    user((_session, argument) =>
      /^F$/i.test(argument) ? reply(200, 'Structure is F.') : reply(504, 'Structure not implemented.'),
    ),
  ],
  [
    'MODE',
    user((_session, argument) =>
      /^S$/i.test(argument) ? reply(200, 'Mode is S.') : reply(504, 'Mode not implemented.'),
    ),
  ],
  ['ALLO', user(() => reply(202, 'No storage allocation necessary.'))],
  ['PWD', pwd],
  ['XPWD', pwd],
  ['CWD', cwd],
  ['XCWD', cwd],
  ['CDUP', cdup],
  ['XCUP', cdup],
  ['MKD', mkd],
  ['XMKD', mkd],
  ['RMD', rmd],
  ['XRMD', rmd],
  [
    'DELE',
    user(async (session, argument) => {
      await unlink(octetsOf(await entry(session, argument)));
      return done('Delete');
    }, 'needed'),
  ],
  [
    'RNFR',
    user(async (session, argument) => {
      await real(session, argument);
      session.renameFrom = await entry(session, argument);
      return reply(350, 'Ready for RNTO.');
    }, 'needed'),
  ],
  [
    'RNTO',
    user(async (session, argument) => {
      const from = session.renameFrom;
      if (from === undefined) return reply(503, 'RNFR required first.');
      session.renameFrom = undefined;
      await rename(octetsOf(from), octetsOf(await entry(session, argument)));
      return done('Rename');
    }, 'needed'),
  ],
  [
    'SIZE',
    user(async (session, argument) => {
      const found = await stat(octetsOf(await real(session, argument)));
      return found.isFile() ? reply(213, String(found.size)) : reply(550, 'Not a plain file.');
    }, 'needed'),
  ],
  [
    'MDTM',
    user(
      async (session, argument) => reply(213, timestamp((await stat(octetsOf(await real(session, argument)))).mtime)),
      'needed',
    ),
  ],
  [
    'MLST',
    user(async (session, argument) => {
      const found = await stat(octetsOf(await real(session, argument)));
      return reply(250, ['Listing', `${facts(found)} ${absolute(session.cwd, argument)}`, 'End']);
    }),
  ],
  [
    'STAT',
    user(async (session, argument) => {
      if (argument === '') return reply(211, ['Demo ftpd', `Directory ${session.cwd}`, 'End of status']);
      const lines: string[] = [];
      for await (const line of listing(await real(session, argument), 'list')) {
        if (lines.push(line.toString('latin1').trimEnd()) >= MAX_STAT_LINES) break;
      }
      return reply(213, ['Status follows:', ...lines, 'End of status']);
    }),
  ],
  ['SITE', site],
  [
    'REST',
    user((session, argument) => {
      if (!/^[0-9]{1,15}$/.test(argument)) return reply(501, 'Not a number of octets.');
      session.offset = Number(argument);
      return reply(350, `Restarting at ${session.offset}.`);
    }, 'needed'),
  ],
  ...PORT_VERBS,
]);
