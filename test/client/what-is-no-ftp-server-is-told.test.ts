// Nobody at the other end, or somebody who does not speak FTP; and command lines that name nothing that could be done.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { freePort } from '../peers/port.js';
import { startScriptedFtpd, type ScriptedFtpd } from '../gateway/scripted-ftpd.js';
import { faultTests, GET, type Fault } from './fault-cases.js';
import { perform, waitedOut, type Play } from './stage.js';

const HOST = '127.0.0.1';

/** What the server does with the next connection. */
let greet: (socket: Socket) => unknown;
let server: Server;
/** Logs anybody in, takes PORT, and never opens a data connection. */
let firewalled: ScriptedFtpd;
let unused: number;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    greet(socket);
  }).listen(0, HOST);
  await once(server, 'listening');
  unused = await freePort(HOST);
  firewalled = await startScriptedFtpd({ RETR: ({ say }) => say('150 Connecting to you.') });
});
afterAll(async () => {
  server.close();
  await firewalled.stop();
});

const GARBAGE = Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 167 + 43) & 255));

type Case = Omit<Fault, 'play'> & Play & { readonly greet: (socket: Socket) => void };

const says = (text: string | Uint8Array) => (socket: Socket) => void socket.write(text);

const faults: readonly Case[] = [
  { name: 'ssh', title: 'an SSH server', greet: says('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'), status: 3 },
  { name: 'smtp', title: 'a mail server, whose greeting looks like that of an FTP server', greet: smtp, status: 4 },
  { name: 'imap', title: 'a mailbox server', greet: says('* OK [CAPABILITY IMAP4rev1] ready\r\n'), status: 3 },
  { name: 'garbage', title: 'octets that are no text', greet: says(GARBAGE), status: 3 },
  { name: 'endless-line', title: 'a line without end', greet: endless, status: 3 },
  {
    name: 'endless-reply',
    title: 'a reply without end',
    greet: says('220-and on it goes\r\n'.repeat(100_000)),
    status: 3,
  },
  { name: 'closes', title: 'a server that closes at once', greet: (socket) => void socket.end(), status: 3 },
  {
    name: 'resets',
    title: 'a server that resets at once',
    greet: (socket) => void socket.resetAndDestroy(),
    status: 3,
  },
  { name: 'greeting-530', title: 'a greeting that is a refusal', greet: says('530 Access denied.\r\n'), status: 3 },
  { name: 'greeting-331', title: 'a greeting that is none', greet: says('331 Password?\r\n'), status: 3 },
  {
    name: 'greeting-120',
    title: 'a server that will be ready in some minutes, and then is not',
    greet: (socket) => void socket.end('120 Service ready in 5 minutes.\r\n'),
    status: 3,
  },
];

/** An SMTP server knows no AUTH X-SafeTP1. */
function smtp(socket: Socket): void {
  socket.write('220 mail.example.org ESMTP\r\n');
  socket.on('data', () => socket.write('503 5.5.1 Error: send HELO/EHLO first\r\n'));
}

function endless(socket: Socket): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x')));
  };
  socket.on('drain', more);
  more();
}

const port = (): number => (server.address() as AddressInfo).port;

faultTests('no-server', [
  ...faults.map(({ name, title, status, greet: act, ...play }) => ({
    name,
    title,
    status,
    play: () => {
      greet = act;
      return perform({ host: HOST, port: port(), command: GET, known: '', ...play });
    },
  })),
  {
    name: 'nobody-listens',
    title: 'nobody listens on that port',
    status: 3,
    play: () => perform({ host: HOST, port: unused, command: GET }),
  },
  {
    name: 'unknown-host',
    title: 'there is no such host',
    status: 3,
    play: () => perform({ host: 'no-such-host.invalid', port: 21, command: GET }),
  },
  {
    name: 'active-firewalled',
    title: 'a firewall keeps the server from opening the data connection (active)',
    status: 1,
    play: async () => {
      const asked = {
        get isSilent() {
          return firewalled.heard().some((line) => line.startsWith('RETR'));
        },
      };
      const options = ['-9', '--active'];
      const { port } = firewalled;
      const { played, seconds } = await waitedOut(asked, () => perform({ host: HOST, port, options, command: GET }));
      // 30 for the connection, 10 for what the server may have to say of it.
      expect(seconds).toBe(40);
      return played;
    },
  },
  {
    name: 'http',
    title: 'a web server, which waits for the client to speak',
    status: 3,
    play: async () => {
      const asked = { isSilent: false };
      greet = () => (asked.isSilent = true);
      const { played, seconds } = await waitedOut(asked, () => perform({ host: HOST, port: port(), command: GET }));
      expect(seconds).toBe(120);
      return played;
    },
  },
]);
