/** Vitest's setup file in the fork: our matchers, the wait for an answer, and word to the host at both ends of a check. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { answerArrived, hasAnswer } from './answer.ts'
import { matchers } from './matchers.ts'
import { recordAll, recordBegin, recordEnd } from './recorder.ts'
import { rehearseUntil } from './rehearse.ts'
import { scenariosAsked } from './told.ts'

expect.extend(matchers)

// The checks are loaded by now: whoever saves an answer does not wait for that.
beforeAll(async () => {
  await rehearseUntil(hasAnswer)
  await answerArrived
})

beforeEach(({ task }) => recordBegin(task.name))

afterEach(({ task }) => {
  recordEnd(task.name, task.meta, task.result?.errors?.[0] ?? null)
  // All of it is told. Vitest would look up the place of each in the hidden checks, which takes long.
  if (task.result) task.result.errors = []
})

// What is declared first comes last: the checks have cleaned up. Where that failed nothing is said to be over.
afterAll(async () => {
  if (scenariosAsked().scenarios.length > 0) {
    // The command language takes a while to load, and most answers have no scenario beside them.
    const { playScenarios } = await import('./ownScenarios.ts')
    playScenarios()
  }
  recordAll()
})
