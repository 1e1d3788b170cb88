// ls and nlist, where the server lists nothing and says that all is well: vsftpd, Pure-FTPd and ProFTPD each do that in places.
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { answeringFtpd, type Answer, type AnsweringFtpd } from './answering-ftpd.js';
import { folder, sftpc, type Ended } from './sftpc.js';

const NOTHING: Answer = { data: '' };
const ITSELF = 'drwxr-xr-x 2 ann staff 4096 Nov 22 13:28 .\r\n';
const A_DIRECTORY = 'drwxr-xr-x 2 ann staff 4096 Nov 22 13:28 empty\r\n';
const FEAT = '211-Features\n MLST type*;size*;modify*;\n211 End';
const DIRECTORY_FACTS = '250-Begin\n type=dir; unread\n250 End.';

type Answers = (line: string) => Answer | undefined;

/** No MLSD; a directory that it may enter lists itself by LIST -a. */
const likeVsftpd: Answers = (line) => {
  if (line === 'LIST -a') return { data: ITSELF };
  if (/^(LIST|NLST)/.test(line)) return NOTHING;
  if (/^CWD (missing|\*|\.hidden)/.test(line)) return '550 Failed to change directory.';
  return line === 'SIZE .hidden' ? '213 5' : undefined;
};

/** MLSD tells; LIST of a pattern lists what is in the directories that it stands for. */
const likePureFtpd: Answers = (line) => {
  if (line === 'FEAT') return FEAT;
  if (line === 'MLSD') return { data: 'type=dir; empty\r\n' };
  if (line === 'MLSD empty') return { data: 'type=cdir; .\r\n' };
  if (line.startsWith('MLSD')) return "550 Can't check for file existence";
  if (line === 'MLST unread') return DIRECTORY_FACTS;
  if (line.startsWith('MLST')) return "550 Can't check for file existence";
  return line.startsWith('LIST') ? NOTHING : undefined;
};

async function run(answers: Answers, ...lines: readonly string[]): Promise<Ended & { readonly ftpd: AnsweringFtpd }> {
  const ftpd = await answeringFtpd((_, line) => answers(line));
  const ended = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${ftpd.port}`], { input: lines.join('\n') });
  return { ...ended, ftpd };
}

const HINT = 'Check the name with ls, and whether this user may do that there.';

describe('what is not there', () => {
  it.each(['ls missing', 'ls -la missing', 'nlist missing', 'dir missing -'])('is an error of %s', async (line) => {
    const { status, out, err } = await run(likeVsftpd, line);
    expect(err).toBe(
      `sftpc: line 1: missing: No such directory or file: the server said: 550 Failed to change directory.\n  ${HINT}\n`,
    );
    expect({ status, out }).toEqual({ status: 1, out: '' });
  });

  it('is an error where the server has MLSD', async () => {
    expect(await run(likePureFtpd, 'ls missing')).toMatchObject({
      status: 1,
      err: expect.stringContaining(
        "missing: No such directory or file: the server said: 550 Can't check for file existence\n",
      ) as string,
    });
  });

  it('is an error with --json, too', async () => {
    const ftpd = await answeringFtpd((_, line) => likeVsftpd(line));
    const words = ['-9', '--json', '-u', 'joe', '127.0.0.1', `${ftpd.port}`, '--', 'nlist', 'missing'];
    const { status, out } = await sftpc(words);
    expect(status).toBe(1);
    expect(out).toContain('"message":"missing: No such directory or file: the server said: 550 ');
  });

  it('leaves no file of its listing', async () => {
    const local = await folder();
    expect(await run(likeVsftpd, `ls missing ${local}/listing`)).toMatchObject({ status: 1 });
    expect(await readdir(local)).toEqual([]);
  });

  it('is a pattern that nothing matches', async () => {
    expect(await run(likeVsftpd, 'ls *.zip')).toMatchObject({
      status: 1,
      err: expect.stringContaining('*.zip: no file on the server matches.\n') as string,
    });
  });
});

describe('what is there', () => {
  it('is no error: a directory without files, and the session is back where it was', async () => {
    const { ftpd, ...ended } = await run(likeVsftpd, 'ls empty');
    expect(ended).toEqual({ status: 0, out: '', err: '' });
    expect(ftpd.commands.slice(-6)).toEqual(['PWD', 'CWD empty', 'EPSV', 'LIST -a', 'CWD /', 'QUIT']);
  });

  it('is no error: a hidden file that the server does not show', async () => {
    expect(await run(likeVsftpd, 'ls .hidden')).toMatchObject({ status: 0, out: '', err: '' });
  });

  it('is no error: a pattern that stands for a directory without files', async () => {
    expect(await run(likePureFtpd, 'ls emp*')).toMatchObject({ status: 0, out: '', err: '' });
  });

  it('is no error: a directory in a form that sftpc cannot read', async () => {
    const strange: Answers = (line) => (line === 'LIST -a' ? { data: 'nothing in here\r\n' } : likeVsftpd(line));
    expect(await run(strange, 'ls empty')).toMatchObject({ status: 0, out: '', err: '' });
  });

  it('is an error where it cannot be read', async () => {
    expect(await run(likePureFtpd, 'ls unread')).toMatchObject({
      status: 1,
      err: expect.stringContaining('unread: The directory cannot be read: the server said: 550 ') as string,
    });
  });

  it('is not asked for twice where something is listed', async () => {
    const { ftpd, ...ended } = await run(
      (line) => (line.startsWith('LIST') ? { data: A_DIRECTORY } : undefined),
      'ls a',
    );
    expect(ended).toEqual({ status: 0, out: A_DIRECTORY.replace('\r', ''), err: '' });
    expect(ftpd.commands).toEqual(['USER joe', 'PASS secret', 'TYPE A', 'EPSV', 'LIST a', 'QUIT']);
  });
});
