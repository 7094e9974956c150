/**
 * What is asked of replicas that answer at once: that they agree in the end, that nothing a client did is lost, and
 * that nothing a client removed comes back.
 *
 * A replica announces `{ type: 'holds', value, heard }` whenever its copy changes and after a restart; `heard` is the
 * list of updates it has heard of, each with those its own replica had heard of by then.
 */
import { canonicalText, type Json } from '../base/canonical.ts'
import { type AnyProperty, property } from '../world/property.ts'
import type { Update } from './replica.ts'

type Holds = { readonly value: Json; readonly heard: readonly Update[] }
type Fold = { readonly [node: string]: Holds }

const says = (value: Json) =>
  Array.isArray(value) ? value.join(' ') || 'nothing' : String(value ?? 'nothing')

const follow = (fold: Fold, seen: Parameters<AnyProperty['see']>[1]): Fold => {
  if (seen.kind !== 'output' || seen.body.type !== 'holds') return fold
  const { value = null, heard } = seen.body
  return { ...fold, [seen.node]: { value, heard: heard as unknown as readonly Update[] } }
}

const ids = (heard: readonly Update[]) => heard.map((one) => one.id).join(' ')

/** Of two replicas that have heard the same. */
export const strongConvergence = property<Fold>({
  name: 'StrongConvergence',
  says: 'Strong convergence: replicas that have heard of the same updates hold the same',
  first: {},
  see: follow,
  judge: {
    kind: 'always',
    broken(fold) {
      const nodes = Object.entries(fold)
      for (const [a, one] of nodes)
        for (const [b, other] of nodes)
          if (
            a < b &&
            ids(one.heard) === ids(other.heard) &&
            canonicalText(one.value) !== canonicalText(other.value)
          )
            return `${a} and ${b} have heard of the same updates; ${a} holds ${says(one.value)}, ${b} holds ${says(other.value)}`
      return null
    },
  },
})

/** In the end: no more updates, no more faults. */
export const convergence = property<Fold>({
  name: 'Convergence',
  says: 'Convergence: when updates have stopped and everything is repaired, all replicas come to hold the same',
  first: {},
  see: follow,
  judge: {
    kind: 'afterRepair',
    open(fold, { names }) {
      const [first, ...rest] = names
      const one = fold[first!]
      return rest
        .filter((name) => canonicalText(fold[name]?.value ?? null) !== canonicalText(one?.value ?? null))
        .map((name) => ({
          node: name,
          what: `${name} agrees with ${first}`,
          why: `${first} and ${name} never come to hold the same`,
          state: `holds ${says(fold[name]?.value ?? null)}`,
        }))
    },
  },
})

/** Of a counter: what a replica has heard of counts there. */
export const noLostCount = each(
  'NoLostUpdate',
  'No lost update: every increment that a replica has heard of counts there',
  (node, { value, heard }) => {
    if (heard.length === 0 || heard.some((one) => one.f === 'put')) return null
    const sum = heard.reduce((all, one) => all + Number(one.what) * (one.f === 'subtract' ? -1 : 1), 0)
    return Number(value ?? 0) === sum
      ? null
      : `${node} has heard of updates that make ${sum}, and holds ${says(value)}`
  },
)

/** Of a set: what was added, and by no later remove taken out again. */
export const noLostAdd = each(
  'NoLostUpdate',
  'No lost update: an element is there if some add of it was seen by no remove',
  (node, { value, heard }) => {
    const lost = standing(heard).find((element) => !(value as readonly Json[]).includes(element))
    return lost === undefined
      ? null
      : `${node} has heard that ${says(lost)} was added, of no remove that had seen it, and does not hold it`
  },
)

export const noResurrection = each(
  'NoResurrection',
  'No resurrection: what was removed is not there again unless somebody added it again',
  (node, { value, heard }) => {
    const here = standing(heard)
    const back = (value as readonly Json[]).find((element) => !here.includes(element))
    return back === undefined
      ? null
      : `${node} has heard that ${says(back)} was removed, and holds it${heard.some((one) => one.f === 'remove') ? ' again' : ''}`
  },
)

/** What is asked of a set that every replica changes. */
export function replicatedSet(): readonly AnyProperty[] {
  return [strongConvergence, convergence, noLostAdd, noResurrection]
}

/** The elements that a history of updates leaves: those with an add that no remove of it had seen. */
export function standing(heard: readonly Update[]): readonly Json[] {
  const isSeen = (add: Update) =>
    heard.some((one) => one.f === 'remove' && one.what === add.what && one.seen.includes(add.id))
  return [...new Set(heard.filter((one) => one.f === 'add' && !isSeen(one)).map((one) => one.what))]
}

function each(
  name: string,
  sentence: string,
  wrong: (node: string, holds: Holds) => string | null,
): AnyProperty {
  return property<Fold>({
    name,
    says: sentence,
    first: {},
    see: follow,
    judge: {
      kind: 'always',
      broken(fold) {
        for (const [node, holds] of Object.entries(fold)) {
          const why = wrong(node, holds)
          if (why !== null) return why
        }
        return null
      },
    },
  })
}
