/** rootsOf: the worlds in which a search begins, one for every set of nodes that may be traitors. */
import { apply } from '../world/apply.ts'
import type { Budgets } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import { traitorSets } from '../world/lies.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'

/** `trace` leads there from the world given. */
export interface Root {
  readonly world: World
  readonly trace: readonly Choice[]
}

/** Who betrays is settled before anything else happens: a traitor may behave well for as long as it likes. */
export function rootsOf(model: Model, first: World, { traitors }: Pick<Budgets, 'traitors'>): Root[] {
  return traitorSets(model.cluster.names, traitors, first.traitors).map((set) => {
    let world = first
    const trace: Choice[] = []
    for (const node of set) {
      const choice: Choice = { kind: 'traitor', node }
      const applied = apply(model, world, choice)
      if (applied.kind === 'refused') throw new Error(`rootsOf: ${applied.why}`)
      world = applied.world
      trace.push(choice)
    }
    return { world, trace }
  })
}
