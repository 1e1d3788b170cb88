// What is said of a file has its name as it is, in UTF-8 or not, and the same on this side as on the server.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileFtpd, sends } from './file-ftpd.js';
import { demoFtpd, folder, sftpc } from './sftpc.js';

it('in a refusal', async () => {
  const { port } = await demoFtpd();
  const words = ['-9', '-u', 'joe', '127.0.0.1', `${port}`];
  const local = await folder();
  await writeFile(join(local, 'grüße'), '');
  for (const line of ['get grüße 日本', `put ${local}/grüße grüße/日本`]) {
    const { err } = await sftpc(words, { input: line });
    expect(err).toMatch(/^sftpc: line 1: grüße(?:\/日本)?: the server said: 5/);
  }
});

it('in what is said of a transfer', async () => {
  const LIST = 'type=file;size=4; caf\xe9\r\ntype=file;size=4; gr\xc3\xbc\r\n';
  const { port } = await fileFtpd((verb) => {
    if (verb === 'MLSD') return { data: LIST };
    return verb === 'RETR' ? sends('text') : undefined;
  });
  const local = await folder();
  const { err } = await sftpc(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { input: `lcd ${local}\nmget *` });
  expect(err).toContain('\ncaf\\xe9: 4 octets received as caf\\xe9\ngrü: 4 octets received as grü\n');
});
