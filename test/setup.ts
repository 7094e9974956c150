/**
 * Runs once before all tests: builds the program if a source is newer, and tells the tests of `--update`.
 *
 * A test that owns expected output (a lesson's cells, a golden screen) asks `inject('update')` and, where it is
 * true, writes what it got instead of comparing:
 *
 *     import { inject } from 'vitest'
 *     if (inject('update')) writeFileSync(file, withOutput(text, got))
 *
 * It is true for `npm test -- --update` and `npm test -- -u`, the words that update Vitest's own snapshots.
 */
import type { TestProject } from 'vitest/node'
import { freshen } from '../cli/build.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Write expected output instead of comparing with it. */
    update: boolean
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('update', project.vitest.config.snapshotOptions.updateSnapshot === 'all')
  await freshen()
}
