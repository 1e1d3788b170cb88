// Somebody between sftpc and the gateway, up to the 235: another key, no protection, a key exchange that was tampered with. Before
// it stands, neither user name nor password is sent.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { der, encodeDer } from '../../src/crypto/der.js';
import { faultTests, GET, staged, type StagedFault } from './fault-cases.js';
import { startStage, type Played, type Stage } from './stage.js';
import { GATEWAY_ADDRESS, type Tampering } from './tampering-relay.js';

let stage: Stage;
/** Behind NAT: it knows itself by another address than the client does. */
let hidden: Stage;
beforeAll(async () => {
  stage = await startStage();
  hidden = await startStage({ serverAddress: GATEWAY_ADDRESS });
});
afterAll(async () => {
  await stage.stop();
  await hidden.stop();
});

/** Lines of the client: AUTH, M2, M4. Replies of the server: the greeting, then to each of these. */
const M2 = 2;
const M4 = 3;
const TO_AUTH = 2;
const TO_M2 = 3;
const TO_M4 = 4;

/** Another line in the place of one reply. */
const reply = (which: number, instead: (line: string) => readonly string[]): Tampering => ({
  reply: (line, number) => (number === which ? instead(line) : undefined),
});
const command = (which: number, instead: (line: string) => readonly string[]): Tampering => ({
  command: (line, number) => (number === which ? instead(line) : undefined),
});

/** A line with other security data. */
function data(line: string, change: (octets: Buffer) => Uint8Array): readonly string[] {
  return [line.replace(/[^ =]+=*$/, (base64) => Buffer.from(change(Buffer.from(base64, 'base64'))).toString('base64'))];
}

/** @param at - from the end, if negative */
const flipped = (octets: Buffer, at: number): Buffer => {
  const index = at < 0 ? octets.length + at : at;
  octets[index]! ^= 1;
  return octets;
};

/** As long as a DSA key must not be any more, in the form of one. */
function shortKey(): Uint8Array {
  const [p, q, g, y] = [(1n << 511n) + 1n, (1n << 159n) + 1n, 4n, 9n].map(der.integer);
  const algorithm = der.sequence(der.oid('1.2.840.10040.4.1'), der.sequence(p!, q!, g!));
  return encodeDer(der.sequence(algorithm, der.bitString(encodeDer(y!))));
}

const OTHER_KEY = `SHA256:${'x'.repeat(43)}`;

const faults: readonly StagedFault[] = [
  {
    name: 'key-changed',
    title: 'the server has another key than the one that is known',
    known: `# met in spring\nPLACE ${OTHER_KEY}\n`,
    status: 4,
  },
  {
    name: 'key-changed-and-new-ones-accepted',
    title: 'the server has another key than the one that is known, and new servers are to be accepted',
    known: `PLACE ${OTHER_KEY}\n`,
    options: ['--accept-new'],
    status: 4,
  },
  { name: 'key-unknown', title: 'the server is new, and there is no terminal to ask on', known: '', status: 4 },
  {
    name: 'known-servers-unreadable',
    title: 'the file of known servers holds a line that cannot be read',
    known: 'ftp.example.org SHA256:short\n',
    status: 4,
  },
  {
    name: 'drop-down',
    title: 'a known server that does not offer X-SafeTP1 any more',
    tampering: reply(TO_AUTH, () => ['504 Unknown mechanism. LIST=']),
    status: 4,
  },
  {
    name: 'drop-down-500',
    title: 'a known server that does not know AUTH any more',
    tampering: reply(TO_AUTH, () => ["500 'AUTH': command not understood."]),
    status: 4,
  },
  {
    name: 'drop-down-insisted',
    title: 'a known server that does not offer X-SafeTP1 any more, and a user who insists',
    options: ['-9'],
    status: 0,
  },
  {
    name: 'no-mechanism',
    title: 'a server that is not known and offers no X-SafeTP1',
    known: '',
    tampering: reply(TO_AUTH, () => ['502 Command not implemented.']),
    status: 4,
  },
  {
    name: 'no-mechanism-fallback',
    title: 'a server that is not known and offers no X-SafeTP1, and a user who takes what there is',
    options: ['-Q'],
    known: '',
    tampering: {
      // In the first session; the second one is in clear.
      command: (line) => (line.startsWith('AUTH') ? ['NOOP'] : undefined),
      reply: (line) => (line.startsWith('530') ? ['502 Command not implemented.'] : undefined),
    },
    status: 0,
  },
  {
    name: 'drop-down-fallback',
    title: 'a known server that does not offer X-SafeTP1 any more, and a user who takes what there is',
    options: ['-Q'],
    tampering: reply(TO_AUTH, () => ['502 Command not implemented.']),
    status: 4,
  },
  {
    name: 'auth-431-fallback',
    title: 'the server cannot protect a session at the moment, and a user who takes what there is',
    options: ['-Q'],
    known: '',
    tampering: reply(TO_AUTH, () => ['431 No key is loaded.']),
    status: 4,
  },
  {
    name: 'auth-431',
    title: 'the server cannot protect a session at the moment',
    tampering: reply(TO_AUTH, () => ['431 No key is loaded.']),
    status: 4,
  },
  {
    name: 'auth-421',
    title: 'the server ends the session in the place of M1',
    tampering: reply(TO_AUTH, () => ['421 Service is shutting down.']),
    status: 3,
  },
  {
    name: 'm1-malformed',
    title: 'M1 is no key',
    tampering: reply(TO_AUTH, (line) => data(line, () => Buffer.from('no key'))),
    status: 4,
  },
  {
    name: 'm1-no-base64',
    title: 'M1 is not in base64',
    tampering: reply(TO_AUTH, () => ['334 ADAT=*!*']),
    status: 4,
  },
  {
    name: 'm1-rsa',
    title: 'M1 is a key of another kind',
    tampering: reply(TO_AUTH, (line) =>
      data(line, () =>
        generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' }),
      ),
    ),
    status: 4,
  },
  {
    name: 'm1-short',
    title: 'M1 is a key that is too short',
    tampering: reply(TO_AUTH, (line) => data(line, shortKey)),
    status: 4,
  },
  {
    name: 'm1-another',
    title: "M1 is somebody else's key",
    tampering: reply(TO_AUTH, (line) => data(line, (octets) => flipped(octets, -1))),
    status: 4,
  },
  {
    name: 'm2-tampered',
    title: "M2 was changed on its way: the server answers another client's challenge",
    tampering: command(M2, (line) => data(line, (octets) => flipped(octets, -1))),
    status: 4,
  },
  {
    name: 'm2-refused',
    title: 'M2 was changed on its way: the server refuses it',
    tampering: command(M2, (line) => data(line, (octets) => octets.subarray(0, 40))),
    status: 4,
  },
  {
    name: 'm3-signature',
    title: 'one bit of the signature in M3 was changed on its way',
    tampering: reply(TO_M2, (line) => data(line, (octets) => flipped(octets, -1))),
    status: 4,
  },
  {
    name: 'm3-content',
    title: 'one bit of what M3 signs was changed on its way',
    tampering: reply(TO_M2, (line) => data(line, (octets) => flipped(octets, 7))),
    status: 4,
  },
  {
    name: 'm3-cut',
    title: 'M3 was cut short',
    tampering: reply(TO_M2, (line) => data(line, (octets) => octets.subarray(0, 100))),
    status: 4,
  },
  {
    name: 'm3-no-base64',
    title: 'M3 is not in base64',
    tampering: reply(TO_M2, (line) => [`${line.slice(0, -8)}!`]),
    status: 4,
  },
  {
    name: 'm3-absent',
    title: 'the 335 holds no security data',
    tampering: reply(TO_M2, () => ['335 Go on.']),
    status: 4,
  },
  {
    name: 'nat-unannounced',
    title: 'the server stands behind NAT and knows itself by another address',
    on: () => hidden,
    status: 4,
  },
  {
    name: 'nat-announced',
    title: 'the server stands behind NAT, and the user names the address it knows itself by',
    options: ['--expect-address', GATEWAY_ADDRESS],
    on: () => hidden,
    status: 0,
  },
  {
    name: 'm4-tampered',
    title: 'M4 was changed on its way',
    tampering: command(M4, (line) => data(line, (octets) => flipped(octets, 0))),
    status: 4,
  },
  {
    name: '235-replaced',
    title: 'the 235 was replaced by another completion',
    tampering: reply(TO_M4, () => ['234 Fine.']),
    status: 4,
  },
  {
    name: '235-refused',
    title: 'the 235 was replaced by a refusal',
    tampering: reply(TO_M4, () => ['535 Failed security check.']),
    status: 4,
  },
  {
    name: 'digest-of-auth',
    title: 'the AUTH was changed on its way, to words that mean the same (DIGT)',
    tampering: command(1, () => ['AUTH x-safetp1']),
    status: 4,
  },
  {
    name: 'digest-of-235',
    title: 'the text of the 235 was changed on its way (DIGT)',
    tampering: reply(TO_M4, () => ['235 Welcome.']),
    status: 4,
  },
];

/** Nothing is sent of the user before the server has proved who it is. */
function silentAboutTheUser(played: Played): Played {
  if (played.status !== 0) expect(played.transcript.join('\n')).not.toMatch(/ (USER|PASS) /);
  return played;
}

/** M3 of an earlier session, in the place of the one that is asked for. */
async function replayed(): ReturnType<Stage['play']> {
  let earlier = '';
  const noted = (line: string): readonly string[] => [(earlier = line)];
  expect(await stage.play({ command: GET, tampering: reply(TO_M2, noted) })).toMatchObject({ status: 0 });
  return stage.play({ command: GET, tampering: reply(TO_M2, () => [earlier]) });
}

faultTests('trust', [
  ...faults.map((fault) => {
    const { play, ...rest } = staged(fault, () => stage);
    return { ...rest, play: async () => silentAboutTheUser(await play()) };
  }),
  { name: 'm3-replayed', title: 'M3 is that of an earlier session', status: 4, play: replayed },
]);
