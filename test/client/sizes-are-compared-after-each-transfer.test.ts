// What is believed of a transfer that the server calls whole: nothing that the sizes on both sides do not bear out.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { downloadFile } from '../../src/client/files/download.js';
import { receiveFile } from '../../src/client/local/incoming-file.js';
import { claimPart, leavePart } from '../../src/client/local/part.js';
import { transferRun } from '../../src/client/files/transfer-run.js';
import { uploadFile } from '../../src/client/files/upload.js';
import type { Answer } from './answering-ftpd.js';
import { fileFtpd, sends, takes } from './file-ftpd.js';
import { folder, sftpc, type Ended } from './sftpc.js';

const MEBIBYTE = 1024 * 1024;

async function run(port: number, ...lines: string[]): Promise<Ended> {
  return sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: lines.join('\n') });
}

/** Gives one size after the other, then the last one again and again. */
function sizes(...each: (number | 'none')[]): () => Answer {
  return () => {
    const size = each.length > 1 ? each.shift() : each[0];
    return size === 'none' ? '550 no such file' : `213 ${size ?? 0}`;
  };
}

describe('a download', () => {
  const serving =
    (size: () => Answer, content: string) =>
    (verb: string): Answer | undefined => {
      if (verb === 'SIZE') return size();
      if (verb === 'MDTM') return '213 20260101000000';
      return verb === 'RETR' ? sends(content) : undefined;
    };

  it.each([
    ['too short', sizes(10), 'short', '5 octets came, and the server says that it has 10.'],
    ['too long', sizes(3), 'longer', '6 octets came, and the server says that it has 3.'],
    ['of neither size', sizes(10, 12), 'short', '5 octets came, and the server says that it has 12.'],
  ])('%s is no file', async (_, size, content, message) => {
    const { port } = await fileFtpd(serving(size, content));
    const local = await folder();
    await writeFile(join(local, 'a'), 'before');
    const ended = await run(port, `get a ${local}/a`);
    expect(ended).toMatchObject({
      status: 1,
      err: `sftpc: line 1: a: ${message}\n  It may have been changed while it came. Try again.\n`,
    });
    expect(await readdir(local)).toEqual(['a']);
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('before');
  });

  it.each([
    ['of a file that was replaced before it came', sizes(3, 5)],
    ['of a file whose size the server does not tell', sizes('none')],
    ['of a file that is there as it was', sizes(5)],
  ])('%s is kept', async (_, size) => {
    const { port } = await fileFtpd(serving(size, 'whole'));
    const local = await folder();
    const ended = await run(port, `get a ${local}/a`);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.err).not.toContain('being written');
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('whole');
  });

  it('of a file that grows is kept as it was then, and that is said', async () => {
    const { port } = await fileFtpd(serving(sizes(3, 9), 'grown'));
    const local = await folder();
    const ended = await run(port, `get a ${local}/a`);
    expect(ended.status).toBe(0);
    expect(ended.err).toContain(
      'sftpc: a is being written to: 5 octets were there when it was fetched, and 9 are there now\n',
    );
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('grown');
  });

  it('that broke off leaves its beginning, which is gone on with once', async () => {
    const content = Buffer.alloc(3 * MEBIBYTE, 'abcdefg');
    let offset = 0;
    let breaks = true;
    const { port, commands } = await fileFtpd((verb, argument) => {
      if (verb === 'SIZE') return `213 ${content.length}`;
      if (verb === 'MDTM') return '213 20260101000000';
      if (verb === 'REST') {
        offset = Number(argument);
        return undefined;
      }
      if (verb !== 'RETR') return undefined;
      const send = content.subarray(offset, breaks ? MEBIBYTE : undefined);
      offset = 0;
      return sends(send, breaks ? '426 broken' : '226 done');
    });
    const local = await folder();
    const broken = await run(port, `get dir/a ${local}/a`);
    expect(broken.status).toBe(1);
    expect(broken.err).toMatch(
      /^sftpc: line 1: .*\n {2}Try again\. What has come of a is kept: get -c goes on from there\.\n$/,
    );
    expect(await readdir(local)).toEqual(['.a.sftpc-part', '.a.sftpc-part.json']);
    breaks = false;
    const whole = await run(port, `reget dir/a ${local}/a`, `reget dir/a ${local}/a`);
    expect(whole.status).toBe(0);
    expect(commands.filter((line) => line.startsWith('REST'))).toHaveLength(1);
    expect(await readdir(local)).toEqual(['a']);
    expect((await readFile(join(local, 'a'))).equals(content)).toBe(true);
  });

  it('that broke off is not gone on with by that of another file, nor where the server cannot', async () => {
    const content = Buffer.alloc(3 * MEBIBYTE, 'abcdefg');
    let breaks = true;
    const { port, commands } = await fileFtpd((verb) => {
      if (verb === 'FEAT') return '211-These\n SIZE\n MDTM\n211 End';
      if (verb === 'SIZE') return `213 ${content.length}`;
      if (verb === 'MDTM') return '213 20260101000000';
      if (verb !== 'RETR') return undefined;
      return breaks ? sends(content.subarray(0, MEBIBYTE), '426 broken') : sends(content);
    });
    const local = await folder();
    await run(port, `get a ${local}/a`);
    breaks = false;
    const other = await run(port, `reget b ${local}/a`);
    expect(other.status).toBe(0);
    expect(commands.filter((line) => line.startsWith('REST'))).toEqual([]);
    expect(await readdir(local)).toEqual(['a']);
    expect((await readFile(join(local, 'a'))).equals(content)).toBe(true);
  });
});

describe('what is left of a download', () => {
  const content = Buffer.alloc(3 * MEBIBYTE, 'abcdefg');
  const ftpd = (said: { time?: string }): ReturnType<typeof fileFtpd> =>
    fileFtpd((verb) => {
      if (verb === 'SIZE') return `213 ${content.length}`;
      if (verb === 'MDTM') return said.time;
      return verb === 'RETR' ? sends(content.subarray(0, MEBIBYTE), '426 broken') : undefined;
    });

  it('is nothing where the server tells no time: another file may have that size', async () => {
    const { port } = await ftpd({ time: '550 no' });
    const local = await folder();
    const broken = await run(port, `get a ${local}/a`);
    expect(broken.err).not.toContain('is kept');
    expect(await readdir(local)).toEqual([]);
  });

  it('says whether anybody on the network may have made it up', async () => {
    const { port } = await ftpd({ time: '213 20260101000000' });
    const local = await folder();
    await run(port, `get a ${local}/a`);
    expect(JSON.parse(await readFile(join(local, '.a.sftpc-part.json'), 'utf8'))).toEqual({
      name: 'a',
      size: content.length,
      modified: '2026-01-01T00:00:00.000Z',
      data: 'clear',
    });
  });

  it.each([
    ['of this user', () => process.geteuid!(), { offset: 3, found: 'part' }],
    ['of another user', () => process.geteuid!() + 1, { offset: 0, found: 'none' }],
  ] as const)('%s is gone on with by him alone', async (_, user, opened) => {
    const local = await folder();
    const target = join(local, 'a');
    const identity = { name: 'a', size: 5, modified: new Date(0), data: 'clear' } as const;
    await writeFile(join(local, 'temporary'), 'who');
    await leavePart(target, identity, join(local, 'temporary'));
    const whoever = user();
    const asked = vi.spyOn(process, 'geteuid').mockReturnValue(whoever);
    onTestFinished(() => asked.mockRestore());
    const file = await receiveFile(target, { identity, from: 'part' });
    expect(file).toMatchObject(opened);
    await file.discard();
    expect(await readdir(local)).toEqual([]);
  });

  it.each([
    ['clear', 'clear', 'claimed'],
    ['checked', 'clear', 'claimed'],
    ['checked', 'checked', 'claimed'],
    ['clear', 'checked', 'unchecked'],
  ] as const)('in %s is for one that comes %s: %s', async (left, comes, claim) => {
    const local = await folder();
    const target = join(local, 'a');
    const identity = { name: 'a', size: 5, modified: new Date(0) };
    await writeFile(join(local, 'temporary'), 'who');
    await leavePart(target, { ...identity, data: left }, join(local, 'temporary'));
    expect(await claimPart(target, { ...identity, data: comes }, join(local, 'again'))).toBe(claim);
  });
});

describe('an upload', () => {
  it.each([
    ['whole', sizes(5), 0, ''],
    ['whole, to a server that tells no sizes', sizes('none'), 0, ''],
    ['short', sizes(3), 1, 'sftpc: line 1: b: the server says that it has 3 octets, and not 5.\n'],
  ] as const)('that arrives %s', async (_, size, status, message) => {
    const { port } = await fileFtpd((verb) => {
      if (verb === 'SIZE') return size();
      return verb === 'STOR' ? takes(() => '226 stored') : undefined;
    });
    const file = join(await folder(), 'a');
    await writeFile(file, 'whole');
    const ended = await run(port, `put ${file} b`);
    expect(ended.status).toBe(status);
    expect(ended.err).toContain(message);
  });

  it('is reported in the words of the server, when that has no room', async () => {
    const { port } = await fileFtpd((verb) => (verb === 'STOR' ? takes(() => '452 Disk full') : undefined));
    const file = join(await folder(), 'a');
    await writeFile(file, 'whole');
    const ended = await run(port, `put ${file} b`);
    expect(ended.status).toBe(1);
    expect(ended.err).toContain('sftpc: line 1: b: the server said: 452 Disk full\n');
  });

  it('goes on behind what is there, and never where more is there than here', async () => {
    let stored = 'who';
    const { port } = await fileFtpd((verb) => {
      if (verb === 'SIZE') return `213 ${stored.length}`;
      if (verb !== 'APPE') return undefined;
      return takes((octets) => {
        stored += octets.toString();
        return '226 stored';
      });
    });
    const local = await folder();
    await writeFile(join(local, 'a'), 'whole');
    const ended = await run(
      port,
      `put -c ${local}/a b`,
      `put -c ${local}/a b`,
      `append ${local}/a b`,
      `put -c ${local}/a b`,
    );
    expect(stored).toBe('wholewhole');
    expect(ended.status).toBe(1);
    expect(ended.err).toContain(`sftpc: line 4: b: the server has 10 octets already, and ${local}/a has only 5.\n`);
  });
});

describe('text', () => {
  it('has other line ends and sizes on either side, and is not compared', async () => {
    let stored = '';
    const { port, commands } = await fileFtpd((verb) => {
      if (verb === 'RETR') return sends('one\r\ntwo\r\n');
      if (verb !== 'STOR') return undefined;
      return takes((octets) => {
        stored = octets.toString();
        return '226 stored';
      });
    });
    const local = join(await folder(), 'a');
    const client = await connect({ host: '127.0.0.1', port, user: 'joe', protection: 'none' });
    onTestFinished(() => client.quit());
    const { signal } = new AbortController();
    const run = transferRun({ type: 'A', observe: () => undefined, notice: () => undefined, signal });
    await downloadFile(client, { remote: 'a', local, from: 'beginning', time: 'now' }, run);
    expect(await readFile(local, 'utf8')).toBe('one\ntwo\n');
    await uploadFile(client, { remote: 'a', local, onto: 'replace', time: 'now' }, run);
    expect(stored).toBe('one\r\ntwo\r\n');
    expect(commands.filter((line) => /^(?:SIZE|TYPE)/.test(line))).toEqual(['TYPE A']);
  });
});

describe('in the place of a file', () => {
  it('- is standard output or standard input', async () => {
    let stored = '';
    const { port } = await fileFtpd((verb) => {
      if (verb === 'RETR') return sends(Buffer.from([0, 255, 10, 27]));
      if (verb !== 'STOR') return undefined;
      return takes((octets) => {
        stored = octets.toString('latin1');
        return '226 stored';
      });
    });
    const words = ['-9', '-u', 'joe', '127.0.0.1', `${port}`, '--'];
    const got = await sftpc([...words, 'get', 'a', '-']);
    expect(got).toMatchObject({ status: 0, out: Buffer.from([0, 255, 10, 27]).toString('utf8') });
    const put = await sftpc([...words, 'put', '-', 'b'], { input: 'piped' });
    expect(put, put.err).toMatchObject({ status: 0 });
    expect(stored).toBe('piped');
    expect((await sftpc([...words, 'put', '-'])).err).toContain('sftpc: -: not the name of a file.\n');
    const script = await run(port, 'put - b');
    expect(script.err).toContain('sftpc: line 1: Standard input gives the commands here, and cannot be sent.\n');
  });
});
