/** Situations: named places in a run where protocols are known to go wrong, and how to get there. */
import { apply } from './apply.ts'
import type { Choice } from './choice.ts'
import { parcelOf } from './choice.ts'
import type { Model } from './protocol.ts'
import type { World } from './world.ts'

/** A place to begin: `in-doubt participant`, `split vote`, `stale leader`. */
export interface Situation {
  readonly name: string
  /** What is the case there, in one sentence. */
  readonly says: string
  /**
   * The choices that lead there from the first world: a list, or a function that plays the model into it.
   * Null where this model cannot get there; a list is then simply not possible.
   */
  readonly play: readonly Choice[] | ((model: Model, first: World) => readonly Choice[] | null)
}

/** The choices into a situation, and the world they lead to; null where this model cannot get there. */
export function enter(
  model: Model,
  first: World,
  situation: Situation,
): { readonly trace: readonly Choice[]; readonly world: World } | null {
  const trace = typeof situation.play === 'function' ? situation.play(model, first) : situation.play
  if (trace === null) return null
  const walk = new Walk(model, first)
  return trace.every((choice) => walk.take(choice)) ? { trace, world: walk.world } : null
}

/** A hand-made way through a model, for functions that play into a situation. */
export class Walk {
  readonly trace: Choice[] = []

  constructor(
    private readonly model: Model,
    public world: World,
  ) {}

  /** Carries a choice out; false, and nothing changed, where it is not possible. */
  take(choice: Choice): boolean {
    const applied = apply(this.model, this.world, choice)
    if (applied.kind === 'refused') return false
    this.world = applied.world
    this.trace.push(choice)
    return true
  }

  /** Delivers the oldest message of a type to a node; false where there is none or it is refused. */
  deliver(type: string, to: string): boolean {
    const envelope = this.world.wire.find((e) => e.body.type === type && e.to === to)
    return envelope !== undefined && this.take({ kind: 'deliver', parcel: parcelOf(envelope) })
  }
}
