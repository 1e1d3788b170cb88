import { z } from 'zod';

/** A section as its file exports it: its keys have defaults, and it may be left out. */
type Section<Shape extends z.core.$ZodShape> = z.ZodPrefault<z.ZodObject<Shape, z.core.$strict>>;

/** A key's schema without the default, which would hide whether the key was given. */
type Bare<Key> = Key extends z.ZodDefault<infer Inner> ? Inner : Key;

/**
 * The keys of a section, for a place that overrides it key by key: each may be left out and then stays absent, so that the
 * section's own value, given or default, holds.
 *
 * @param name - the section, as in `control`
 */
export function overridesOf<Shape extends z.core.$ZodShape>(name: string, outer: Section<Shape>) {
  const entries = Object.entries(outer.unwrap().shape).map(([key, schema]) => {
    const bare = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
    const description = `${withoutDefault((schema as z.ZodType).description ?? '')} Default: as ${name}.${key}.`;
    return [key, z.optional(bare).describe(description)];
  });
  const shape = Object.fromEntries(entries) as { [Key in keyof Shape]: z.ZodOptional<Bare<Shape[Key]>> };
  return z
    .strictObject(shape, { error: 'a mapping of keys' })
    .optional()
    .describe(`What differs from the section ${name} for this listener, key by key. Default: nothing.`);
}

/** Drops the sentence that tells the default: by the convention of this folder, the last one. */
function withoutDefault(description: string): string {
  const at = description.lastIndexOf('Default ');
  return at === -1 ? description : description.slice(0, at).trimEnd();
}
