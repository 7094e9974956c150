/** Whether the run of a cell gave what a claim takes from it. */
import type { CellState } from './cellState.ts'
import type { Proof } from './lesson.ts'

/** Compares verdict, property and step count, never printed text; null if the part came out. */
export function whatIsMissing(proof: Proof, state: CellState): string | null {
  const { part, cell, property, steps } = proof
  if (state.status !== 'done') return `${part}: the cell ${cell} has not run`
  if (part === 'numbers')
    return state.matches === false ? `numbers: the cell ${cell} printed something else` : null
  const expected = part === 'literal' || part === 'without' || part === 'mutant' ? 'broken' : 'held'
  const verdicts = state.verdicts.filter((v) => property === null || v.property === property)
  if (verdicts.length === 0)
    return `${part}: the cell ${cell} gave no verdict${property === null ? '' : ` on ${property}`}`
  const wrong = verdicts.find((v) => v.kind !== expected || (steps !== null && v.steps !== steps))
  if (wrong === undefined) return null
  const found = wrong.steps === null ? wrong.kind : `${wrong.kind} in ${wrong.steps} steps`
  return `${part}: the cell ${cell} should give ${property ?? 'its property'} ${expected}${steps === null ? '' : ` in ${steps} steps`}, and gave ${found}`
}
