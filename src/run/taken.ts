/** A choice as it was carried out: little is kept of it, and what was to be seen of it is told when asked for. */
import type { Body, Effect } from '../node/node.ts'
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

/** A choice at which one handler ran at most, and nobody threw or crashed. */
export class QuietlyTaken implements Taken {
  readonly threw = null

  constructor(
    readonly choice: Choice,
    private readonly timeUs: number,
    private readonly envelope: Envelope | null,
    private readonly sent: readonly Envelope[],
    private readonly node: string,
    private readonly effects: readonly Effect[],
    private readonly arities: readonly number[],
  ) {}

  moment(): Moment {
    const { node } = this
    const outputs: { node: string; body: Body }[] = []
    const logs: { node: string; text: string }[] = []
    const wrote: { node: string; effect: DiskEffect }[] = []
    for (const effect of this.effects)
      if (effect.kind === 'output') outputs.push({ node, body: effect.body })
      else if (effect.kind === 'log') logs.push({ node, text: effect.text })
      else if (isDiskEffect(effect)) wrote.push({ node, effect })
    return {
      timeUs: this.timeUs,
      choice: this.choice,
      envelope: this.envelope,
      sent: this.sent,
      outputs: orNone(outputs),
      logs: orNone(logs),
      wrote: orNone(wrote),
      threw: null,
      crashed: NONE,
      lostWrites: false,
      arities: this.arities,
    }
  }
}
