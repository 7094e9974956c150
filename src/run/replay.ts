/** replay: walks a trace, as far as its choices are possible. */
import { apply } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'

export interface Replayed {
  /** `worlds[0]` is where it began; `worlds[i]` follows `moments[i - 1]`. */
  readonly worlds: readonly World[]
  readonly moments: readonly Moment[]
  /** Set where the program has changed and a choice is no longer possible: which one, and why. */
  readonly stopped: { readonly step: number; readonly choice: Choice; readonly why: string } | null
}

export function replay(model: Model, from: World, trace: readonly Choice[]): Replayed {
  const worlds: World[] = [from]
  const moments: Moment[] = []
  for (const [i, choice] of trace.entries()) {
    const applied = apply(model, worlds[i]!, choice)
    if (applied.kind === 'refused')
      return { worlds, moments, stopped: { step: i + 1, choice, why: applied.why } }
    worlds.push(applied.world)
    moments.push(applied.moment)
  }
  return { worlds, moments, stopped: null }
}
