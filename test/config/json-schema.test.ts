import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema, jsonSchemaText } from '../../schemas/json-schema.js';

const file = new URL('../../schemas/sftpd.schema.json', import.meta.url);

describe('schemas/sftpd.schema.json', () => {
  it('is what the zod sources say (UPDATE_GOLDEN=1 writes it anew)', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, jsonSchemaText());
    // By value: a formatter may lay the file out as it likes.
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(jsonSchema());
  });

  it('describes every key with its default, and refuses unknown ones', () => {
    const check = (schema: Record<string, unknown>, path: string): void => {
      const properties = schema['properties'] as Record<string, Record<string, unknown>> | undefined;
      if (properties === undefined) return;
      expect(schema['additionalProperties'], path).toBe(false);
      expect(schema['required'], path).toBeUndefined();
      for (const [key, inner] of Object.entries(properties)) {
        const where = `${path}.${key}`;
        expect(inner, where).toHaveProperty('description');
        // An override has no default of its own: what it overrides has.
        if (!/^\.listeners\[\]\.(?:ftpd|control|data|handoff)/.test(where))
          expect(inner, where).toHaveProperty('default');
        else expect(inner, where).not.toHaveProperty('default');
        if (inner['properties'] === undefined) expect(inner['description'], where).toMatch(/[Dd]efault/);
        check(inner, where);
        check((inner['items'] ?? {}) as Record<string, unknown>, `${where}[]`);
      }
    };
    expect(jsonSchema()).toHaveProperty('$schema', 'http://json-schema.org/draft-07/schema#');
    check(jsonSchema(), '');
  });
});
