import { z } from 'zod';
import { path, section } from './formats.js';

const PROGRAM_ALLOWED = 'the path of a program, or null';

const program = () => z.union([path(), z.null()], { error: PROGRAM_ALLOWED }).default(null);

/** Other ftpds that take a session over. */
export const handoffSchema = section({
  kerberosFtpd: program().describe(
    'Program of a Kerberos ftpd. It is started as inetd would and serves the clients that ask for GSSAPI or KERBEROS_V4. ' +
      'A relative path is taken from the directory of the configuration file. null: no Kerberos. Default null.',
  ),
  anonymousFtpd: program().describe(
    "Experimental: program of an ftpd that is given anonymous clients' own connection, when they are not protected, and so " +
      'sees their addresses. A relative path is taken from the directory of the configuration file. null: they are relayed ' +
      'as all others. Default null.',
  ),
})
  .prefault({})
  .describe('Other ftpds that take a session over.');
