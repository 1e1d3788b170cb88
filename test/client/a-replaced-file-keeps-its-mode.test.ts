// What a download replaces was perhaps for its owner's eyes alone, and so is what comes in its place.
import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../../src/client/connect.js';
import { demoFtpd, folder } from './sftpc.js';

it.each([0o600, 0o640, 0o755])('of %o, also behind a link of the user’s', async (mode) => {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'a'), 'new');
  const here = await folder();
  const file = join(here, 'a');
  await writeFile(file, 'old');
  await chmod(file, mode);
  await symlink('a', join(here, 'link'));
  await using client = await connect({ host: '127.0.0.1', port, user: 'joe', protection: 'none' });
  for (const local of [file, join(here, 'link')]) {
    await writeFile(file, 'old');
    await client.download('a', local);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(((await stat(file)).mode & 0o7777).toString(8)).toBe(mode.toString(8));
  }
});

it('where there was none, is what the umask leaves of 666', async () => {
  const { root, port } = await demoFtpd();
  await writeFile(join(root, 'a'), 'new');
  const here = await folder();
  await using client = await connect({ host: '127.0.0.1', port, user: 'joe', protection: 'none' });
  await writeFile(join(here, 'usual'), '');
  await client.download('a', here);
  expect((await stat(join(here, 'a'))).mode).toBe((await stat(join(here, 'usual'))).mode);
});
