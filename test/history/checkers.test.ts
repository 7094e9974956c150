/** The checkers against every order of short random histories. */
import { describe, expect, test } from 'vitest'
import { linearizable } from '../../src/history/linearizable.ts'
import {
  casRegister,
  counter,
  growSet,
  keyValue,
  queue,
  register,
  type SequentialModel,
} from '../../src/history/models.ts'
import { sequential } from '../../src/history/sequential.ts'
import { explainable, inProgram, inRealTime } from './oracle.ts'
import { RECIPES, type Recipe, randomHistory } from './random.ts'

const HISTORIES = 1_000

const MODELS = { register, casRegister, keyValue, queue, growSet, counter }

const CHECKERS = {
  linearizable: { check: linearizable, order: inRealTime },
  sequential: { check: sequential, order: inProgram },
}

describe.each(Object.keys(RECIPES) as (keyof typeof RECIPES)[])('%s', (name) => {
  const recipe: Recipe = RECIPES[name]
  const model: SequentialModel = MODELS[name]()

  test.each(Object.keys(CHECKERS) as (keyof typeof CHECKERS)[])('%s agrees with every order', (checker) => {
    const { check, order } = CHECKERS[checker]
    const counts = { held: 0, broken: 0, gaveUp: 0, infos: 0 }
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const history = randomHistory(recipe, seed)
      const verdict = check(history, model)
      const expected = explainable(history, model, order) ? 'held' : 'broken'
      expect(verdict.kind, `seed ${seed}: ${JSON.stringify(verdict)}`).toBe(expected)
      counts[verdict.kind]++
      if (history.some((o) => o.outcome === 'info')) counts.infos++
      if (verdict.kind !== 'broken') continue
      // A witness is broken by itself, whether or not what it leaves out happened.
      const shown = new Set(verdict.witness)
      const doubted = history.map((o) =>
        o.outcome === 'ok' && !shown.has(o) ? ({ ...o, outcome: 'info' } as const) : o,
      )
      expect(explainable(doubted, model, order), `seed ${seed}: ${verdict.why}`).toBe(false)
    }
    expect(counts.gaveUp).toBe(0)
    expect(counts.held).toBeGreaterThan(HISTORIES / 10)
    expect(counts.broken).toBeGreaterThan(HISTORIES / 10)
    expect(counts.infos).toBeGreaterThan(HISTORIES / 4)
  })
})
