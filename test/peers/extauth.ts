import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { makeFolder, removeFolder } from './process.js';

/** Who a login becomes. */
export interface Admission {
  uid: number;
  gid: number;
  root: string;
}

/** The side of Pure-FTPd's external authentication that decides. */
export interface Extauth {
  /** The unix socket for `-l extauth:…`. */
  socket: string;
  admit(admission: Admission): void;
  log(): string;
  stop(): Promise<void>;
}

/**
 * Answers Pure-FTPd's questions for one user: lines `account:…`, `password:…` and others up to `end`, answered by `auth_ok:1`,
 * the ids and the folder, or by `auth_ok:-1`. So no user need exist on the system, and no slow password hash is computed.
 */
export async function startExtauth(user: string, password: string): Promise<Extauth> {
  const folder = await makeFolder('extauth');
  const socket = path.join(folder, 'socket');
  let admission: Admission | undefined;
  let log = '';
  const connections = new Set<Socket>();

  const answer = (question: string): string => {
    const said = new Map(question.split('\n').map((line): [string, string] => split(line)));
    const welcome = said.get('account') === user && said.get('password') === password && admission !== undefined;
    log += `extauth: ${said.get('account') ?? '?'} from ${said.get('peer') ?? '?'}: ${welcome ? 'admitted' : 'refused'}\n`;
    if (!welcome || admission === undefined) return 'auth_ok:-1\nend\n';
    const { uid, gid, root } = admission;
    return `auth_ok:1\nuid:${uid}\ngid:${gid}\ndir:${root}\nend\n`;
  };

  const server = createServer((connection) => {
    connections.add(connection);
    let question = '';
    connection.setEncoding('utf8').setTimeout(10_000, () => connection.destroy());
    connection.on('data', (text: string) => {
      question += text;
      if (/^end$/m.test(question)) connection.end(answer(question));
    });
    connection.on('error', () => connection.destroy());
    connection.on('close', () => connections.delete(connection));
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    admit: (who) => (admission = who),
    log: () => log,
    stop: async () => {
      server.close();
      for (const connection of connections) connection.destroy();
      await removeFolder(folder);
    },
  };
}

function split(line: string): [string, string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
}
