import { z } from 'zod';
import { sftpdSchema } from './sftpd.js';

/**
 * The JSON Schema (draft 7, which yaml-language-server understands) of what the file may say. The *input* form: keys with
 * a default are optional. What JSON Schema cannot express (bounds of durations, checks across keys) only sftpd checks.
 */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(sftpdSchema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'sftpd.yaml', ...rest };
}

/** The text of schemas/sftpd.schema.json, which a test compares with the file. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}
