/**
 * What commands find out, as `--json` gives it: one object a line, with the name of its kind in `event`. What is not known is null;
 * times are UTC as in RFC 3339; names are those of remote-name.ts.
 */

/** The fields of each object beside `event`. */
export const RESULTS = {
  /** pwd, lpwd. `side`: remote or local. */
  directory: ['side', 'path'],
  /** ls, dir, mls. `directory`: as it was asked for, null for the current one. `kind`: file, directory, link or other. */
  entry: ['directory', 'name', 'kind', 'size', 'modified'],
  /** nlist. */
  name: ['directory', 'name'],
  /** In octets. */
  size: ['path', 'size'],
  modtime: ['path', 'modified'],
  /** quote, site, umask, system, rstatus, rhelp: the reply, line by line as it came. */
  reply: ['code', 'lines'],
  /** `host` and all that is the session's are null where there is none. */
  status: [
    'host',
    'port',
    'protected',
    'user',
    'directory',
    'level',
    'mode',
    'type',
    'local',
    'glob',
    'hash',
    'progress',
    'prompt',
  ],
} as const;

type Fields<Name extends keyof typeof RESULTS> = Readonly<Record<(typeof RESULTS)[Name][number], unknown>>;

/** An object of one kind, with all its fields. */
export const result = <Name extends keyof typeof RESULTS>(
  event: Name,
  fields: Fields<Name>,
): Readonly<Record<string, unknown>> => ({ event, ...fields });
