// A server that protects the session as it should and then says no: to the user, to a command, to a transfer before and in it.
import { afterAll, beforeAll } from 'vitest';
import { startScriptedFtpd, type Script, type ScriptedFtpd, type Visit } from '../gateway/scripted-ftpd.js';
import { faultTests, PUT, staged, type StagedFault } from './fault-cases.js';
import { startStage, type Stage } from './stage.js';

/** What the ftpd does in the next session, besides logging anybody in. */
const script: Record<string, Script[string]> = {};

let ftpd: ScriptedFtpd;
let stage: Stage;
let strict: Stage;
beforeAll(async () => {
  ftpd = await startScriptedFtpd(script);
  stage = await startStage({ ftpd: { host: '127.0.0.1', port: ftpd.port } });
  strict = await startStage({ data: { protection: 'private' } });
});
afterAll(async () => {
  await stage.stop();
  await strict.stop();
  await ftpd.stop();
});

const says =
  (...lines: readonly string[]): Script[string] =>
  ({ say }) =>
    say(...lines);

/** A listing without lines. */
const nothing: Script[string] = async ({ say, data }) => {
  say('150 Here comes the directory listing.');
  const socket = await data();
  socket.end(() => say('226 Directory send OK.'));
};

/** Says no as soon as some of an upload has come. */
const midway =
  (no: string): Script[string] =>
  async (visit) => {
    visit.say('150 Go on.');
    const data = await visit.data();
    data.once('data', () => {
      visit.say(no);
      data.resetAndDestroy();
    });
  };

/** Sends a part of a file and then says that it was not all. */
async function part(visit: Visit, no: string): Promise<void> {
  visit.say('150 Here it comes.');
  const data = await visit.data();
  data.write(Buffer.alloc(50_000), () => {
    visit.say(no);
    data.resetAndDestroy();
  });
}

type Scripted = StagedFault & { readonly ftpd?: Script };

const faults: readonly Scripted[] = [
  {
    name: 'greeting-421',
    title: 'the server has too many sessions',
    ftpd: { GREET: says('421 Too many users, sorry.') },
    status: 3,
  },
  { name: 'user-530', title: 'the user name is refused', ftpd: { USER: says('530 No such user.') }, status: 5 },
  { name: 'pass-530', title: 'the password is refused', ftpd: { PASS: says('530 Login incorrect.') }, status: 5 },
  {
    name: 'pass-530-of-several-lines',
    title: 'the password is refused, with a reason before the last line',
    ftpd: { PASS: says('530-This account has expired.', '530 Login incorrect.') },
    status: 5,
  },
  {
    name: 'pass-332',
    title: 'the server wants an account besides',
    ftpd: { PASS: says('332 Need account.') },
    status: 5,
  },
  {
    name: 'pass-421',
    title: 'the server ends the session in the place of a login',
    ftpd: { PASS: says('421 Shutting down.') },
    status: 3,
  },
  {
    name: 'get-550',
    title: 'there is no such file',
    ftpd: { RETR: says('550 report: No such file or directory.') },
    status: 1,
  },
  {
    name: 'get-425',
    title: 'the server cannot make the data connection',
    ftpd: { RETR: says("425 Can't open data connection.") },
    status: 1,
  },
  { name: 'get-450', title: 'the file is in use', ftpd: { RETR: says('450 report: file busy.') }, status: 1 },
  { name: 'get-530', title: 'the login has run out', ftpd: { RETR: says('530 Please log in.') }, status: 1 },
  {
    name: 'get-426',
    title: 'the server breaks a download off',
    ftpd: { RETR: (visit) => part(visit, '426 Transfer aborted.') },
    status: 1,
  },
  {
    name: 'get-451',
    title: "the server's disk fails in a download",
    ftpd: { RETR: (visit) => part(visit, '451 Input/output error.') },
    status: 1,
  },
  {
    name: 'get-421',
    title: 'the server is shut down in a download',
    ftpd: { RETR: (visit) => part(visit, '421 Service is shutting down.') },
    status: 3,
  },
  {
    name: 'put-550',
    title: 'no permission to store there',
    command: PUT,
    ftpd: { STOR: says('550 sent: Permission denied.') },
    status: 1,
  },
  {
    name: 'put-553',
    title: 'the name is not allowed',
    command: PUT,
    ftpd: { STOR: says('553 Could not create file.') },
    status: 1,
  },
  {
    name: 'put-532',
    title: 'an account is needed to store',
    command: PUT,
    ftpd: { STOR: says('532 Need account for storing files.') },
    status: 1,
  },
  {
    name: 'put-452',
    title: 'no room on the server, said beforehand',
    command: PUT,
    ftpd: { STOR: says('452 Insufficient storage space.') },
    status: 1,
  },
  {
    name: 'put-452-midway',
    title: "the server's disk is full midway",
    command: PUT,
    ftpd: { STOR: midway('452 No space left on device.') },
    status: 1,
  },
  {
    name: 'put-552-midway',
    title: 'the quota on the server is used up midway',
    command: PUT,
    ftpd: { STOR: midway('552 Quota exceeded.') },
    status: 1,
  },
  {
    name: 'cd-550',
    title: 'there is no such folder',
    command: ['cd', 'nowhere'],
    ftpd: { CWD: says('550 nowhere: No such file or directory.') },
    status: 1,
  },
  {
    name: 'ls-450',
    title: 'there is nothing to list',
    command: ['ls', 'nowhere'],
    ftpd: { LIST: says('450 nowhere: No such file or directory.') },
    status: 1,
  },
  {
    name: 'ls-nothing',
    title: 'there is no such folder, and the server lists it as one without files',
    command: ['ls', 'nowhere'],
    ftpd: { LIST: nothing, CWD: says('550 Failed to change directory.'), SIZE: says('550 Could not get file size.') },
    status: 1,
  },
  {
    name: 'quote-500',
    title: 'a command that the server does not know',
    command: ['quote', 'FOO'],
    ftpd: { FOO: says('500 FOO not understood.') },
    status: 1,
  },
  {
    name: 'type-504',
    title: 'the server refuses what has to come before a transfer',
    ftpd: { TYPE: says('504 Not for that type.') },
    status: 1,
  },
  {
    name: 'epsv-425',
    title: 'the server has no port for data',
    ftpd: { EPSV: says('425 No ports left.'), PASV: says('425 No ports left.') },
    status: 1,
  },
  {
    name: 'epsv-530',
    title: 'the login has run out before a data connection is made',
    ftpd: { EPSV: says('530 Please log in.'), PASV: says('530 Please log in.') },
    status: 1,
  },
  {
    name: 'escape-sequences',
    title: 'what the server says would drive the terminal',
    ftpd: { RETR: says('550 \x1b[2J\x07 \x9b31m gone') },
    status: 1,
  },
  {
    name: 'prot-c-534',
    title: 'the server asks for more protection than the user does',
    options: ['--prot', 'C'],
    on: () => strict,
    status: 1,
  },
];

faultTests(
  'refused',
  faults.map(({ ftpd: acts = {}, ...fault }) => {
    const { play, ...rest } = staged(fault, () => stage);
    return {
      ...rest,
      play: () => {
        for (const verb of Object.keys(script)) Reflect.deleteProperty(script, verb);
        Object.assign(script, acts);
        return play();
      },
    };
  }),
);
