// A session that is opened again behind a transfer that broke off logs in as whom it knows: never as somebody who was left for another
// name, also where that name's login was refused (RFC 959 §4.1.1, USER).
import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { RawClient } from '../gateway/raw-client.js';
import { startScriptedFtpd, type Script, type ScriptedFtpd } from '../gateway/scripted-ftpd.js';
import { download } from '../gateway/transfers.js';
import { startGateway } from '../peers/gateway.js';
import { doorTo } from './door.js';
import { folder } from './sftpc.js';

/** Does all for everybody, logged in or not; breaks off what it sends but for `small`. */
const LENIENT: Script = {
  PWD: ({ say }) => say('257 "/"'),
  PASS: ({ say }, password) => say(password === 'secret' ? '230 In' : '530 No'),
  RETR: async ({ say, data }, name) => {
    const socket = await data();
    say('150 Here it comes');
    if (name === 'small') socket.end('small', () => say('226 Done'));
    else socket.write(randomBytes(1000), () => [socket.resetAndDestroy(), say('426 Broken')]);
  },
};

/** Refuses a second name, and keeps who is there. */
const LOYAL: Script = {
  ...LENIENT,
  USER: ({ say }, name) => say(name === 'joe' ? '331 Password' : '530 You are logged in already'),
};

async function scripted(script: Script): Promise<ScriptedFtpd> {
  const ftpd = await startScriptedFtpd(script);
  onTestFinished(ftpd.stop);
  return ftpd;
}

const logins = ({ heard }: ScriptedFtpd): readonly string[] => heard().filter((line) => /^(?:USER|PASS)/.test(line));

describe('a session of the library', () => {
  /** Joe logs in, ann does not; a transfer breaks off, and another is asked for. */
  async function afterAnn(script: Script): Promise<readonly string[]> {
    const ftpd = await scripted(script);
    const gateway = await startGateway({ ftpd });
    onTestFinished(gateway.stop);
    const client = await connect({
      host: '127.0.0.1',
      port: gateway.port,
      knownServers: `${await folder()}/known`,
      newServers: 'accept',
      user: 'joe',
      password: 'secret',
    });
    onTestFinished(() => client.close());
    await expect(client.login({ user: 'ann', password: 'wrong' })).rejects.toMatchObject({ code: 'login-refused' });
    const nowhere = async (): Promise<void> => Promise.resolve();
    await expect(client.retrieve('large', nowhere)).rejects.toMatchObject({ reply: { code: 426 } });
    expect((await client.retrieve('small', nowhere)).octets).toBe(5);
    return logins(ftpd);
  }

  it('logs nobody in where the new name was taken and its password refused', async () => {
    expect(await afterAnn(LENIENT)).toEqual(['USER joe', 'PASS secret', 'USER ann', 'PASS wrong']);
  });

  it('logs in who has stayed where the new name was refused', async () => {
    expect(await afterAnn(LOYAL)).toEqual(['USER joe', 'PASS secret', 'USER ann', 'USER joe', 'PASS secret']);
  });
});

describe('a session of a program at the local door', () => {
  async function afterAnn(script: Script, said: readonly [name: number, password: number]): Promise<readonly string[]> {
    const ftpd = await scripted(script);
    const client = await RawClient.open(await doorTo(ftpd));
    onTestFinished(() => client.close());
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
    await client.says('USER ann', said[0]);
    await client.says('PASS wrong', said[1]);
    expect((await download(client, 'RETR large')).whole).toBe(false);
    expect((await download(client, 'RETR small')).data.toString()).toBe('small');
    return logins(ftpd);
  }

  it('logs nobody in where the new name was taken and its password refused', async () => {
    expect(await afterAnn(LENIENT, [331, 530])).toEqual(['USER joe', 'PASS secret', 'USER ann', 'PASS wrong']);
  });

  it('logs in who has stayed where the new name was refused', async () => {
    const heard = await afterAnn(LOYAL, [530, 530]);
    expect(heard).toEqual(['USER joe', 'PASS secret', 'USER ann', 'PASS wrong', 'USER joe', 'PASS secret']);
  });
});
