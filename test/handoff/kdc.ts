/** A real MIT KDC on a port of loopback, with one user and the keys of one ftpd, everything in a folder of its own. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { requirePeer } from '../peers/peer.js';
import { freePort } from '../peers/port.js';
import { launch, makeFolder, runProgram, until, type Running } from '../peers/process.js';

export interface Kdc {
  readonly user: string;
  /** For everything that speaks Kerberos here: the configuration, the user's tickets, the ftpd's keys. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const REALM = 'TEST.LOCAL';
const USER = 'tester';
const PASSWORD = 'secret';

/** Starts it and fetches a ticket for the user. */
export async function startKdc(): Promise<Kdc> {
  const folder = await makeFolder('kdc');
  const at = (name: string): string => path.join(folder, name);
  const env = {
    KRB5_CONFIG: at('krb5.conf'),
    KRB5_KDC_PROFILE: at('kdc.conf'),
    KRB5_KTNAME: at('ftp.keytab'),
    KRB5CCNAME: `FILE:${at('tickets')}`,
    KRB5RCACHENAME: `dfl:`,
  };
  const run = (peer: string, args: readonly string[], input?: string): Promise<string> => {
    const file = path.join(path.dirname(requirePeer('mit-krb5')), peer);
    return runProgram({ file, args, seconds: 60, cwd: folder, env, ...(input === undefined ? {} : { input }) });
  };
  const configure = async (port: number): Promise<void> => {
    await writeFile(
      at('krb5.conf'),
      `[libdefaults]
 default_realm = ${REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 ${REALM} = {
  kdc = 127.0.0.1:${port}
 }
[domain_realm]
 localhost = ${REALM}
`,
    );
    await writeFile(
      at('kdc.conf'),
      `[kdcdefaults]
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
[realms]
 ${REALM} = {
  database_name = ${at('principal')}
  key_stash_file = ${at('stash')}
  acl_file = ${at('kadm5.acl')}
 }
`,
    );
  };
  await configure(0);
  await run('kdb5_util', ['create', '-s', '-r', REALM, '-P', 'master']);
  for (const query of [
    `addprinc -pw ${PASSWORD} ${USER}`,
    'addprinc -randkey ftp/localhost',
    'addprinc -randkey host/localhost',
    `ktadd -k ${at('ftp.keytab')} ftp/localhost host/localhost`,
  ]) {
    await run('kadmin.local', ['-q', query]);
  }
  const server = await ticketed(configure, run, () =>
    launch({ file: requirePeer('mit-krb5'), args: ['-n', '-P', at('pid')], seconds: 1200, cwd: folder, env }),
  );
  return { user: USER, env, stop: () => server.stop() };
}

/** The port is the system's choice, and somebody may take it before the KDC does: then another. */
async function ticketed(
  configure: (port: number) => Promise<void>,
  run: (peer: string, args: readonly string[], input?: string) => Promise<string>,
  start: () => Running,
): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    await configure(await freePort('127.0.0.1'));
    const server = start();
    const answered = await until('a ticket from the KDC', 30, async () => {
      const got = await run('../bin/kinit', [USER], `${PASSWORD}\n`).then(
        () => 'a ticket' as const,
        () => undefined,
      );
      return got ?? (server.alive() ? undefined : ('ended' as const));
    });
    if (answered === 'a ticket') return server;
    if (attempt === 3) throw new Error(`the KDC did not start\n${server.output()}`);
  }
}
