/** nextChoices: whatever may happen next, for somebody who chooses by hand: what is due, and one more of every fault. */
import { type Budgets, CALM } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import { choices } from '../world/choices.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'

/** In canonical order: deliveries and timers first, then the faults. */
export function nextChoices(model: Model, world: World): Choice[] {
  const { spent } = world
  const budgets: Budgets = {
    ...CALM,
    crashes: spent.crashes + 1,
    drops: spent.drops + 1,
    duplicates: spent.duplicates + 1,
    processCrashes: spent.processCrashes + 1,
    partitions: spent.partitions + 1,
    pauses: spent.pauses + 1,
    clockSteps: spent.clockSteps + 1,
    corruptions: spent.corruptions + 1,
    lies: spent.lies + 1,
  }
  return choices(model, world, budgets)
}
