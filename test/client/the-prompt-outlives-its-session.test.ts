// What a person at the prompt meets: interrupts, questions, sessions that end, a terminal that is stopped and continued.
import { readdirSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { constants } from 'node:os';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OnInterrupt } from '../../src/client/terminal/interrupts.js';
import { seated, type Seated, type SeatedOptions } from './emulator.js';
import { CTRL_C, demoFtpd, folder, scriptedFtpd } from './sftpc.js';

const CTRL_D = '\x04';
const CTRL_Z = '\x1a';
const PROMPT = /^\(in clear\) sftpc> $/;

async function atPrompt(port: number, options: Partial<SeatedOptions> = {}): Promise<Seated> {
  const env = { XDG_STATE_HOME: await folder() };
  const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { ...options, env: { ...env, ...options.env } });
  await shell.screen.until(PROMPT);
  return shell;
}

/** Signals of the process, as a test gives them. */
function signals(): { readonly on: OnInterrupt; readonly give: () => void } {
  let listeners: (() => void)[] = [];
  return {
    on: (listener) => {
      listeners.push(listener);
      return () => (listeners = listeners.filter((each) => each !== listener));
    },
    give: () => {
      const told = listeners;
      listeners = [];
      for (const listener of told) listener();
    },
  };
}

/** A file on a server from which it comes slowly. */
const slowly = (data: Socket): void => {
  data.on('close', () => clearInterval(timer));
  const timer = setInterval(() => data.write(Buffer.alloc(1000)), 10);
};

describe('Ctrl-C', () => {
  it('gives up the line; twice on an empty one it says how to leave', async () => {
    const { port } = await demoFtpd();
    const shell = await atPrompt(port);
    await shell.type('get half a li', CTRL_C, CTRL_C, CTRL_C, CTRL_C, 'pwd\r');
    await shell.screen.until(PROMPT);
    await expect
      .poll(async () => (await shell.screen.lines()).slice(2))
      .toEqual([
        '(in clear) sftpc> get half a li^C',
        '(in clear) sftpc> ^C',
        '(bye or Ctrl-D ends sftpc)',
        '(in clear) sftpc> ^C',
        '(bye or Ctrl-D ends sftpc)',
        '(in clear) sftpc> ^C',
        '(bye or Ctrl-D ends sftpc)',
        '(in clear) sftpc> pwd',
        '/',
        '(in clear) sftpc> ',
      ]);
    await shell.type(CTRL_D);
    expect(await shell.status).toBe(0);
    expect(shell.mode()).toBe('cooked');
  });

  it('aborts a transfer; the prompt comes back, and what was typed meanwhile is not shown', async () => {
    let abort: () => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const port = await scriptedFtpd(
      (data, say) => {
        slowly(data);
        begin();
        data.on('close', () => say('426 broken'));
      },
      {},
      (verb, answer) => {
        answer();
        if (verb === 'ABOR') abort();
      },
    );
    const aborted = new Promise<void>((resolve) => (abort = resolve));
    const shell = await atPrompt(port);
    await shell.type(`get large ${await folder()}/got\r`);
    await begun;
    await shell.type('typed too early', CTRL_C);
    await aborted;
    await shell.screen.until(PROMPT);
    const lines = (await shell.screen.lines()).join('\n');
    expect(lines).toContain('\nsftpc: Interrupted: the transfer was aborted.\n');
    expect(lines).not.toContain('typed too early');
    await shell.type('bye\r');
    expect(await shell.status).toBe(0);
  });

  it('a second time closes a session that does not let go of a command', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const port = await scriptedFtpd(
      (data) => {
        slowly(data);
        begin();
      },
      {},
      (verb, answer) => {
        if (verb !== 'ABOR') answer();
      },
    );
    const shell = await atPrompt(port);
    await shell.type(`get large ${await folder()}/got\r`);
    await begun;
    await shell.type(CTRL_C);
    await shell.type(CTRL_C);
    await shell.screen.until(/^\(not connected\) sftpc> $/);
    expect((await shell.screen.lines()).join('\n')).toContain('sftpc: Interrupted again: the session was closed.\n');
    await shell.type('bye\r');
    expect(await shell.status).toBe(0);
  });

  it('at the question for a password ends the run', async () => {
    const { port } = await demoFtpd();
    const env = { XDG_STATE_HOME: await folder(), SFTPC_PASSWORD: undefined };
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env });
    await shell.screen.until(/^password for joe: $/);
    expect(shell.mode()).toBe('raw');
    await shell.type('half', CTRL_C);
    expect(await shell.status).toBe(130);
    expect(shell.mode()).toBe('cooked');
    expect((await shell.screen.lines()).slice(-2)).toEqual(['password for joe: ', 'sftpc: Interrupted.']);
  });

  it('is another thing than Ctrl-D there, which gives no answer', async () => {
    const { port } = await demoFtpd();
    const env = { XDG_STATE_HOME: await folder(), SFTPC_PASSWORD: undefined };
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env });
    await shell.screen.until(/^password for joe: $/);
    await shell.type(CTRL_D);
    expect(await shell.status).toBe(1);
    expect((await shell.screen.lines()).at(-1)).toBe('sftpc: No answer was given.');
  });
});

describe('a session that ends while a line is typed', () => {
  it('is reported above the line, which can be typed on', async () => {
    const { port, say } = await patientFtpd();
    const shell = await atPrompt(port);
    await shell.type('hel');
    say('421 Idle for too long.');
    await shell.screen.until(/^\(not connected\) sftpc> hel$/);
    expect((await shell.screen.lines()).slice(2)).toEqual([
      'sftpc: The server ended the session: 421 Idle for too long.',
      '  open connects again.',
      '(not connected) sftpc> hel',
    ]);
    await shell.type('p\r');
    await shell.screen.until(/^\(not connected\) sftpc> $/);
    await shell.type('pwd\r');
    await shell.screen.until(/^\(not connected\) sftpc> $/);
    expect((await shell.screen.lines()).slice(-3)).toEqual([
      'sftpc: The session with 127.0.0.1 is over.',
      '  open connects again.',
      '(not connected) sftpc> ',
    ]);
    await shell.type('bye\r');
    expect(await shell.status).toBe(0);
  });

  it('while a question is asked ends the question', async () => {
    const { port, say } = await patientFtpd({ PASS: undefined });
    const env = { XDG_STATE_HOME: await folder(), SFTPC_PASSWORD: undefined };
    const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env });
    await shell.screen.until(/^password for joe: $/);
    await shell.type('secret\r');
    say('421 No.');
    expect(await shell.status).toBe(3);
    expect(shell.mode()).toBe('cooked');
  });
});

describe('lines pasted at once', () => {
  it('are done one after the other, each behind its prompt', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'a'), 'x');
    const shell = await atPrompt(port);
    await shell.type('pwd\r\nnlst\r\npwd\r\nby');
    await shell.screen.until(/sftpc> by$/);
    expect((await shell.screen.lines()).slice(2)).toEqual([
      '(in clear) sftpc> pwd',
      '/',
      '(in clear) sftpc> nlst',
      expect.stringMatching(/^sftpc: there is no command "nlst"/),
      '(in clear) sftpc> pwd',
      '/',
      '(in clear) sftpc> by',
    ]);
    await shell.type('e\r');
    expect(await shell.status).toBe(0);
  });
});

describe('a terminal', () => {
  it('that goes away ends the run in good order', async () => {
    const { port } = await demoFtpd();
    const shell = await atPrompt(port);
    expect(shell.mode()).toBe('raw');
    await shell.type('half a line', CTRL_C, CTRL_D);
    expect(await shell.status).toBe(0);
    expect(shell.mode()).toBe('cooked');
  });

  it('is given to the shell on Ctrl-Z, and taken back as it was', async () => {
    const { port } = await demoFtpd();
    const continued = signals();
    const modes: string[] = [];
    const shell: Seated = await atPrompt(port, {
      suspend: () => {
        modes.push(shell.mode());
        shell.screen.write('[1]+ Stopped\n$ fg\n');
      },
      onContinue: continued.on,
    });
    await shell.type('get some', CTRL_Z);
    expect(modes).toEqual(['cooked']);
    continued.give();
    expect(shell.mode()).toBe('raw');
    await shell.type('thing');
    await shell.screen.until(/^\(in clear\) sftpc> get something$/);
    expect((await shell.screen.lines()).slice(2)).toEqual(['[1]+ Stopped', '$ fg', '(in clear) sftpc> get something']);
    await shell.type(CTRL_C, CTRL_D);
    expect(await shell.status).toBe(0);
  });
});

describe('SIGTERM', () => {
  it('aborts the transfer, ends the session and the run, and leaves the terminal as it was', async () => {
    const { root, port } = await demoFtpd();
    await writeFile(join(root, 'large'), '');
    await truncate(join(root, 'large'), 4_000_000_000);
    const terminate = signals();
    const shell = await atPrompt(port, { onInterrupt: terminate.on, signal: () => constants.signals.SIGTERM });
    const here = await folder();
    await shell.type(`get large ${here}/got\r`);
    const octets = (): number[] =>
      readdirSync(here)
        .filter((name) => !name.endsWith('.json'))
        .map((name) => statSync(join(here, name)).size);
    await expect.poll(octets, { timeout: 20_000 }).toEqual([expect.any(Number)]);
    await expect.poll(() => octets()[0], { timeout: 20_000 }).toBeGreaterThan(0);
    terminate.give();
    expect(await shell.status).toBe(128 + constants.signals.SIGTERM);
    expect(shell.mode()).toBe('cooked');
    expect((await shell.screen.lines()).slice(-3)).toEqual([
      'sftpc: Interrupted: the transfer was aborted.',
      '  What has come of large is kept: get -c goes on from there.',
      'sftpc: Terminated.',
    ]);
  });
});

/** An ftpd that does no more than to log in, and says what it is told to; `undefined` is no answer. */
async function patientFtpd(
  replies: Readonly<Record<string, string | undefined>> = {},
): Promise<{ readonly port: number; readonly say: (line: string) => void }> {
  let control: Socket | undefined;
  const known: Record<string, string | undefined> = {
    USER: '331 password',
    PASS: '230 in',
    QUIT: '221 bye',
    ...replies,
  };
  const server = createServer((socket) => {
    control = socket;
    socket.on('error', () => undefined);
    socket.on('data', (octets) => {
      const reply = known[octets.toString('latin1').split(/[ \r]/, 1)[0] ?? ''];
      if (reply !== undefined) socket.write(`${reply}\r\n`);
    });
    socket.write('220 patient\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    control?.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, say: (line) => void control?.end(`${line}\r\n`) };
}
