import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Learning, faults, parity and browser checks need minutes, Python or Chromium: .ci/run calls them by their own configs.
    exclude: ['tests/learning/**', 'tests/faults/**', 'tests/parity/live/**', 'tests/browser/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
  },
})
