import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real ftpds and clients share two cores: a wait is a hang only after this long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/wire/**', 'src/crypto/**', 'src/security/**', 'src/session/**'],
      reporter: ['text', 'json-summary'],
    },
  },
});
