/** Every transcript under test/golden/session, replayed. `UPDATE_GOLDEN=1` rewrites them, for a person to read the difference. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { play } from './transcript-player.js';

const folder = path.join(import.meta.dirname, '..', 'golden', 'session');

describe('the engine answers as the transcripts say', () => {
  for (const name of readdirSync(folder)) {
    test(name.replace(/\.txt$/, '').replaceAll('-', ' '), () => {
      const file = path.join(folder, name);
      const transcript = readFileSync(file, 'utf8');
      const played = play(transcript);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, played);
      else expect(played).toBe(transcript);
    });
  }
});
