/** A choice as it was carried out: little is kept of it, and what was to be seen of it is told when asked for. */
import type { Body, Effect, Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import type { Choice } from '../world/choice.ts'
import type { DiskEffect } from '../world/disk.ts'
import { type Moment, NONE, orNone } from '../world/draft.ts'
import { isDiskEffect } from '../world/local.ts'
import type { Envelope } from '../world/world.ts'

export interface Taken {
  /** With the picks that were drawn. */
  readonly choice: Choice
  readonly threw: HandlerError | null
  moment(): Moment
}

/** A choice whose moment is known. */
export function takenAs(moment: Moment): Taken {
  return { choice: moment.choice, threw: moment.threw, moment: () => moment }
}

/** A choice at which nobody threw, crashed, or had anything to say but to others. */
export class QuietlyTaken implements Taken {
  constructor(
    readonly choice: Choice,
    private readonly timeUs: number,
    private readonly envelope: Envelope | null,
    private readonly sent: readonly Envelope[],
    private readonly arities: readonly number[],
  ) {}

  get threw(): null {
    return null
  }

  moment(): Moment {
    const { timeUs, choice, envelope, sent, arities } = this
    return {
      ...{ timeUs, choice, envelope, sent, outputs: NONE, logs: NONE, wrote: NONE, threw: null },
      ...{ crashed: NONE, lostWrites: false, arities },
    }
  }
}

/** What became of a call. */
export type CallEnd =
  | 'done'
  | 'refused'
  /** It counts as refused if it left the state as it was, which was not looked at. */
  | 'done if it changed the state'

/** A call of one handler in the middle of a run: all that it takes to make it again, but for state and disk. */
export class CallTaken implements Taken {
  constructor(
    readonly choice: Choice & { kind: 'deliver' | 'fire' },
    /** The length of the trace with it. */
    readonly steps: number,
    private readonly timeUs: number,
    private readonly envelope: Envelope | null,
    /** What the node's own clock showed. */
    readonly nowUs: number,
    readonly end: CallEnd,
    /** What it asked for, in order: for a message, what became of it. None where it refused. */
    readonly acts: readonly (Effect | Envelope)[],
    readonly arities: readonly number[],
  ) {}

  get threw(): null {
    return null
  }

  get node(): string {
    return this.choice.kind === 'deliver' ? this.choice.parcel.to : this.choice.node
  }

  get effects(): readonly Effect[] {
    return this.acts.map((effect) => {
      if ('kind' in effect) return effect
      const { to, body, op } = effect
      return { kind: 'send', to, body, op }
    })
  }

  get event(): Event {
    const { choice } = this
    if (choice.kind === 'fire') return { kind: 'timer', timer: choice.timer, arg: choice.arg }
    const { from, body, op } = choice.parcel
    return { kind: 'receive', from, body, op }
  }

  moment(): Moment {
    const { node, timeUs, choice, envelope, arities } = this
    const sent: Envelope[] = []
    const outputs: { node: string; body: Body }[] = []
    const logs: { node: string; text: string }[] = []
    const wrote: { node: string; effect: DiskEffect }[] = []
    for (const effect of this.acts)
      if (!('kind' in effect)) sent.push(effect)
      else if (effect.kind === 'output') outputs.push({ node, body: effect.body })
      else if (effect.kind === 'log') logs.push({ node, text: effect.text })
      else if (isDiskEffect(effect)) wrote.push({ node, effect })
    return {
      ...{ timeUs, choice, envelope, sent: orNone(sent) },
      ...{ outputs: orNone(outputs), logs: orNone(logs), wrote: orNone(wrote), threw: null },
      ...{ crashed: NONE, lostWrites: false, arities },
    }
  }
}
