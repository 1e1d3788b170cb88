// PROT C with `relay: auto`: client and ftpd exchange the data directly. vsftpd stands on another address than the gateway and
// takes data connections from and to anybody, so that a client that ignored the address in the 227 would find nobody.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folder, sftpc } from '../client/sftpc.js';
import type { Ftpd } from '../peers/ftpd.js';
import { type Gateway, startGateway } from '../peers/gateway.js';
import type { Loopback } from '../peers/port.js';
import { describeWithPeers } from '../peers/suite.js';
import { startVsftpd } from '../peers/vsftpd.js';

const FTPD_ADDRESS = '127.0.0.2' as Loopback;

describeWithPeers('data that does not cross the gateway', ['vsftpd'], () => {
  let ftpd: Ftpd;
  let gateway: Gateway;

  beforeAll(async () => {
    ftpd = await startVsftpd({ address: FTPD_ADDRESS, extra: ['pasv_promiscuous=YES', 'port_promiscuous=YES'] });
    await writeFile(path.join(ftpd.root, 'small'), 'small file');
    gateway = await startGateway({ ftpd, settings: { data: { relay: 'auto' } } });
  });
  afterAll(async () => {
    await gateway.stop();
    await ftpd.stop();
  });

  test.each(['--passive', '--active'])(
    '%s: goes both ways at PROT C, and PROT P relays in the same session',
    async (mode) => {
      const local = await folder();
      const name = `sent${mode}`;
      const script = [
        `get small ${local}/direct`,
        `put ${local}/direct ${name}`,
        'ls',
        'prot P',
        `get small ${local}/relayed`,
        'ls',
      ].join('\n');
      const words = [
        '-d',
        '-u',
        ftpd.user,
        '--accept-new',
        '--known-servers',
        path.join(local, 'known'),
        '--prot',
        'C',
      ];
      const ended = await sftpc([...words, mode, gateway.host, `${gateway.port}`], { input: script });
      expect(ended, ended.err).toMatchObject({ status: 0 });
      for (const each of ['direct', 'relayed']) {
        expect(await readFile(path.join(local, each), 'utf8')).toBe('small file');
      }
      expect(await readFile(path.join(ftpd.root, name), 'utf8')).toBe('small file');
      const named = ended.err.match(/227 .*\(127,0,0,2,/g) ?? [];
      expect(named).toHaveLength(mode === '--passive' ? 3 : 0);
    },
  );
});
