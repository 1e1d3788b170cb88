// An ftpd that would leave a client within an open reply, or that is not there at all, is found out before anybody is served.
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { prepareHandoffs, type HandoffListener } from '../../src/daemon/handoff/prepare.js';
import { silentLog } from '../../src/log/log.js';
import { makeFolder } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { script, vsftpdProgram } from './programs.js';
import { startStage } from './stage.js';

async function problems(listener: Partial<HandoffListener['handoff']>, protection: 'clear' | 'private' = 'clear') {
  const handoff = { kerberosFtpd: null, anonymousFtpd: null, ...listener };
  const cleartext = protection === 'clear' ? 'allow' : 'deny';
  const prepared = await prepareHandoffs([{ handoff, control: { cleartext }, data: { protection } }], {
    log: silentLog,
  });
  return prepared.ok ? [] : prepared.error;
}

describeWithPeers('vsftpd, asked once at start', ['vsftpd'], () => {
  test('one that answers USER anonymous with 331 will do', async () => {
    const { program, log } = await vsftpdProgram();
    expect(await problems({ anonymousFtpd: program })).toEqual([]);
    expect(await log()).toContain('331 ');
  });

  test('one that lets anonymous in without a password (230) is refused with the reason', async () => {
    const { program } = await vsftpdProgram(['no_anon_password=YES']);
    const [problem, ...more] = await problems({ anonymousFtpd: program });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^handoff\.anonymousFtpd: .*: it answers USER anonymous with 230 Login successful/);
    await expect(startStage({ handoff: { anonymousFtpd: program } })).rejects.toThrow(/230 Login successful/);
  });
});

describe('an anonymous ftpd is refused', () => {
  test.each([
    ['does not greet', 'exit 3', /it closed the connection without a word/],
    ['turns its clients away', `printf '421 full\\r\\n'`, /it greets with 421 full/],
    ['refuses anonymous', `printf '220 hi\\r\\n'; read -r x; printf '530 no\\r\\n'`, /USER anonymous with 530 no/],
    [
      'refuses only ftp',
      `printf '220 hi\\r\\n'; read -r x y; [ "$y" = "$(printf 'ftp\\r')" ] && printf '530 no\\r\\n' || printf '331 pw\\r\\n'`,
      /USER ftp with 530 no/,
    ],
    [
      'greets with several lines',
      `printf '220-hi\\r\\n220 there\\r\\n'; sleep 600`,
      /more than one line.*curl and lftp/,
    ],
    ['asks for patience', `printf '120 wait\\r\\n220 there\\r\\n'; sleep 600`, /it greets with 120 wait/],
    ['does not speak FTP', 'echo hello; sleep 600', /what is not FTP/],
  ])('when it %s', async (_, lines, why) => {
    const found = await problems({ anonymousFtpd: await script(lines) });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(why);
  });
});

describe('a program is looked at', () => {
  test('one that is not there, is a folder, or may not be executed', async () => {
    const folder = await makeFolder('no-program');
    const missing = path.join(folder, 'missing');
    expect(await problems({ kerberosFtpd: missing })).toEqual([`handoff.kerberosFtpd: ${missing} is not there`]);
    expect(await problems({ kerberosFtpd: folder })).toEqual([`handoff.kerberosFtpd: ${folder} is not a file`]);
    expect(await problems({ kerberosFtpd: import.meta.filename })).toEqual([
      `handoff.kerberosFtpd: ${import.meta.filename} may not be executed`,
    ]);
    expect(await problems({ anonymousFtpd: missing })).toEqual([`handoff.anonymousFtpd: ${missing} is not there`]);
  });
});

test('a Kerberos hand-off cannot keep a promise about transfers, so the two exclude each other', async () => {
  const found = await problems({ kerberosFtpd: await script('') }, 'private');
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('with data.protection private there can be no Kerberos hand-off');
});

describe('what the platform lacks', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    vi.doUnmock('koffi');
  });
  const willing = (): Promise<string> => script(`printf '220 hi\\r\\n'; read -r x; printf '331 pw\\r\\n'; read -r x`);

  test('koffi is not installed', async () => {
    vi.doMock('koffi', () => {
      throw new Error("Cannot find package 'koffi'");
    });
    const found = await problems({ anonymousFtpd: await willing() });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /^handoff\.anonymousFtpd: this needs the optional package koffi, which cannot be loaded here/,
    );
  });

  test('this is not Linux', async () => {
    Object.defineProperty(process, 'platform', { value: 'freebsd' });
    expect(await problems({ anonymousFtpd: await willing() })).toEqual([
      'handoff.anonymousFtpd: this needs Linux, and here is freebsd',
    ]);
  });

  test('neither is asked of a listener that hands on nobody', async () => {
    Object.defineProperty(process, 'platform', { value: 'freebsd' });
    expect(await problems({ kerberosFtpd: await willing() })).toEqual([]);
  });
});
