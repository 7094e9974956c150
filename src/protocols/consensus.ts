/** Consensus: its safety properties as folds over what processes announce (Cachin, Guerraoui & Rodrigues 2011, chapter 5). */
import { type AnyProperty, type Observation, property } from '../world/property.ts'

/**
 * Processes announce `{ type: 'propose', value }` and `{ type: 'decide', value }`. Termination is not in
 * the list: where one process may crash, no deterministic protocol has it in every schedule (Fischer, Lynch &
 * Paterson 1985).
 */
export function consensus(): readonly AnyProperty[] {
  return [agreement, validity, integrity]
}

/** No two processes decide differently, not even one that crashed later. Who decided first is not kept: it would multiply worlds. */
export const agreement = property<{ readonly decided: string | null; readonly wrong: string | null }>({
  name: 'Agreement',
  says: 'Agreement: no two processes decide differently',
  first: { decided: null, wrong: null },
  see(fold, seen) {
    const value = valueIn(seen, 'decide')
    if (value === null || value === fold.decided || fold.wrong !== null) return fold
    if (fold.decided === null) return { ...fold, decided: value }
    return { ...fold, wrong: `${fold.decided} had been decided, and then ${nodeOf(seen)} decided ${value}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

type Proposals = { readonly proposed: readonly string[]; readonly wrong: string | null }

/** What is decided was proposed by somebody. */
export const validity = property<Proposals>({
  name: 'Validity',
  says: 'Validity: only a value that somebody proposed is decided',
  first: { proposed: [], wrong: null },
  see(fold, seen) {
    const proposed = valueIn(seen, 'propose')
    if (proposed !== null && !fold.proposed.includes(proposed))
      return { ...fold, proposed: [...fold.proposed, proposed].sort() }
    const decided = valueIn(seen, 'decide')
    if (decided === null || fold.wrong !== null || fold.proposed.includes(decided)) return fold
    return { ...fold, wrong: `${nodeOf(seen)} decided ${decided}, which nobody had proposed` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

type Decisions = { readonly decided: { readonly [node: string]: string }; readonly wrong: string | null }

/** A process decides once. To say the same decision again, after a restart, is not a second one. */
export const integrity = property<Decisions>({
  name: 'Integrity',
  says: 'Integrity: a process that decided never decides another value',
  first: { decided: {}, wrong: null },
  see(fold, seen) {
    const value = valueIn(seen, 'decide')
    if (value === null || fold.wrong !== null) return fold
    const node = nodeOf(seen)
    const before = fold.decided[node]
    if (before === undefined) return { ...fold, decided: { ...fold.decided, [node]: value } }
    return before === value ? fold : { ...fold, wrong: `${node} decided ${before}, and later ${value}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/** Something is decided, on every fair run. Who hears of it is another question, and not asked here. */
export const termination = property<{ readonly decided: boolean }>({
  name: 'Termination',
  says: 'Termination: in the end a value is decided',
  first: { decided: false },
  see: (fold, seen) => (valueIn(seen, 'decide') === null || fold.decided ? fold : { decided: true }),
  judge: { kind: 'eventually', met: ({ decided }) => decided, why: 'nobody ever decides' },
})

function valueIn(seen: Observation, type: 'propose' | 'decide'): string | null {
  return seen.kind === 'output' && seen.body.type === type ? String(seen.body['value']) : null
}

function nodeOf(seen: Observation): string {
  return seen.kind === 'output' ? seen.node : ''
}
