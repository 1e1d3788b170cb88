import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { demo } from './session.js';

/** What ftplib does by itself: MLSD facts, MKD's quotes, STOR, REST, APPE, LIST, and an ABOR whose LF is urgent data. */
const SCRIPT = `
import ftplib, io, sys
host, port, passive = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'passive'
ftp = ftplib.FTP(encoding='utf-8')
ftp.connect(host, port, timeout=20)
ftp.login('demo', 'secret')
ftp.set_pasv(passive)
big = bytes(range(256)) * 20000
assert ftp.mkd('a "b" \\u00e4') == '/a "b" \\u00e4'
ftp.cwd('a "b" \\u00e4')
assert ftp.pwd() == '/a "b" \\u00e4'
assert ftp.storbinary('STOR big', io.BytesIO(big)).startswith('226')
got = io.BytesIO(); ftp.retrbinary('RETR big', got.write); assert got.getvalue() == big
got = io.BytesIO(); ftp.retrbinary('RETR big', got.write, rest=5000000); assert got.getvalue() == big[5000000:]
ftp.storbinary('STOR big', io.BytesIO(b'tail'), rest=5119998)
ftp.storbinary('APPE big', io.BytesIO(b'more'))
assert ftp.size('big') == 5120006
assert ftp.nlst() == ['big']
lines = []; ftp.dir(lines.append); assert len(lines) == 1 and lines[0].startswith('-rw') and ' 5120006 ' in lines[0], lines
facts = dict(ftp.mlsd()); assert facts['big']['type'] == 'file' and facts['big']['size'] == '5120006'
ftp.storbinary('STOR empty', io.BytesIO(b'')); assert ftp.size('empty') == 0
ftp.rename('empty', 'renamed'); ftp.delete('renamed')
conn = ftp.transfercmd('RETR big'); conn.recv(1000)
print(ftp.abort().split()[0]); conn.close()
print(ftp.getresp().split()[0])
try: ftp.delete('renamed'); sys.exit('deleted twice')
except ftplib.error_perm as e: assert str(e) == '550 No such file or directory.', e
ftp.cwd('..'); assert ftp.pwd() == '/'
print(ftp.quit().split()[0])
`;

for (const [host, mode] of [
  ['127.0.0.1', 'passive'],
  ['127.0.0.1', 'active'],
  ['::1', 'passive'],
  ['::1', 'active'],
] as const) {
  it(`${mode}, ${host}`, async () => {
    const { root, port } = await demo({ host, user: 'demo', password: 'secret' });
    const { stdout } = await promisify(execFile)('python3', ['-c', SCRIPT, host, String(port), mode], {
      timeout: 50_000,
    });
    expect(stdout.split('\n')).toEqual(['426', '226', '221', '']);
    const left = await readFile(join(root, 'a "b" \u00e4', 'big'));
    expect(left.subarray(-8).toString()).toBe('tailmore');
  });
}
