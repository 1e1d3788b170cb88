import { z } from 'zod';
import { sftpdSchema } from './sftpd.js';

/** The keys allowed in the mapping at a path of the configuration file, in the schema's order; empty for no mapping. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = sftpdSchema;
  for (const step of path) {
    const outer = bare(schema);
    if (outer instanceof z.ZodArray) schema = outer.element;
    else if (outer instanceof z.ZodObject && Object.hasOwn(outer.shape, step)) schema = Reflect.get(outer.shape, step);
    else return [];
  }
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The schema inside the wrappers that defaults and nulls put around it. */
function bare(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodNullable) {
    inner = inner.unwrap();
  }
  return inner;
}
