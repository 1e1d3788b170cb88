/** The demo ftpd's verbs that set up a data connection: RFC 959 §4.1.2, RFC 2428. */
import {
  addressFamily,
  formatEpsvReply,
  formatPasvReply,
  parseEprt,
  parseEpsvArgument,
  parsePort,
  type Endpoint,
} from '../wire/host-port.js';
import { reply, type Reply } from '../wire/reply.js';
import { user, type Session, type Verb } from './ftpd-session.js';
import { DataPort } from './ftpd-transfer.js';

async function passive(session: Session): Promise<Endpoint> {
  session.data?.close();
  session.data = undefined;
  const { data, endpoint } = await DataPort.passive(session.local, session.client);
  session.data = data;
  return endpoint;
}

/** Only the client's own address and no privileged port: else the client could have us talk to others (RFC 2577 §3). */
function active(session: Session, endpoint: Endpoint, verb: string): Reply {
  if (endpoint.address !== session.client || endpoint.port < 1024) return reply(500, `Illegal ${verb} command.`);
  session.data?.close();
  session.data = DataPort.active(endpoint);
  return reply(200, `${verb} command successful.`);
}

const otherFamily = (session: Session): Reply =>
  reply(522, `Network protocol not supported, use (${addressFamily(session.client)})`);

export const PORT_VERBS: readonly (readonly [string, Verb])[] = [
  [
    'PASV',
    user(async (session) => {
      if (session.epsvAll) return reply(501, 'Not after EPSV ALL.');
      if (addressFamily(session.local) !== 1) return reply(425, 'Use EPSV.');
      return formatPasvReply(await passive(session));
    }),
  ],
  [
    'EPSV',
    user(async (session, argument) => {
      const wanted = parseEpsvArgument(argument);
      if (!wanted.ok) return wanted.error === 'syntax' ? reply(501, 'Syntax error.') : otherFamily(session);
      if (wanted.value === 'all') {
        session.epsvAll = true;
        return reply(200, 'EPSV ALL ok.');
      }
      if (wanted.value !== 'any' && wanted.value !== addressFamily(session.local)) return otherFamily(session);
      return formatEpsvReply((await passive(session)).port);
    }),
  ],
  [
    'PORT',
    user((session, argument) => {
      const parsed = parsePort(argument);
      if (!parsed.ok || session.epsvAll) return reply(501, 'Syntax error, or EPSV ALL was sent.');
      return active(session, parsed.value, 'PORT');
    }, 'needed'),
  ],
  [
    'EPRT',
    user((session, argument) => {
      const parsed = parseEprt(argument);
      if (!parsed.ok && parsed.error === 'protocol') return otherFamily(session);
      if (!parsed.ok || session.epsvAll) return reply(501, 'Syntax error, or EPSV ALL was sent.');
      return active(session, parsed.value, 'EPRT');
    }, 'needed'),
  ],
];
