import path from 'node:path';
import { curl, ftplib, inetutilsFtp, lftp, ncftp, tnftp } from './client-commands.js';
import { type PeerName, requirePeer } from './peer.js';
import { makeFolder, removeFolder, runProgram } from './process.js';

/** Where a client connects, and which side opens its data connections. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  mode: 'passive' | 'active';
}

/** A transfer: the name at the server, relative to the login folder, and the path of the file here. */
export interface Transfer extends Login {
  remote: string;
  local: string;
}

/** A listing, of the login folder unless another is named. */
export interface Listing extends Login {
  remote?: string;
}

/** A real FTP client, run once for each operation, without a terminal, always in binary mode. */
export interface Client {
  name: string;
  peer: PeerName;
  /** Resolves with what it showed; rejects with its whole output when it failed. */
  list(listing: Listing): Promise<string>;
  download(transfer: Transfer): Promise<string>;
  /**
   * The scripted clients (tnftp, inetutils-ftp) do not always tell a failed transfer by their exit status: compare
   * checksums after this and after `download`.
   */
  upload(transfer: Transfer): Promise<string>;
}

export type Operation = 'list' | 'download' | 'upload';

/** What to run: further words, perhaps another program of the same folder, perhaps a script on standard input. */
export interface Command {
  program?: string;
  args: readonly string[];
  input?: string;
}

/** How a client's command line is made. `local` is empty for a listing. */
export type CommandLine = (operation: Operation, transfer: Transfer) => Command;

/** Longer than any operation takes on a loaded machine. */
const seconds = 50;

/** Words that scripted clients print and then end with status 0. */
const quietFailure =
  /^(Not connected|\S*: connect|Can't connect|Login (failed|incorrect)|Login failed)|[Cc]onnection refused/m;

function client(name: string, peer: PeerName, commandLine: CommandLine): Client {
  const perform = async (operation: Operation, transfer: Transfer): Promise<string> => {
    for (const word of [transfer.user, transfer.password, transfer.remote, transfer.local]) {
      if (!/^[\w@./-]*$/.test(word)) throw new Error(`${word}: not a word that every client takes unquoted`);
    }
    const found = requirePeer(peer);
    const home = await makeFolder('home');
    try {
      const { program, args, input } = commandLine(operation, transfer);
      const file = program === undefined ? found : path.join(path.dirname(found), program);
      const command = { file, args, seconds, cwd: home, home };
      const output = await runProgram(input === undefined ? command : { ...command, input });
      if (quietFailure.test(output)) throw new Error(`${name} could not ${operation}\n${output}`);
      return output;
    } finally {
      await removeFolder(home);
    }
  };
  return {
    name,
    peer,
    list: (listing) => perform('list', { remote: '.', ...listing, local: '' }),
    download: (transfer) => perform('download', transfer),
    upload: (transfer) => perform('upload', transfer),
  };
}

/** The clients of Debian that can be scripted. */
export const clients: readonly Client[] = [
  client('lftp', 'lftp', lftp),
  client('curl', 'curl', curl),
  client('ncftp', 'ncftp', ncftp),
  client('tnftp', 'tnftp', tnftp),
  client('inetutils-ftp', 'inetutils-ftp', inetutilsFtp),
  client('ftplib', 'ftplib', ftplib),
];
