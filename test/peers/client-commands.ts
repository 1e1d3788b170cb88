import path from 'node:path';
import type { Command, CommandLine, Login, Operation, Transfer } from './clients.js';

/** lftp, which asks for TLS by itself and goes on in clear when it is refused. */
export const lftp: CommandLine = (operation, { host, port, user, password, mode, remote, local }) => {
  const verb = {
    list: `cls -1 ${remote}`,
    download: `get ${remote} -o ${local}`,
    upload: `put ${local} -o ${remote}`,
  };
  const script = [
    'set cmd:fail-exit yes',
    'set net:max-retries 1',
    'set net:timeout 30',
    `set ftp:passive-mode ${mode === 'passive' ? 'on' : 'off'}`,
    `open -u ${user},${password} -p ${port} ${host}`,
    verb[operation],
  ];
  return { args: ['--norc', '-c', script.join('; ')] };
};

/** curl; with `-P -` it opens a port on the address of its control connection. */
export const curl: CommandLine = (operation, transfer) => {
  const { user, password, mode, remote, local } = transfer;
  const words = {
    list: [`${origin(transfer)}/${remote}/`],
    download: ['-o', local, `${origin(transfer)}/${remote}`],
    upload: ['-T', local, `${origin(transfer)}/${remote}`],
  };
  const port = mode === 'active' ? ['-P', '-'] : [];
  const common = ['--disable', '--silent', '--show-error', '--noproxy', '*', '--connect-timeout', '10'];
  return { args: [...common, ...port, '-u', `${user}:${password}`, ...words[operation]] };
};

/** The three programs of NcFTP; a bare listing would ask for `NLST -1`, which Pure-FTPd refuses with 550. */
export const ncftp: CommandLine = (operation, transfer) => {
  const { host, port, user, password, mode, remote, local } = transfer;
  const flags = ['-t', '30', '-r', '1', mode === 'passive' ? '-F' : '-E'];
  const login = ['-u', user, '-p', password, '-P', `${port}`];
  const commands: Record<Operation, Command> = {
    list: { program: 'ncftpls', args: [...flags, ...login, '-l', `ftp://${inUrl(host)}/${remote}/`] },
    download: { program: 'ncftpget', args: [...flags, '-V', '-Z', ...login, '-C', host, remote, local] },
    upload: { program: 'ncftpput', args: [...flags, '-V', '-Z', ...login, '-C', host, local, remote] },
  };
  return commands[operation];
};

/** tnftp, NetBSD's ftp, with its commands on standard input. */
export const tnftp: CommandLine = (operation, transfer) => ({
  args: ['-n', '-v', transfer.mode === 'passive' ? '-p' : '-A', '-P', `${transfer.port}`, transfer.host],
  input: script(operation, transfer),
});

/** GNU inetutils' ftp, the same way; it has no flag for the port. */
export const inetutilsFtp: CommandLine = (operation, transfer) => ({
  args: ['-n', '-v', transfer.mode === 'passive' ? '-p' : '-A', transfer.host, `${transfer.port}`],
  input: script(operation, transfer),
});

/** Python's ftplib, through a program of ours. */
export const ftplib: CommandLine = (operation, { host, port, user, password, mode, remote, local }) => ({
  args: [
    path.join(import.meta.dirname, 'ftplib_client.py'),
    ...[operation, host, `${port}`, user, password, mode, remote, local],
  ],
});

/** What one would type. */
function script(operation: Operation, { user, password, remote, local }: Transfer): string {
  const verb = { list: `dir ${remote}`, download: `get ${remote} ${local}`, upload: `put ${local} ${remote}` };
  return [`user ${user} ${password}`, 'binary', verb[operation], 'bye', ''].join('\n');
}

function origin({ host, port }: Login): string {
  return `ftp://${inUrl(host)}:${port}`;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
