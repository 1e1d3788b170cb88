// The hand-off itself needs no Kerberos: any program that inetd could start shows that the greeting is swallowed, the AUTH
// replayed, and octets then pass both ways until either end has had enough.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../peers/process.js';
import { describeWithPeers } from '../peers/suite.js';
import { script, vsftpdProgram } from './programs.js';
import { startStage } from './stage.js';

/** Greets, says what it heard first, then gives every octet back and says how it ended. */
const ECHO = `
printf '220-Welcome\\r\\n 220 not yet\\r\\n220 Kerberos ftpd ready\\r\\n'
IFS= read -r first
printf '334 heard %s\\n' "$first"
cat
printf 'and goodbye'
`;

/** dash reads what it does not need for `read` an octet at a time, so nothing is lost to cat. */
describe('a session handed to the Kerberos ftpd', () => {
  test('its greeting is swallowed, the AUTH replayed, and every octet passes both ways, with half-close', async () => {
    const { open, rig, logged, ordinary } = await startStage({
      handoff: { kerberosFtpd: await script(ECHO) },
      ordinary: { FEAT: ({ say }) => say('502 No such command') },
    });
    const client = await open();
    const features = await client.says('FEAT', 211);
    expect(features.lines).toContain(' AUTH GSSAPI');
    expect(features.lines).toContain(' AUTH KERBEROS_V4');
    const answer = await client.says('AUTH GSSAPI', 334);
    expect(answer.lines).toEqual(['334 heard AUTH GSSAPI']);

    const sent = randomBytes(8 * 1024 * 1024);
    const back = createHash('sha256');
    let count = 0;
    let last = Buffer.alloc(0);
    client.control.removeAllListeners('data');
    client.control.on('data', (chunk: Buffer) => {
      count += chunk.length;
      back.update(chunk.subarray(0, Math.max(0, chunk.length - Math.max(0, count - sent.length))));
      last = Buffer.concat([last, chunk]).subarray(-11);
    });
    // All at once, and none of it is read back for a while: nothing may be lost or pile up for ever.
    client.control.pause();
    client.control.write(sent);
    client.control.end();
    await until('the echo to stand still', 20, () =>
      Promise.resolve(client.control.readableLength > 0 ? true : undefined),
    );
    client.control.resume();
    await once(client.control, 'end');
    expect(count).toBe(sent.length + 11);
    expect(last.toString()).toBe('and goodbye');
    expect(back.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'));

    await logged(/handed over to the Kerberos ftpd mechanism=GSSAPI pid=\d+/);
    await logged(/the Kerberos ftpd ended pid=\d+ status=0/);
    const farewell = await logged(/disconnected/);
    expect(farewell).toContain('protected="kerberos hand-off"');
    expect(Number(/received=(\d+)/.exec(farewell)![1])).toBe(sent.length + 'FEAT\r\nAUTH GSSAPI\r\n'.length);
    expect(Number(/sent=(\d+)/.exec(farewell)![1])).toBeGreaterThan(sent.length);
    expect(rig.daemon.sessions).toBe(0);
    expect(ordinary.heard()).toEqual(['FEAT']);
  });

  test('octets that come before the Kerberos ftpd has greeted reach it, and nobody else', async () => {
    const folder = path.dirname(await script(''));
    const gate = path.join(folder, 'gate');
    const program = await script(`touch ${gate}.asked; until [ -e ${gate} ]; do sleep 0.01; done; ${ECHO}`);
    const { open, ordinary } = await startStage({ handoff: { kerberosFtpd: program } });
    const client = await open();
    client.send('AUTH KERBEROS_V4');
    await until('the ftpd to be started', 20, () =>
      access(`${gate}.asked`).then(
        () => true,
        () => undefined,
      ),
    );
    client.write('USER mallory\r\n');
    await script(`touch ${gate}`).then((open) =>
      import('node:child_process').then(({ execFileSync }) => execFileSync(open)),
    );
    await client.expect(334);
    client.control.end();
    expect((await client.rest()).length).toBe(0);
    expect(ordinary.heard()).toEqual([]);
  });

  test('the ftpd that ends first ends the session', async () => {
    const program = await script(`printf '220 ready\\r\\n'; read -r first; printf '334 bye\\r\\n'`);
    const { open, logged } = await startStage({ handoff: { kerberosFtpd: program } });
    const client = await open();
    await client.says('AUTH GSSAPI', 334);
    expect(await client.rest()).toEqual([]);
    await logged(/disconnected why="the ftpd it was handed to ended"/);
  });

  test('an ftpd that outlives its connection is ended with the session', async () => {
    const program = await script(
      `trap '' HUP; printf '220 ready\\r\\n'; read -r first; printf '334 %s\\r\\n' $$; exec sleep 600`,
    );
    const { open, logged, rig } = await startStage({
      handoff: { kerberosFtpd: program },
      control: { idleTimeout: 300 },
    });
    const client = await open();
    const { lines } = await client.says('AUTH GSSAPI', 334);
    const pid = Number(lines[0]!.split(' ')[1]);
    expect(() => process.kill(pid, 0)).not.toThrow();
    client.close();
    await logged(/the Kerberos ftpd ended pid=\d+ status=SIGTERM/);
    await logged(/disconnected/);
    expect(() => process.kill(pid, 0)).toThrow();
    expect(rig.daemon.sessions).toBe(0);
  });

  test('what it writes to its standard error is in the log, and not with the client', async () => {
    const program = await script(`echo "no keytab$(printf '\\033')[0m" >&2; ${ECHO}`);
    const { open, logged } = await startStage({ handoff: { kerberosFtpd: program } });
    const client = await open();
    await client.says('AUTH GSSAPI', 334);
    expect(await logged(/the Kerberos ftpd says: no keytab/)).not.toContain('\x1b');
  });
});

describe('a Kerberos ftpd that cannot be had is answered 431, and the session goes on', () => {
  test.each([
    ['refuses', `printf '421 Too busy\\r\\n'`, /it greets with 421 Too busy/],
    ['ends at once', 'exit 1', /it closed the connection without a word/],
    ['talks nonsense', `echo hello; sleep 600`, /it says what is not FTP/],
    ['is gone', 'rm $0; exit 1', /it closed the connection without a word/],
  ])('one that %s', async (_, lines, why) => {
    const { open, logged } = await startStage({ handoff: { kerberosFtpd: await script(lines) } });
    const client = await open();
    await client.says('AUTH GSSAPI', 431);
    expect(await logged(/cannot hand over to the Kerberos ftpd/)).toMatch(why);
    await client.says('USER joe', 331);
    await client.says('PASS secret', 230);
  });

  test('the program is gone since the start', async () => {
    const { open, logged } = await startStage({ handoff: { kerberosFtpd: await script('rm $0') } });
    const client = await open();
    await client.says('AUTH GSSAPI', 431);
    await client.says('AUTH GSSAPI', 431);
    expect(await logged(/cannot be started: .*ENOENT/)).toContain('cannot hand over');
  });
});

describe('where there is no Kerberos ftpd', () => {
  test('AUTH GSSAPI and KERBEROS_V4 are answered 504 with the list', async () => {
    const { open } = await startStage({ handoff: {} });
    const client = await open();
    for (const name of ['GSSAPI', 'KERBEROS_V4']) {
      const { lines } = await client.says(`AUTH ${name}`, 504);
      expect(lines).toEqual(['504 Security mechanism unrecognized. LIST=X-SafeTP1']);
    }
  });
});

test('octets pipelined behind AUTH GSSAPI end the session', async () => {
  const { open, ordinary } = await startStage({ handoff: { kerberosFtpd: await script(ECHO) } });
  const client = await open();
  client.write('AUTH GSSAPI\r\nUSER mallory\r\n');
  expect(await client.rest()).toEqual(['421 Octets arrived behind a security exchange.']);
  expect(ordinary.heard()).toEqual([]);
});

test('a gateway that stops says nothing in a conversation that is not its own', async () => {
  const { open, rig, logged } = await startStage({ handoff: { kerberosFtpd: await script(ECHO) } });
  const client = await open();
  await client.says('AUTH GSSAPI', 334);
  const stopped = rig.stop();
  expect(await client.rest()).toEqual([]);
  client.close();
  await stopped;
  await logged(/disconnected why="gateway stopped"/);
});

describeWithPeers('a real ftpd, started as inetd would', ['vsftpd'], () => {
  test('vsftpd answers the AUTH itself', async () => {
    const { program } = await vsftpdProgram();
    const { open } = await startStage({ handoff: { kerberosFtpd: program } });
    const client = await open('127.0.0.2');
    await client.says('AUTH GSSAPI', 530);
    await client.says('USER anonymous', 331);
    await client.says('PASS x', 230);
    await client.says('QUIT', 221);
  });
});
