import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The page in a real Chromium: `npm run build && npx vitest run --config tests/browser/vitest.config.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['tests/browser/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
})
