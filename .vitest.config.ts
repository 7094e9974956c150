/** How `npm test` runs. The hidden checks of exercises are run by the exercise kit, never directly. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** `--mode slow` runs what takes long instead: see `npm run test:hostile`. */
export default defineConfig(({ mode }) => ({
  resolve: { alias: { splitbrain: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: [mode === 'slow' ? '**/*.slow.ts' : 'test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/setup.ts'],
    setupFiles: mode === 'slow' ? [] : ['test/laws.ts'],
    // Some tests start programs of their own; the time is for a busy machine.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 300_000,
    teardownTimeout: 10_000,
  },
}))
