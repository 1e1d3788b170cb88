// To a client, the greeting of the second ftpd is a line within a 331 reply. Every client of Debian has to take it for that.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { clients } from '../peers/clients.js';
import { makeFolder } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { vsftpdProgram } from './programs.js';
import { startStage } from './stage.js';

const FILE = randomBytes(500_000);

for (const client of clients) {
  describeWithPeers(client.name, ['vsftpd', client.peer], () => {
    test.each(['passive', 'active'] as const)(`${client.name}, %s: lists and downloads whole`, async (mode) => {
      const ftpd = await vsftpdProgram();
      await writeFile(path.join(ftpd.root, 'file.bin'), FILE, { mode: 0o644 });
      const { rig, logged } = await startStage({ handoff: { anonymousFtpd: ftpd.program } });
      const login = { host: rig.host, port: rig.port, user: 'anonymous', password: 'tester@example.net', mode };
      expect(await client.list(login)).toContain('file.bin');
      const local = path.join(await makeFolder('fetched'), 'file.bin');
      await client.download({ ...login, remote: 'file.bin', local });
      expect((await readFile(local)).equals(FILE)).toBe(true);
      await logged(/handed on to the anonymous ftpd/);
    });
  });
}
