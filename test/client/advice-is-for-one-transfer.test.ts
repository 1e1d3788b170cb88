// What is to be done about a transfer that broke off is said of it, and not of all that waits for the same connection.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.js';
import type { ClientError } from '../../src/client/error.js';
import { answeringFtpd, type AnsweringFtpd } from './answering-ftpd.js';
import { seated } from './emulator.js';
import { folder } from './sftpc.js';

const LOST = 'The server closed the connection during STOR.';
const PART = 'The server may have kept a part of the file.';

/** The connection is lost when some of the upload has come. */
async function fleetingFtpd(): Promise<AnsweringFtpd> {
  const ftpd = await answeringFtpd((verb) =>
    verb === 'STOR' ? { data: (data) => data.once('data', () => ftpd.hangUp()) } : undefined,
  );
  return ftpd;
}

it('a caller of the library hears of the part where the upload failed, and nowhere else', async () => {
  const { port } = await fleetingFtpd();
  const client = await connect({ host: '127.0.0.1', port, protection: 'none' });
  onTestFinished(() => client.close());
  const failed = (work: Promise<unknown>): Promise<ClientError> =>
    work.then(
      () => expect.fail('it worked'),
      (error: unknown) => error as ClientError,
    );
  const upload = await failed(client.store('a', Readable.from([Buffer.from('beginning')])));
  expect(upload).toMatchObject({ kind: 'connect', code: 'connection-lost', hint: `Connect again. ${PART}` });
  const next = await failed(client.size('a'));
  expect(next).toMatchObject({ kind: 'connect', code: 'connection-lost', hint: 'Connect again.' });
  expect(upload.cause).toBe(next);
});

it('a person at the prompt hears once that the connection is gone', async () => {
  const { port } = await fleetingFtpd();
  const here = await folder();
  await writeFile(join(here, 'a'), 'beginning');
  const shell = seated(['-9', '-u', 'joe', '127.0.0.1', `${port}`], { env: { XDG_STATE_HOME: here } });
  await shell.screen.until(/^\(in clear\) sftpc> $/);
  await shell.type(`put ${here}/a\r`);
  await shell.screen.until(/^\(not connected\) sftpc> $/);
  await shell.type('bye\r');
  expect(await shell.status).toBe(0);
  const said = (await shell.screen.lines()).filter((line) => line.includes(LOST) || line.includes(PART));
  expect(said).toEqual([`sftpc: ${LOST}`, `  open connects again. ${PART}`]);
});
