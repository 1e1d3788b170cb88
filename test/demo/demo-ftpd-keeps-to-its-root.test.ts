import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startDemoFtpd } from '../../src/demo/ftpd.js';
import { all, Client, demo } from './session.js';

it('neither .. nor symbolic links lead out', async () => {
  const server = await demo();
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  onTestFinished(() => rm(outside, { recursive: true }));
  await writeFile(join(outside, 'secret'), 'secret');
  await symlink(outside, join(server.root, 'link'));
  await symlink(join(outside, 'secret'), join(server.root, 'file'));
  await symlink(join(outside, 'new'), join(server.root, 'dangling'));
  // A sibling whose path begins with the root's.
  const sibling = `${server.root}-sibling`;
  await mkdir(sibling);
  onTestFinished(() => rm(sibling, { recursive: true }));
  await symlink(sibling, join(server.root, 'beside'));

  const client = await Client.login(server);
  for (const command of ['CWD link', 'CWD beside', 'SIZE file', 'MDTM link/secret', 'DELE link/secret', 'MKD link/d']) {
    expect((await client.says(command, 550)).lines[0], command).toBe('550 Outside of the root directory.');
  }
  for (const command of ['RETR file', 'RETR link/secret', 'STOR file', 'STOR link/x', 'APPE file', 'LIST link']) {
    await client.data();
    expect((await client.says(command, 550)).lines[0], command).toBe('550 Outside of the root directory.');
  }
  await client.data();
  await client.says('STOR dangling', 550);
  await client.says('RNFR link/secret', 550);
  for (const command of ['CWD ../../..', 'CWD /../..', 'CDUP']) await client.says(command, 250);
  expect((await client.says('PWD', 257)).lines[0]).toBe('257 "/" is the current directory.');
  await client.says('RMD /', 550);
  // Removing a link removes the link.
  await client.says('DELE file', 250);
  expect(await readdir(outside)).toEqual(['secret']);
  expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
});

it('only the client itself is dialled, and only loopback is listened on', async () => {
  const server = await demo();
  const client = await Client.login(server);
  await client.says('PORT 127,0,0,2,200,1', 500);
  await client.says('PORT 127,0,0,1,0,22', 500);
  await client.says('EPRT |1|127.0.0.2|5000|', 500);
  await client.says('EPRT |2|::1|5000|', 500);
  await client.says('EPRT |3|x|5000|', 522);
  await client.says('EPSV 2', 522);
  await client.says('PORT 1,2,3', 501);
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'localhost.example'])
    await expect(startDemoFtpd({ root: server.root, host })).rejects.toThrow('not loopback');
});

it('nothing but logging in is done before login', async () => {
  const server = await demo({ user: 'demo', password: 'right' });
  const client = new Client(server.host, server.port);
  await client.code(220);
  await client.says('FEAT', 211);
  await client.says('SYST', 215);
  for (const command of ['PASV', 'LIST', 'RETR x', 'DELE x', 'CWD /', 'STAT', 'SITE CHMOD 777 x'])
    await client.says(command, 530);
  await client.says('PASS right', 503);
  for (const [user, password] of [
    ['demo', 'wrong'],
    ['other', 'right'],
  ]) {
    await client.says(`USER ${user}`, 331);
    await client.says(`PASS ${password}`, 530);
  }
  await client.says('USER demo', 331);
  await client.says('PASS right', 230);
  const data = await client.data('EPSV');
  await client.says('LIST -al', 150);
  expect(await all(data)).toBe('');
  await client.code(226);
  await client.says('REIN', 220);
  await client.says('PWD', 530);
});
