/** Unit tests: pure parts run in Node, elements name `// @vitest-environment happy-dom` in their first line. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    restoreMocks: true,
    testTimeout: 5000,
  },
});
