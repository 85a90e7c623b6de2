import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// The page lies under a path that is its token, so its own addresses are relative; it loads nothing from elsewhere.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  build: {
    outDir: fileURLToPath(new URL('../../dist/viewer', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // The page must not hold data: addresses for code, and small files are few.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  logLevel: 'warn',
})
