/** The plain world as a ground for simulate: every choice succeeds an immutable world, every step is run twice. */
import type { StepInput } from '../../src/node/input.ts'
import { stepTwice } from '../../src/node/step.ts'
import { type Due, dueInOrder } from '../../src/run/due.ts'
import type { Ground } from '../../src/run/live.ts'
import { type Taken, takenAs } from '../../src/run/taken.ts'
import type { Choice } from '../../src/world/choice.ts'
import { Draft } from '../../src/world/draft.ts'
import type { Model } from '../../src/world/protocol.ts'
import { take } from '../../src/world/take.ts'
import type { World } from '../../src/world/world.ts'

export class PlainGround implements Ground {
  refusedPicks = false

  constructor(
    private readonly model: Model,
    private world: World,
    private readonly draw: (arity: number) => number,
  ) {}

  get timeUs(): number {
    return this.world.timeUs
  }

  get folds(): World['folds'] {
    return this.world.folds
  }

  get treason(): World {
    return this.world
  }

  take(choice: Choice): Taken | null {
    const hasCourse = choice.kind === 'deliver' || choice.kind === 'fire' || choice.kind === 'restart'
    const given = hasCourse ? (choice.picks ?? []) : []
    const picks = [...given]
    const draw = (arity: number) => {
      picks.push(this.draw(arity))
      return picks.at(-1)!
    }
    const draft = new Picking(
      this.model,
      this.world,
      hasCourse ? (input) => ({ ...input, picks, draw }) : (input) => input,
    )
    const result = take(draft, choice)
    this.refusedPicks = typeof result === 'string' && picks.length > given.length
    if (typeof result === 'string') return null
    const taken = picks.length > given.length ? { ...choice, picks } : choice
    const moment = draft.moment(taken, result.envelope)
    this.world = draft.finish()
    return takenAs(moment)
  }

  earliest(): Due | undefined {
    return dueInOrder(this.world)[0]
  }

  due(): readonly Due[] {
    return dueInOrder(this.world)
  }

  finish(): World {
    return this.world
  }
}

class Picking extends Draft {
  protected override readonly step: typeof stepTwice

  constructor(model: Model, world: World, picking: (input: StepInput) => StepInput) {
    super(model, world)
    this.step = (input) => stepTwice(picking(input))
  }
}
