import { defineConfig } from 'vitest/config'

/** Runs that are cut, and disks that fill up: many processes, one after another. */
export default defineConfig({
  test: { include: ['tests/faults/**/*.test.ts'], pool: 'forks', fileParallelism: false, testTimeout: 120_000 },
})
