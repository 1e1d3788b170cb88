/** The answers of sftpd-setup: what is asked on a terminal, and what an answers file may say. */
import { z } from 'zod';
import { address, choice, count, host, portRange, section } from './formats.js';

const ABSOLUTE = 'an absolute path of plain characters (letters, digits and . _ - + @ /)';

const USER = 'the name of a user, as useradd takes it (small letters, digits, _ and -), other than root';

/** Absolute, and plain enough for inetd.conf and unit files, which have no common way to quote. */
const absolutePath = () =>
  z
    .string({ error: ABSOLUTE })
    .regex(/^\/(?!.*\/\/|(?:.*\/)?\.\.?(?:\/|$))[\w.+@/-]{0,200}[\w.+@-]$/, { error: ABSOLUTE });

/** How sftpd may be started. */
export const STARTS = ['auto', 'systemd', 'inetd', 'xinetd', 'none'] as const;

/** The schema of an answers file; descriptions are the explanations that the dialogue shows. */
export const setupAnswersSchema = section({
  start: choice(...STARTS)
    .default('auto')
    .describe('What starts sftpd: systemd (socket and service), inetd, xinetd, none, or auto: what this machine has.'),
  port: count(1, 65_535, 'a port')
    .default(21)
    .describe('The port clients connect to: 21, where FTP is expected, or 353, which the manual suggests instead.'),
  ftpdHost: host()
    .default('127.0.0.1')
    .describe('Where the plain ftpd is. The way to it is not encrypted: keep it on this machine.'),
  ftpdPort: count(1, 65_535, 'a port')
    .default(351)
    .describe('The port the plain ftpd listens on; becomes raw-ftp in /etc/services.'),
  user: z
    .string({ error: USER })
    .regex(/^(?!root$)[a-z_][a-z0-9_-]{0,30}$/, { error: USER })
    .default('safetp')
    .describe('The user sftpd runs as, who owns the key. Made, with a group, when there is none.'),
  workdir: absolutePath().default('/var/lib/sftpd').describe('The directory that holds DSA/ with the key.'),
  cleartext: choice('allow', 'anonymous-only', 'deny')
    .default('allow')
    .describe('Whether clients without SafeTP are served: allow, anonymous-only or deny.'),
  protection: choice('clear', 'safe', 'private')
    .default('clear')
    .describe(
      'The least a transfer may use: clear (anything), safe (integrity) or private (encryption; refuses cleartext).',
    ),
  externalAddress: z
    .union([address(), z.null()], { error: 'an IPv4 or IPv6 address, or null' })
    .default(null)
    .describe('The address clients see when this machine is behind NAT.'),
  passivePorts: z
    .union([portRange(), z.null()], { error: 'a range of ports such as 40000-40999, or null' })
    .default(null)
    .describe('Ports for passive transfers, such as 40000-40999, that a firewall passes on.'),
  keyBits: z
    .literal([1024, 2048, 3072], { error: '1024, 2048 or 3072' })
    .default(2048)
    .describe('Size of the DSA key in bits; 1024 for old clients that take no other.'),
  program: z
    .union([absolutePath(), z.null()], { error: `${ABSOLUTE}, or null` })
    .default(null)
    .describe('The program sftpd as it is to be started; null: the one that was installed with sftpd-setup.'),
}).describe('Answers of sftpd-setup.');

/** Answers with the defaults filled in. */
export type SetupAnswers = z.output<typeof setupAnswersSchema>;
