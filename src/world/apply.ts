/** begin and apply: the first world of a model, and what one choice makes of a world. */
import type { Choice } from './choice.ts'
import { EMPTY_DISK } from './disk.ts'
import { Draft, type Moment } from './draft.ts'
import type { Model } from './protocol.ts'
import { take } from './take.ts'
import { NOTHING_SPENT, type NodeSlot, TRUE_CLOCK, type World } from './world.ts'

export type Applied =
  | { readonly kind: 'applied'; readonly world: World; readonly moment: Moment }
  | { readonly kind: 'refused'; readonly why: string }

/** The first world: every node has started, in the order of the cluster. */
export function begin(model: Model): { readonly world: World; readonly moments: readonly Moment[] } {
  const down: NodeSlot = {
    up: false,
    paused: false,
    clock: TRUE_CLOCK,
    state: null,
    timers: [],
    disk: EMPTY_DISK,
  }
  const draft = new Draft(model, {
    timeUs: 0,
    next: 1,
    nodes: Object.fromEntries(model.cluster.names.map((name) => [name, down])),
    clients: {},
    wire: [],
    cut: [],
    traitors: [],
    heard: [],
    folds: model.properties.map((p) => p.first),
    spent: NOTHING_SPENT,
    draws: {},
  })
  const moments: Moment[] = []
  for (const name of model.cluster.names) {
    draft.run(name, { kind: 'start', boot: 'first' }, {})
    moments.push(draft.moment({ kind: 'restart', node: name }, null))
  }
  for (const client of Object.keys(model.clients)) draft.next(client)
  return { world: draft.finish(), moments }
}

/** The world after one choice, or why the choice is not possible now. */
export function apply(model: Model, world: World, choice: Choice): Applied {
  const draft = new Draft(model, world)
  const result = take(draft, choice)
  if (typeof result === 'string') return { kind: 'refused', why: result }
  return { kind: 'applied', moment: draft.moment(choice, result.envelope), world: draft.finish() }
}
