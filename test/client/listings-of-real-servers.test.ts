// Directories as real servers list them, octet by octet: vsftpd, ProFTPD, Pure-FTPd and GNU ls -lgA (which inetutils-ftpd runs)
// over the same files; IIS in both its styles, and others, as they are known from what has been published of them.
import { describe, expect, it } from 'vitest';
import { linesOf, type RemoteEntry } from '../../src/client/listing/entry.js';
import { parseFactListing, parseFacts } from '../../src/client/listing/facts.js';
import { parseListing } from '../../src/client/listing/lines.js';

const listed = (...lines: readonly string[]): readonly RemoteEntry[] =>
  parseListing(linesOf(lines.map((line) => `${line}\r\n`).join('')));

const facts = (...lines: readonly string[]): readonly RemoteEntry[] =>
  parseFactListing(linesOf(lines.map((line) => `${line}\r\n`).join('')));

const kinds = (entries: readonly RemoteEntry[]): readonly string[] =>
  entries.map(({ name, kind, size }) => [kind, ...(size === undefined ? [] : [size]), name].join(' '));

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const SEPTEMBER_2001 = new Date('2001-09-09T01:46:40Z');

describe('LIST', () => {
  it('of vsftpd', () => {
    const entries = listed(
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28  leading',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 -dash',
      'drwxr-xr-x    5 65534    65534        4096 Nov 22 13:28 .',
      'drwxr-xr-x    3 65534    65534        4096 Nov 22 13:28 ..',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 .hidden',
      latin1('-rw-r--r--    1 65534    65534           0 Nov 22 13:28 Füß €'),
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 a -> b',
      '-rw-r--r--    1 65534    65534    5368709120 Nov 22 13:28 big',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 cr\rname',
      'lrwxrwxrwx    1 65534    65534           8 Nov 22 13:28 dangling -> no where',
      'crw-r--r--    1 65534    65534           0 Nov 22 13:28 device',
      'drwxr-xr-x    2 65534    65534        4096 Nov 22 13:28 dir [1]',
      'lrwxrwxrwx    1 65534    65534           9 Nov 22 13:28 l -> m -> plain.txt',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 latin-\xfc\xff',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 lf\nname',
      'prw-r--r--    1 65534    65534           0 Nov 22 13:28 fifo',
      '-rw-r--r--    1 65534    65534           0 Sep 09  2001 old',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 trailing ',
      '-rw-r--r--    1 65534    65534           0 Nov 22 13:28 two  blanks',
    );
    expect(kinds(entries)).toEqual([
      'file 0  leading',
      'file 0 -dash',
      'file 0 .hidden',
      'file 0 Füß €',
      'file 0 a -> b',
      'file 5368709120 big',
      'file 0 cr\rname',
      'link dangling',
      'other device',
      'directory dir [1]',
      'link l -> m',
      'file 0 latin-\udcfc\udcff',
      'file 0 lf\nname',
      'other fifo',
      'file 0 old',
      'file 0 trailing ',
      'file 0 two  blanks',
    ]);
    // The server's zone is not said.
    expect(entries.every(({ modified }) => modified === undefined)).toBe(true);
  });

  it('of ProFTPD and Pure-FTPd', () => {
    const entries = listed(
      '-rw-r--r--   1 virt     65534           0 Sep  9  2001 old',
      'lrwxrwxrwx   1 virt     65534           7 Nov 22 13:28 dirlink -> dir [1]',
      'd---------   2 virt     65534        4096 Nov 22 13:28 locked',
      '-rw-r--r--    1 65534      nogroup    5368709120 Nov 22 13:28 big',
      '-rw-r--r--    1 65534      nogroup             0 Nov 22 13:28  leading',
    );
    expect(kinds(entries)).toEqual([
      'file 0 old',
      'link dirlink',
      'directory locked',
      'file 5368709120 big',
      'file 0  leading',
    ]);
  });

  it('of inetutils-ftpd, without owners', () => {
    const entries = listed(
      'total 4',
      '-rw-r--r-- 1 root    0 Nov 22 13:32  leading',
      '-rw-r--r-- 1 root    0 Nov 22 13:32 .hidden',
      'drwxr-xr-x 2 root 4096 Nov 22 13:32 d',
      'crw-r--r-- 1 root 1, 3 Nov 22 13:32 dev',
      'lrwxrwxrwx 1 root    9 Nov 22 13:32 l -> m -> plain.txt',
      '-rw-r--r-- 1 root    7 Sep  9  2001 old',
    );
    expect(kinds(entries)).toEqual([
      'file 0  leading',
      'file 0 .hidden',
      'directory d',
      'other dev',
      'link l -> m',
      'file 7 old',
    ]);
  });

  it('of IIS, as MS-DOS has it', () => {
    const entries = listed(
      '11-22-26  01:00PM       <DIR>          aspnet_client',
      '11-22-26  01:00PM       <DIR>           leading blank',
      '04-27-2000  09:09PM                  529 readme.txt',
      '04-27-00  09:09PM           5368709120  big file',
      '07-18-00  10:16AM                 1234 <DIR> is a name',
      '02-14-12  17:31       <DIR>          24 hours',
      '11-22-26  01:00PM       <JUNCTION>     moved',
    );
    expect(kinds(entries)).toEqual([
      'directory aspnet_client',
      'directory  leading blank',
      'file 529 readme.txt',
      'file 5368709120  big file',
      'file 1234 <DIR> is a name',
      'directory 24 hours',
      'link moved',
    ]);
  });

  it('of IIS, as Unix has it', () => {
    const entries = listed(
      'drwxrwxrwx   1 owner    group               0 Nov 22 13:00 aspnet_client',
      '-rwxrwxrwx   1 owner    group             529 Apr 12  2025 read me.txt',
    );
    expect(kinds(entries)).toEqual(['directory aspnet_client', 'file 529 read me.txt']);
  });

  it.each([
    ['an ACL', '-rw-r--r--+ 1 ann staff 5 Nov 22 13:28 x', 'file 5 x'],
    ['a security context', '-rw-r--r--. 1 ann staff 5 Nov 22 13:28 x', 'file 5 x'],
    ['extended attributes', '-rw-r--r--@ 1 ann staff 5 Nov 22 13:28 x', 'file 5 x'],
    ['sticky, set-user and set-group bits', '-rwsr-sr-t 1 ann staff 5 Nov 22 13:28 x', 'file 5 x'],
    ['a group with a blank in it', '-rw-r--r-- 1 CORP\\ann Domain Users 5 Nov 22 13:28 x', 'file 5 x'],
    ['a group that is a number', '-rw-r--r-- 1 ann 7 5 Nov 22 13:28 x', 'file 5 x'],
    ['no link count, and no group', '-rw-r--r-- ann 5 Nov 22 13:28 x', 'file 5 x'],
    ['an ISO date', '-rw-rw---- 1 root sdcard 5 2026-11-22 13:28 x', 'file 5 x'],
    ['a device with a blank', 'brw-rw---- 1 root disk 8,   1 Nov 22 13:28 sda1', 'other sda1'],
    ['a socket', 'srwxr-xr-x 1 ann staff 0 Nov 22 13:28 s', 'other s'],
    ['a mark behind a directory', 'drwxr-xr-x 2 ann staff 4096 Nov 22 13:28 d/', 'directory d'],
    ['a name like a date', '-rw-r--r-- 1 ann staff 5 Nov 22 13:28 7 Nov 22 13:29 x', 'file 5 7 Nov 22 13:29 x'],
    ['a link whose size is not its target’s', 'lrwxrwxrwx 1 ann staff 0 Nov 22 13:28 a -> b -> c', 'link a'],
    ['a link without a target', 'lrwxrwxrwx 1 ann staff 5 Nov 22 13:28 a', 'link a'],
    ['a size beyond what is exact', '-rw-r--r-- 1 ann staff 9999999999999999 Nov 22 13:28 x', 'file x'],
    ['an absurd size', `-rw-r--r-- 1 ann staff ${'9'.repeat(400)} Nov 22 13:28 x`, 'file x'],
    ['controls in a name', '-rw-r--r-- 1 ann staff 5 Nov 22 13:28 \x1b[2J\x07', 'file 5 \x1b[2J\x07'],
  ])('with %s', (_, line, expected) => {
    expect(kinds(listed(line))).toEqual([expected]);
  });

  it('with LF in the place of CRLF', () => {
    const text = '-rw-r--r-- 1 a b 5 Nov 22 13:28 x\n-rw-r--r-- 1 a b 6 Nov 22 13:28 y\n';
    expect(kinds(parseListing(linesOf(text)))).toEqual(['file 5 x', 'file 6 y']);
  });

  it.each([
    ['d [R----F--] supervisor            512       Jan 16 18:53    login'],
    ['+i8388621.48594,m825718503,r,s280,\tdjb.html'],
    ['LOGIN.COM;1    2/8     22-NOV-2026 13:28  [SYSTEM]'],
    ['-rw-r--r-- 1 ann staff Nov 22 13:28 x'],
    ['ls: cannot access x: Permission denied'],
  ])('in a form that nobody here reads is an error, not a file less: %s', (line) => {
    expect(() => listed('-rw-r--r-- 1 a b 5 Nov 22 13:28 x', line)).toThrow(
      `The server lists its files in a form that cannot be read: ${line}`,
    );
  });
});

describe('MLSD', () => {
  it('of ProFTPD', () => {
    const rest = 'UNIX.group=65534;UNIX.groupname=65534;UNIX.mode=0644;UNIX.owner=65534;UNIX.ownername=virt;';
    const entries = facts(
      `modify=20261122132815;perm=adfrw;size=0;type=file;unique=FE00U246331;${rest} latin-\xfc\xff`,
      `modify=20261122132815;perm=adfrw;size=9;type=OS.unix=symlink;unique=FE00U246323;${rest} l -> m`,
      `modify=20261122132815;perm=flcdmpe;type=cdir;unique=FE00U2462FD;${rest} .`,
      `modify=20261122132815;perm=;type=dir;unique=FE00U24636C;${rest} locked`,
      `modify=20261122132815;perm=adfrw;size=0;type=file;unique=FE00U24632F;${rest} lf\nname`,
      `modify=20261122132815;perm=adfrw;size=0;type=file;unique=FE00U24632A;${rest} semi; colon`,
      `modify=20261122132815;perm=flcdmpe;type=pdir;unique=FE00U2462FC;${rest} ..`,
      `modify=20261122132815;perm=adfrw;size=0;type=file;unique=FE00U246325;${rest}  leading`,
      `modify=20010909014640;perm=adfrw;size=0;type=file;unique=FE00U246351;${rest} old`,
    );
    expect(kinds(entries)).toEqual([
      'file 0 latin-\udcfc\udcff',
      'link l -> m',
      'directory locked',
      'file 0 lf\nname',
      'file 0 semi; colon',
      'file 0  leading',
      'file 0 old',
    ]);
    expect(entries.at(-1)?.modified).toEqual(SEPTEMBER_2001);
  });

  it('of Pure-FTPd', () => {
    const rest = 'UNIX.mode=0644;UNIX.uid=65534;UNIX.gid=65534;unique=fe00g24632c;';
    const entries = facts(
      `type=file;size=5368709120;modify=20261122132816;${rest} big`,
      `type=OS.unix=slink:;size=7;modify=20261122132816;${rest} dirlink`,
      `type=OS.unix=slink:two words;size=9;modify=20261122132816;${rest} link`,
      `type=cdir;sizd=4096;modify=20261122132816;${rest} .`,
      `type=unknown;size=0;modify=20261122132816;${rest} fifo`,
      `type=dir;sizd=4096;modify=20261122132816;${rest} dir [1]`,
      `type=pdir;sizd=4096;modify=20261122132816;${rest} ..`,
    );
    expect(kinds(entries)).toEqual([
      'file 5368709120 big',
      'link dirlink',
      'link link',
      'other fifo',
      'directory dir [1]',
    ]);
  });

  it.each([
    ['in any case', 'TYPE=FILE;SiZe=5;Modify=20010909014640; X', 'file 5 X'],
    ['in any order, and others', 'unique=a=b;modify=20010909014640;x.y=;size=5;type=file; X', 'file 5 X'],
    ['without the last semicolon', 'type=file;size=5 X', 'file 5 X'],
    ['that are none', ' X', 'other X'],
    ['before a name that looks like some', 'type=file;size=5; type=dir; X', 'file 5 type=dir; X'],
    ['before a name with a blank in front', 'type=file;size=5;  X', 'file 5  X'],
    ['before a whole path', 'type=file;size=5; /pub/X', 'file 5 X'],
    ['of another system', 'type=OS.windows=symlink; X', 'link X'],
    ['with a size beyond what is exact', 'type=file;size=9999999999999999; X', 'file X'],
    ['with a size that is none', 'type=file;size=-1; X', 'file X'],
  ])('with facts %s', (_, line, expected) => {
    expect(kinds(facts(line))).toEqual([expected]);
  });

  it('reads CR NUL as the CR of a name', () => {
    expect(kinds(facts('type=file; a\r\0b'))).toEqual(['file a\rb']);
  });

  it.each([['name'], ['type=file;size=5;']])('is an error where a line has no form: %j', (line) => {
    expect(() => facts('type=file; a', line)).toThrow('in a form that cannot be read');
  });

  it('of an empty directory is nothing', () => {
    expect([facts(), facts('')]).toEqual([[], []]);
  });
});

describe('MLST', () => {
  it.each([
    ['modify=20010909014640;type=file;size=5; /srv/a b', 'inside', '/srv/a b'],
    ['type=cdir; .', 'above', '.'],
    ['type=pdir; /', 'above', '/'],
    ['type=dir; ', 'inside', ''],
  ])('%s', (line, place, path) => {
    expect(parseFacts(line)).toMatchObject({ place, path });
  });
});

describe('what a server may take its time with', () => {
  it.each([
    ['blanks', `-rw-r--r-- 1 a b ${' '.repeat(2_000_000)}`],
    ['digits', `-rw-r--r-- 1 a b ${'5 '.repeat(1_000_000)}`],
    ['one number', `-rw-r--r-- 1 a b ${'5'.repeat(2_000_000)}`],
    ['months', `-rw-r--r-- 1 a b ${'5 Nov '.repeat(300_000)}`],
    ['arrows', `lrwxrwxrwx 1 a b 5 Nov 22 13:28${' -> '.repeat(500_000)}`],
    ['a DOS line of blanks', `11-22-26  01:00PM${' '.repeat(2_000_000)}`],
  ])('is read in a time that grows with its length only: %s', (_, line) => {
    const began = performance.now();
    try {
      parseListing([line]);
    } catch {
      // Whether it can be read is beside the point.
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('facts as well', () => {
    const began = performance.now();
    for (const line of ['a=b;'.repeat(500_000), '='.repeat(2_000_000), 'a'.repeat(2_000_000), ';'.repeat(2_000_000)]) {
      parseFacts(line);
    }
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
