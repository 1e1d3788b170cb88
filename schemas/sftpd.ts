/** The configuration file as a whole. A key without an effect has no place here: an unknown key is an error. */
import type { z } from 'zod';
import { accessSchema } from './access.js';
import { controlSchema } from './control.js';
import { dataSchema } from './data.js';
import { path, section, userName } from './formats.js';
import { ftpdSchema } from './ftpd.js';
import { handoffSchema } from './handoff.js';
import { limitsSchema } from './limits.js';
import { listenersSchema } from './listeners.js';
import { loggingSchema } from './logging.js';
import { reloadSchema } from './reload.js';

/** The schema of sftpd.yaml. Defaults are filled in, nothing is transformed: resolving is src/config's work. */
export const sftpdSchema = section({
  workdir: path()
    .default('/var/lib/sftpd')
    .describe(
      'Directory that holds DSA/ with the keys. A relative path is taken from the directory of the configuration file. ' +
        'Default /var/lib/sftpd.',
    ),
  user: userName()
    .nullable()
    .default('safetp')
    .describe(
      "The user that sftpd becomes after the ports are bound, when it is started as root; root's groups go too. The keys must be " +
        'his. null: it stays root. Started as anybody else, it stays who it is. A user who does not exist is an error, but for safetp: then sftpd ' +
        'stays root, and says so at each start. Default safetp.',
    ),
  listeners: listenersSchema,
  ftpd: ftpdSchema,
  control: controlSchema,
  data: dataSchema,
  handoff: handoffSchema,
  logging: loggingSchema,
  limits: limitsSchema,
  access: accessSchema,
  reload: reloadSchema,
}).describe('Configuration of sftpd, the SafeTP gateway.');

/** A valid file with its defaults filled in, before anything is resolved. */
export type SftpdConfiguration = z.output<typeof sftpdSchema>;

/** What the schema has against a value, as zod reports it. */
export type SchemaIssue = z.core.$ZodIssue;
