/** The fields of states that a picture may show, by name. */
import type { Value } from '../../base/canonical.ts'
import type { Model } from '../../world/protocol.ts'
import type { NodeSlot, World } from '../../world/world.ts'

type Shown = { readonly [field: string]: Value }

/** What may be shown of a node's state; null where it is down. */
export function shownState(model: Model, name: string, slot: NodeSlot): Shown | null {
  if (!slot.up) return null
  return model.protocol.view?.(slot.state, model.cluster.roleOf[name]!) ?? (slot.state as Shown)
}

/** The names of all fields that can be shown now, in the order of the cluster. */
export function fieldsOf(model: Model, world: World): readonly string[] {
  const names = model.cluster.names.flatMap((name) =>
    Object.keys(shownState(model, name, world.nodes[name]!) ?? {}),
  )
  return [...new Set(names)]
}
