/** --print-config and --print-schema: what main writes to standard output. */
import { jsonSchemaText } from '../../schemas/json-schema.js';
import type { Loaded } from '../config/load.js';
import { configurationFile } from '../config/print.js';
import { schemaFile } from './package-files.js';

/**
 * The file that stands for what was loaded, the flags of the launch included. Its first line names the installed JSON
 * Schema, so that an editor completes and checks it wherever it is put.
 */
export function printConfiguration(loaded: Loaded, launch: { readonly inetd: boolean }): string {
  const schema = schemaFile();
  return configurationFile(loaded, { inetd: launch.inetd, ...(schema === undefined ? {} : { schema }) });
}

/** The JSON Schema of the file, as text. */
export function printSchema(): string {
  return jsonSchemaText();
}
