// RFC 2228 §3, draft-bonachea-sftp §2 and x-safetp1 §1, §3, §4 over real sockets with the real mechanism: who asks for the wrong
// thing, or at the wrong time, hears the code that the specification names, at the protection it asked with.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeBase64 } from '../../src/wire/base64.js';
import { must } from '../security/association.js';
import { RawClient } from './raw-client.js';
import { startRig, type Rig, type RigOptions } from './rig.js';
import { startScriptedFtpd, type ScriptedFtpd } from './scripted-ftpd.js';

let ftpd: ScriptedFtpd;
const rigs: Rig[] = [];
let open: Rig;
let strict: Rig;
let client: RawClient;

async function rigWith(options: Omit<RigOptions, 'ftpd'> = {}): Promise<Rig> {
  const rig = await startRig({ ftpd, ...options });
  rigs.push(rig);
  return rig;
}

beforeAll(async () => {
  ftpd = await startScriptedFtpd({ REIN: ({ say }) => say('220 Anew') });
  open = await rigWith();
  strict = await rigWith({ control: { cleartext: 'deny' }, data: { protection: 'private', maxBlock: 4096 } });
});
afterAll(async () => {
  for (const rig of rigs) await rig.stop();
  await ftpd.stop();
});
afterEach(() => client.close());

/** Command and expected code, in order, in one session. */
async function dialogue(turns: readonly (readonly [command: string, code: number])[]): Promise<void> {
  for (const [command, code] of turns) await client.says(command, code);
}

describe('before an exchange is complete', () => {
  beforeEach(async () => void (client = await RawClient.open(open)));

  test('503 for what needs one', async () => {
    const early = ['ADAT AAAA', 'PBSZ 1024', 'PROT P', 'CCC', 'DIGT', 'MIC AAAA', 'ENC AAAA', 'CONF AAAA'];
    await dialogue(early.map((command) => [command, 503]));
  });

  test('504 lists the mechanisms', async () => {
    for (const command of ['AUTH TLS', 'AUTH', 'AUTH ', 'AUTH X-SafeTP2', 'AUTH X-SafeTP1 ']) {
      const refused = await client.says(command, 504);
      expect(refused.lines).toEqual(['504 Security mechanism unrecognized. LIST=X-SafeTP1']);
    }
    await client.says('AUTH x-sAFEtp1', 334);
  });

  test('503 for AUTH once a login has begun in clear', async () => {
    await dialogue([
      ['USER joe', 331],
      ['AUTH X-SafeTP1', 503],
      ['PASS x', 230],
      ['AUTH X-SafeTP1', 503],
    ]);
  });

  test('commands during an exchange wait for its end; AUTH starts it afresh', async () => {
    await dialogue([
      ['AUTH X-SafeTP1', 334],
      ['USER joe', 503],
      ['PBSZ 1024', 503],
      ['AUTH TLS', 504],
      ['ADAT AA==', 503],
    ]);
    await client.secure();
    await client.says('NOOP', 200);
  });

  test.each([
    ['501', 'ADAT not-base-64', 501],
    ['501', 'ADAT QQ', 501],
    ['501', 'ADAT', 535],
    ['535 for a message that is nothing', `ADAT ${encodeBase64(Buffer.alloc(300, 0x30))}`, 535],
  ])('%s: %s; three times, and the session ends', async (_, command, code) => {
    for (let failed = 0; failed < 3; failed++)
      await dialogue([
        ['AUTH X-SafeTP1', 334],
        [command, code],
      ]);
    expect(await client.rest()).toEqual(['421 Too many failed security exchanges.']);
  });

  test('a wrong answer to the challenge is a failed exchange, and the next may succeed', async () => {
    const { adat } = await client.beginExchange();
    const m4 = Buffer.from(adat.replace(/ADAT |\r\n/g, ''), 'base64');
    m4[0]! ^= 1;
    await dialogue([
      [`ADAT ${encodeBase64(m4)}`, 535],
      ['ADAT AAAA', 503],
      ['NOOP', 200],
    ]);
    await client.secure();
  });

  test('an exchange cannot be finished with the answer to another', async () => {
    const { adat } = await client.beginExchange();
    await client.beginExchange();
    client.write(adat);
    await client.expect(535);
  });
});

describe('once it is complete', () => {
  beforeEach(async () => {
    client = await RawClient.open(open);
    await client.secure();
  });

  test.each(['ENC', 'MIC'] as const)('replies leave as commands came: %s', async (protection) => {
    client.protection = protection;
    expect((await client.says('NOOP', 200)).protection).toBe(protection);
    expect((await client.says('AUTH X-SafeTP1', 503)).protection).toBe(protection);
    expect((await client.says('ADAT AAAA', 503)).protection).toBe(protection);
    expect((await client.says('CCC', 534)).protection).toBe(protection);
  });

  test('DIGT is the SHA-1 of what this client has seen and said', async () => {
    const { lines } = await client.says('DIGT', 211);
    expect(lines).toEqual([`211 DIGT=${encodeBase64(client.transcript.digest())}`]);
  });

  test('PBSZ and PROT', async () => {
    await dialogue([
      ['PROT P', 503],
      ['PROT C', 503],
      ['PROT X', 504],
      ['PROT', 504],
      ['PROT E', 536],
    ]);
    await dialogue([
      ['PBSZ x', 501],
      ['PBSZ', 501],
      ['PBSZ -1', 501],
      ['PBSZ 4294967296', 501],
    ]);
    expect((await client.says('PBSZ 255', 538)).lines[0]).toContain('PBSZmin=256');
    expect((await client.says('PBSZ 256', 200)).lines).toEqual(['200 PBSZ=256']);
    expect((await client.says('PBSZ 4294967295', 200)).lines).toEqual(['200 PBSZ=1048576']);
    await dialogue([
      ['PROT s', 200],
      ['PROT E', 536],
      ['PROT C', 200],
      ['PROT P', 200],
    ]);
  });

  test('537 for CONF, 501 for what is not base 64, and the session goes on', async () => {
    client.write(`CONF ${encodeBase64(Buffer.from('x'))}\r\n`);
    await client.expect(537);
    for (const line of ['ENC', 'ENC *', 'MIC QQ', 'ENC QUJD QUJD']) {
      client.write(`${line}\r\n`);
      await client.expect(501);
    }
    await client.says('NOOP', 200);
  });

  test('501 for protection within protection and for smuggled line ends', async () => {
    await dialogue(
      ['ENC AAAA', 'MIC AAAA', 'CONF AAAA', 'NOOP\r\nDELE x', 'NO\nOP', 'NO\rOP', 'NO\0OP', 'NOOP\n'].map((c) => [
        c,
        501,
      ]),
    );
    await dialogue([['NOOP\r\n', 200]]);
    expect(ftpd.heard().join('\n')).not.toContain('DELE');
  });
});

describe('a command that fails its check', () => {
  const changes: readonly (readonly [string, (octets: Buffer) => Buffer])[] = [
    ['nothing at all', () => Buffer.alloc(0)],
    ['the first octet changed', (octets) => Buffer.from(octets.map((octet, at) => (at === 0 ? octet ^ 1 : octet)))],
    [
      'the last octet changed',
      (octets) => Buffer.from(octets.map((octet, at) => (at === octets.length - 1 ? octet ^ 1 : octet))),
    ],
    ['an octet too few', (octets) => octets.subarray(1)],
    ['a block too many', (octets) => Buffer.concat([octets, Buffer.alloc(8)])],
    ['random octets of the right length', (octets) => Buffer.alloc(octets.length, 0x5a)],
  ];
  for (const protection of ['ENC', 'MIC'] as const) {
    test.each(changes)(`${protection}, %s: a protected 535, and the end`, async (_, change) => {
      client = await RawClient.open(open);
      await client.secure();
      client.protection = protection;
      const octets = Buffer.from(client.line('NOOP').replace(/^... |\r\n$/g, ''), 'base64');
      const changed = change(octets);
      // An empty argument is not a message with a wrong tag but no message.
      client.write(`${protection} ${changed.length === 0 ? '====' : encodeBase64(changed)}\r\n`);
      const refused = await client.expect(changed.length === 0 ? 501 : 535);
      expect(refused.protection).toBe(protection);
      if (changed.length > 0) expect(await client.rest()).toEqual([]);
    });
  }

  test('a command that is replayed, and one that was left out', async () => {
    for (const prepare of [(c: RawClient) => c.line('NOOP'), () => '']) {
      client = await RawClient.open(open);
      await client.secure();
      const lost = client.line('NOOP');
      const first = prepare(client);
      client.write(first === '' ? client.line('NOOP') : lost);
      if (first !== '') {
        await client.expect(200);
        client.write(lost);
      }
      await client.expect(535);
      expect(await client.rest()).toEqual([]);
      client.close();
    }
  });

  test('a MIC of what was said under ENC is another message', async () => {
    client = await RawClient.open(open);
    await client.secure();
    client.write(client.line('NOOP').replace(/^ENC/, 'MIC'));
    await client.expect(535);
  });
});

describe('where the administrator wants protection', () => {
  beforeEach(async () => void (client = await RawClient.open(strict)));

  test('nobody logs in unprotected, and everybody can find out how to', async () => {
    await dialogue([
      ['USER joe', 530],
      ['PASV', 530],
      ['RETR x', 530],
      ['NOOP', 200],
    ]);
    expect((await client.says('FEAT', 211)).lines).toContain(' AUTH X-SafeTP1');
    await client.says('QUIT', 221);
    expect(ftpd.heard()).not.toContain('RETR x');
  });

  test('534 for transfers and levels below the one that is required', async () => {
    await client.secure();
    await dialogue([
      ['USER joe', 331],
      ['PASS x', 230],
      ['EPSV', 229],
      ['RETR x', 534],
      ['PBSZ 1048576', 200],
    ]);
    await dialogue([
      ['PROT C', 534],
      ['PROT S', 534],
      ['RETR x', 534],
      ['PROT P', 200],
    ]);
    expect(ftpd.heard()).not.toContain('RETR x');
  });
});

test('431 where exchanges come too fast', async () => {
  const rig = await rigWith({ limits: { handshakesPerSecond: 1 } });
  client = await RawClient.open(rig);
  await dialogue([
    ['AUTH X-SafeTP1', 334],
    ['AUTH X-SafeTP1', 431],
    ['AUTH TLS', 504],
  ]);
  expect(must({ ok: true, value: rig.daemon.sessions })).toBe(1);
});
