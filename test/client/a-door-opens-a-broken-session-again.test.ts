// Behind a protected transfer that broke off there is no other one in the same session (x-safetp1 §4). A program at the local door
// cannot know that: its session goes on, on another connection, where it stood.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RawClient } from '../gateway/raw-client.js';
import { startScriptedFtpd, type Script, type ScriptedFtpd } from '../gateway/scripted-ftpd.js';
import { download, received, upload } from '../gateway/transfers.js';
import { doorTo, type OpenDoor } from './door.js';
import { demoFtpd } from './sftpc.js';

const REOPENED = 'sftpc: session 1: opened again: a transfer had broken off';

interface Stage {
  readonly client: RawClient;
  readonly door: OpenDoor;
}

async function at(ftpd: { host: '127.0.0.1' | '::1'; port: number }): Promise<Stage> {
  const door = await doorTo(ftpd);
  const client = await RawClient.open(door);
  onTestFinished(() => client.close());
  return { client, door };
}

/** Asks for a file and gets its first octets. */
async function midDownload(client: RawClient, name: string): Promise<Socket> {
  const { connected } = await client.setUp('EPSV');
  client.send(`RETR ${name}`);
  await client.expect(150);
  const data = await connected();
  await once(data, 'readable');
  return data;
}

describe('a download that the program gives up', () => {
  async function withFiles(): Promise<Stage> {
    const { root, port } = await demoFtpd({ user: 'joe', password: 'secret' });
    await mkdir(join(root, 'a "b" ü'));
    await writeFile(join(root, 'a "b" ü', 'large'), randomBytes(60_000_000));
    await writeFile(join(root, 'a "b" ü', 'small'), 'small');
    const stage = await at({ host: '127.0.0.1', port });
    await stage.client.says('USER joe', 331);
    await stage.client.says('PASS secret', 230);
    await stage.client.says(`CWD ${Buffer.from('a "b" ü').toString('latin1')}`, 250);
    return stage;
  }

  const goesOn = async ({ client, door }: Stage): Promise<void> => {
    const got = await download(client, 'RETR small');
    expect([got.whole, got.data.toString(), got.final.code]).toEqual([true, 'small', 226]);
    expect((await upload(client, 'STOR up', Buffer.from('up'))).code).toBe(226);
    expect((await download(client, 'LIST')).data.toString()).toMatch(/large\r\n[^]*small\r\n[^]*up\r\n$/);
    expect(door.said().filter((line) => line === REOPENED)).toHaveLength(1);
    await client.says('QUIT', 221);
  };

  it('with ABOR leaves its session where it was', async () => {
    const stage = await withFiles();
    const data = await midDownload(stage.client, 'large');
    stage.client.write('\xff\xf4\xff\xf2ABOR\r\n');
    await stage.client.expect(426);
    await stage.client.expect(226);
    data.destroy();
    await goesOn(stage);
  });

  it('by closing its data connection leaves its session where it was', async () => {
    const stage = await withFiles();
    const data = await midDownload(stage.client, 'large');
    data.destroy();
    await stage.client.expect(426);
    await goesOn(stage);
  });

  it('costs nothing where the program has had enough', async () => {
    const { client, door } = await withFiles();
    const data = await midDownload(client, 'large');
    data.destroy();
    await client.expect(426);
    await client.says('QUIT', 221);
    expect(door.said()).not.toContain(REOPENED);
  });
});

/** Breaks off what it sends and takes. */
const BREAKING: Script = {
  PWD: ({ say }) => say('257 "/"'),
  RETR: async ({ say, data }) => {
    const socket = await data();
    say('150 Here it comes');
    socket.write(randomBytes(1000), () => [socket.resetAndDestroy(), say('426 Broken')]);
  },
  STOR: async ({ say, data }) => {
    const socket = await data();
    say('150 Go on');
    socket.resetAndDestroy();
    say('452 Disk full');
  },
};

async function scripted(script: Script): Promise<Stage & { ftpd: ScriptedFtpd }> {
  const ftpd = await startScriptedFtpd(script);
  onTestFinished(ftpd.stop);
  return { ...(await at(ftpd)), ftpd };
}

async function breakOff(client: RawClient): Promise<void> {
  const { connected } = await client.setUp('EPSV');
  client.send('RETR a');
  await client.expect(150);
  await received(await connected());
  expect((await client.reply()).code).toBeGreaterThanOrEqual(425);
}

describe('the new connection', () => {
  it('is brought to where the old one was, by what the server had accepted', async () => {
    let directory = '/';
    const { client, ftpd } = await scripted({
      ...BREAKING,
      ACCT: ({ say }) => say('230 In'),
      PASS: ({ say }, password) => say(password === 'wrong' ? '530 No' : '332 And the account?'),
      PWD: ({ say }) => say(`257 "${directory}" it is`),
      OPTS: ({ say }, argument) => say(argument.startsWith('NONE') ? '501 What?' : '200 Fine'),
    });
    const lines = ['HOST ftp.example.org', 'USER joe', 'PASS wrong', 'USER ann', 'PASS secret', 'ACCT 4711'];
    const settings = ['OPTS UTF8 ON', 'OPTS NONE', 'TYPE A', 'MODE S', 'SITE UMASK 027', 'SITE HELP', 'TYPE I'];
    for (const line of [...lines, ...settings]) {
      client.send(line);
      await client.reply();
    }
    directory = '/sub';
    await breakOff(client);
    const before = ftpd.heard().length;
    directory = '/';
    await client.says('NOOP', 200);
    expect(ftpd.heard().slice(before)).toEqual([
      'PWD',
      'QUIT',
      'HOST ftp.example.org',
      'USER ann',
      'PASS secret',
      'ACCT 4711',
      'OPTS UTF8 ON',
      'MODE S',
      'SITE UMASK 027',
      'TYPE I',
      'PWD',
      'NOOP',
    ]);
  });

  it('comes before REST and what it is for, and after an upload too', async () => {
    const { client, ftpd, door } = await scripted(BREAKING);
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    const { connected } = await client.setUp('EPSV');
    client.send('STOR a');
    await client.expect(150);
    (await connected()).resume();
    await client.expect(452);
    const before = ftpd.heard().length;
    await client.says('REST 100', 200);
    await client.setUp('PASV');
    client.send('RETR a');
    await client.expect(150);
    expect(ftpd.heard().slice(before).slice(-3)).toEqual(['REST 100', 'PASV', 'RETR a']);
    expect(door.said()).toContain(REOPENED);
  });

  it.each([
    ['PASS', '530 Not any more', 'The login was refused: 530 Not any more'],
    ['GREET', '421 Too many', 'The server ended the session: 421 Too many'],
    ['TYPE', '500 What?', 'TYPE I: the server said: 500 What?'],
  ])('that cannot be had ends the session with the reason: %s', async (verb, answer, why) => {
    const visits: string[] = [];
    const { client, door } = await scripted({
      ...BREAKING,
      GREET: ({ say }) => say(verb === 'GREET' && visits.length > 0 ? answer : '220 Scripted'),
      PASS: ({ say }) => say(verb === 'PASS' && visits.length > 0 ? answer : '230 In'),
      TYPE: ({ say }) => say(verb === 'TYPE' && visits.length > 0 ? answer : '200 Fine'),
    });
    for (const line of ['USER joe', 'PASS secret', 'TYPE I']) {
      client.send(line);
      await client.reply();
    }
    await breakOff(client);
    visits.push('over');
    client.send('NOOP');
    const told = `A transfer had broken off, and the session could not be opened again. ${why}`;
    expect((await client.rest()).join('\n')).toContain(told);
    expect(door.said().join('\n')).toContain(`sftpc: session 1: ${told}`);
  });

  it('is given up where the program goes away meanwhile', async () => {
    const visits: string[] = [];
    const { client, door } = await scripted({
      ...BREAKING,
      GREET: ({ say }) => (visits.length > 0 ? visits.push('again') : say('220 Scripted')),
    });
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    await breakOff(client);
    visits.push('over');
    client.send('NOOP');
    await expect.poll(() => visits).toEqual(['over', 'again']);
    client.control.resetAndDestroy();
    await expect.poll(() => door.door.sessions).toBe(0);
  });
});

describe('commands behind a transfer', () => {
  it('wait for it, a STAT among them, and ABOR does not', async () => {
    let finish: () => void = () => undefined;
    const { client, ftpd } = await scripted({
      ...BREAKING,
      RETR: async ({ say, data }) => {
        const socket = await data();
        say('150 Here it comes');
        socket.write('x');
        finish = () => say('426 Aborted');
        socket.on('error', () => undefined);
      },
      ABOR: ({ say }) => {
        finish();
        say('226 Closed');
      },
      STAT: ({ say }) => say('211 Fine'),
    });
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    await midDownload(client, 'a');
    client.write('STAT\r\nNOOP\r\nABOR\r\n');
    const codes: number[] = [];
    while (codes.length < 4) codes.push((await client.reply()).code);
    expect(codes).toEqual([426, 226, 211, 200]);
    const heard = ftpd.heard();
    expect(heard.slice(heard.indexOf('RETR a')).filter((line) => /RETR|ABOR|STAT|NOOP/.test(line))).toEqual([
      'RETR a',
      'ABOR',
      'STAT',
      'NOOP',
    ]);
  });
});
