/** What the schema says of a path: the keys that may stand there, and what they mean. */
import { z } from 'zod';
import { sftpdSchema } from './sftpd.js';

/** The keys allowed in the mapping at a path of the configuration file, in the schema's order; empty for no mapping. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const inner = bare(schemaAt(path));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The description of the key at a path; undefined for a path the schema does not know, and for an item of a list. */
export function descriptionAt(path: readonly PropertyKey[]): string | undefined {
  const schema = schemaAt(path);
  return schema instanceof z.ZodType ? schema.description : undefined;
}

function schemaAt(path: readonly PropertyKey[]): unknown {
  let schema: unknown = sftpdSchema;
  for (const step of path) {
    const outer = bare(schema);
    if (outer instanceof z.ZodArray) schema = outer.element;
    else if (outer instanceof z.ZodObject && Object.hasOwn(outer.shape, step)) schema = Reflect.get(outer.shape, step);
    else return undefined;
  }
  return schema;
}

/** The schema inside the wrappers that defaults, nulls and absence put around it. */
function bare(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodOptional
  ) {
    inner = inner.unwrap();
  }
  return inner;
}
