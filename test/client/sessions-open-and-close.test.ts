// open, close and user: one session after the other in one run, and whose password goes to whom.
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { freePort } from '../peers/port.js';
import { CTRL_C, demoFtpd, folder, scriptedFtpd, sftpc, typed, type TypedSession } from './sftpc.js';

const words = (port: number): string[] => ['-9', '-u', 'joe', '127.0.0.1', `${port}`];

async function leave(shell: TypedSession): Promise<void> {
  shell.type('bye\n');
  expect(await shell.status).toBe(0);
}

describe('a session', () => {
  it('is closed and opened again, and what needs one says so in between', async () => {
    const { port } = await demoFtpd();
    const input = 'close\nopen\npwd\ndisconnect\nlpwd\npwd\n';
    const ended = await sftpc(words(port), { input });
    expect(ended.status).toBe(1);
    expect(ended.out).toBe(`/\n${process.cwd()}\n`);
    expect(ended.err).toBe(
      [
        'The session is closed.',
        'Logged in as joe.',
        'The session is closed.',
        'sftpc: line 6: There is no session.',
        '  Connect first: open HOST [PORT].',
        '',
      ].join('\n'),
    );
  });

  it('is not opened over another, and closing none is an error', async () => {
    const { port } = await demoFtpd();
    const opened = await sftpc(words(port), { input: `open 127.0.0.1 ${port}\n` });
    expect(opened).toMatchObject({
      status: 1,
      err: 'sftpc: line 1: There is a session with 127.0.0.1 already.\n  End it first: close.\n',
    });
    expect((await sftpc(words(port), { input: 'close\nclose\n' })).err).toMatch(/line 2: There is no session\./);
    const wrong = await sftpc(words(port), { input: 'close\nopen 127.0.0.1 0\n' });
    expect(wrong.err).toMatch(/line 2: "0" is no port: 1 to 65535\.\n/);
  });

  it('that the server ends leaves the prompt, which says how to go on', async () => {
    const root = await folder();
    const first = await startDemoFtpd({ root, port: await freePort('127.0.0.1') });
    const shell = typed(words(first.port));
    await shell.until(/sftpc> /);
    await first.close();
    await shell.until(/sftpc: The server .*\n {2}open connects again\.\n.*sftpc> /);
    shell.type('pwd\n');
    await shell.until(/sftpc: The session with 127\.0\.0\.1 is over\.\n {2}open connects again\.\n/);
    shell.type('open\n');
    await shell.until(/sftpc: Cannot connect to 127\.0\.0\.1 /);
    const second = await startDemoFtpd({ root, port: first.port });
    onTestFinished(() => second.close());
    shell.type('open\n');
    await shell.until(/Logged in as joe\.\n/);
    shell.type('pwd\n');
    await shell.until(/^\/\n/m);
    await leave(shell);
  });

  it('keeps what passive says also when it is opened anew', async () => {
    const { port } = await demoFtpd();
    const input = 'passive off\nclose\nopen\nstatus\nclose\npassive on\nopen\nstatus\n';
    const { out } = await sftpc(words(port), { input });
    expect(out.match(/^passive .*$/gm)).toEqual([
      'passive    off: the server connects to us for data',
      'passive    on: we connect to the server for data',
    ]);
  });
});

describe('the password that was given for one server', () => {
  it('is sent to it again, and the name may stand before the host', async () => {
    const { port } = await demoFtpd({ user: 'joe', password: 'secret' });
    const input = `close\nopen joe@127.0.0.1 ${port}\nclose\nopen anonymous@127.0.0.1 ${port}\n`;
    const ended = await sftpc(words(port), { input });
    expect(ended.status).toBe(5);
    expect(ended.err).toContain('Logged in as joe.\n');
    expect(ended.err).toContain('line 4: The login was refused: 530 ');
    expect((await sftpc(words(port), { input: 'close\nopen joe@\n' })).err).toContain('line 2: "" is no host.');
  });

  it('is sent to no other: without a terminal that is an error before anything is sent', async () => {
    const { port } = await demoFtpd({ user: 'joe', password: 'secret' });
    const said: string[] = [];
    const other = await scriptedFtpd(
      () => undefined,
      {},
      (verb, answer) => {
        said.push(verb);
        answer();
      },
    );
    const ended = await sftpc(words(port), { input: `close\nopen 127.0.0.1 ${other}\n` });
    expect(ended.status).toBe(2);
    expect(ended.err).toContain('sftpc: line 2: There is no terminal to ask for the user name.');
    expect(said).toEqual([]);
  });

  it('is sent for no other user either', async () => {
    const { port } = await demoFtpd({ user: 'ann', password: 'secret' });
    const joe = await demoFtpd();
    const ended = await sftpc(words(joe.port), { input: 'user ann\n' });
    expect(ended.status).toBe(2);
    expect(ended.err).toContain('sftpc: line 1: There is no terminal to ask for the password.');
    const shell = typed(['-9', '-u', 'ann', '127.0.0.1', `${port}`]);
    await shell.until(/Logged in/);
    shell.type('user bob\n');
    await shell.until(/password for bob: /);
    shell.type(CTRL_C);
    await shell.until(/sftpc: Interrupted\.\n/);
    shell.type('status\n');
    await shell.until(/user +nobody is logged in\n/);
    // What was given for her is still good for her.
    shell.type('user ann\n');
    await shell.until(/Logged in as ann\.\n/);
    await leave(shell);
  });

  it('is asked for anew at a terminal, shown nowhere, and in no history', async () => {
    const { port } = await demoFtpd();
    const other = await demoFtpd({ user: 'ann', password: 'hidden' });
    const shell = typed(words(port));
    await shell.until(/Logged in/);
    shell.type('close\n');
    await shell.until(/closed/);
    shell.type(`open 127.0.0.1 ${other.port}\n`);
    await shell.until(/user: /);
    shell.type('ann\r');
    await shell.until(/password for ann: /);
    shell.type('hidden\r');
    await shell.until(/Logged in as ann\.\n/);
    await shell.until(/sftpc> /);
    // As the last one, but for the password.
    shell.type('close\n');
    await shell.until(/closed/);
    shell.type('open\n');
    await shell.until(/password for ann: /);
    shell.type('hidden\r');
    await shell.until(/Logged in as ann\.\n/);
    await shell.until(/sftpc> /);
    shell.type('\x1b[A\r');
    await shell.until(/There is a session with 127\.0\.0\.1 already\./);
    shell.type('user ann\n');
    await shell.until(/password for ann: /);
    shell.type('hidden\r');
    await shell.until(/Logged in as ann\.\n/);
    await leave(shell);
    expect(shell.shown()).not.toContain('hidden');
  });
});

describe('what is left out', () => {
  it('is asked for at a terminal, as in ftp(1)', async () => {
    const { port } = await demoFtpd({ user: 'ann', password: 'hidden' });
    const shell = typed(['-9'], { env: {} });
    await shell.until(/sftpc> /);
    shell.type('user\n');
    await shell.until(/There is no session\./);
    shell.type('open\n');
    await shell.until(/server: /);
    shell.type('\r');
    await shell.until(/No server is named\.\n {2}open \[USER@\]HOST \[PORT\]\n/);
    shell.type('open\n');
    await shell.until(/server: /);
    shell.type(` ann@127.0.0.1  ${port} \r`);
    await shell.until(/password for ann: /);
    shell.type('hidden\r');
    await shell.until(/Logged in as ann\.\n/);
    shell.type('user\n');
    await shell.until(/user: /);
    shell.type('ann\r');
    await shell.until(/password for ann: /);
    shell.type('hidden\r');
    await shell.until(/Logged in as ann\.\n/);
    await leave(shell);
  });

  it('is an error in a script', async () => {
    const { port } = await demoFtpd();
    const ended = await sftpc(words(port), { input: 'user\n' });
    expect(ended).toMatchObject({ status: 1, err: 'sftpc: line 1: No user is named.\n  user NAME\n' });
  });
});

describe('user', () => {
  it('says who is still logged in where the server lets nobody change', async () => {
    const replies: Record<string, string> = { PWD: '257 "/x" it is' };
    const port = await scriptedFtpd(() => undefined, replies);
    const shell = typed(words(port));
    await shell.until(/Logged in/);
    replies['USER'] = "530 Can't change to another user";
    shell.type('user ann\n');
    await shell.until(
      /sftpc: The login was refused: 530 Can't change to another user\n {2}joe is still logged in\. .* close, open ann@HOST\.\n/,
    );
    shell.type('status\n');
    await shell.until(/user +joe\n/);
    await leave(shell);
  });

  it('gives the account that a server asks for', async () => {
    const port = await scriptedFtpd(() => undefined, { PASS: '332 account', ACCT: '230 in' });
    const shell = typed(words(port));
    await shell.until(/account for joe: /);
    shell.type('books\r');
    await shell.until(/Logged in/);
    await leave(shell);
    expect(shell.shown()).not.toContain('books');
  });
});
