/** The choice being visited, in parts: a search makes millions, and asks for the whole of nearly none. */
import type { Body, Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import type { Choice, Course, Rates, Timed } from '../world/choice.ts'
import { WITHHELD } from './packedLies.ts'
import type { PackedWorlds } from './packedWorlds.ts'
import type { Row } from './rows.ts'

/** The choices that a search makes. */
type TriedKind =
  | 'deliver'
  | 'fire'
  | 'restart'
  | 'crash'
  | 'drop'
  | 'duplicate'
  | 'pause'
  | 'resume'
  | 'cut'
  | 'heal'
  | 'lie'
  | 'clock'
  | 'wait'
  | 'corrupt'

/** Called once for every choice; `Space.choice` then tells which. `row` is reused: copy what you keep. */
export type Visit = (row: Row, threw: HandlerError | null) => void

export const NO_COURSE: Course = {}
const NO_BODY: Body = { type: '' }

export class Tried {
  private kind: TriedKind = 'deliver'
  private what = 0
  private detail = 0
  private course = NO_COURSE

  private links: readonly string[] = []
  private rates: Rates = {}
  private into: Body = NO_BODY
  /** Where time passes: now. */
  private timed: Timed = {}

  constructor(private readonly worlds: PackedWorlds) {}

  note(kind: TriedKind, what: number, detail: number, course: Course): void {
    this.kind = kind
    this.what = what
    this.detail = detail
    this.course = course
  }

  noteCut(links: readonly string[]): void {
    this.note('cut', 0, 0, NO_COURSE)
    this.links = links
  }

  noteWait(untilUs: number, rates: Rates): void {
    this.note('wait', untilUs, 0, NO_COURSE)
    this.rates = rates
  }

  noteCorrupt(parcel: number, into: Body): void {
    this.note('corrupt', parcel, 0, NO_COURSE)
    this.into = into
  }

  /** The time of what is noted from here on. */
  at(timeUs: number): void {
    if (this.timed.atUs !== timeUs) this.timed = { atUs: timeUs }
  }

  /** The whole. */
  choice(): Choice {
    const { kind, what, detail, course, worlds } = this
    switch (kind) {
      case 'deliver':
        return { kind, parcel: worlds.parcels.value(what), ...course, ...this.timed }
      case 'fire': {
        const { timer, arg } = worlds.events.value(detail) as Event & { kind: 'timer' }
        return { kind, node: worlds.names[what]!, timer, arg, ...course, ...this.timed }
      }
      case 'restart':
        return { kind, node: worlds.names[what]!, ...course }
      case 'crash':
        return { kind, node: worlds.names[what]!, disk: detail < 0 ? 'cache' : detail }
      case 'pause':
      case 'resume':
        return { kind, node: worlds.names[what]! }
      case 'cut':
        return { kind, links: this.links }
      case 'heal':
        return { kind }
      case 'lie':
        return this.lie(what, detail)
      case 'clock':
        return { kind, node: worlds.names[what]!, stepUs: detail, rate: null }
      case 'wait':
        return { kind, untilUs: what, ...(Object.keys(this.rates).length > 0 && { rates: this.rates }) }
      case 'corrupt':
        return { kind, parcel: worlds.parcels.value(what), into: this.into }
      case 'drop':
      case 'duplicate':
        return { kind, parcel: worlds.parcels.value(what) }
    }
  }

  /** `told` took the place of `meant`; nobody asked for it where `meant` is below zero. */
  private lie(told: number, meant: number): Choice {
    const { parcels } = this.worlds
    const { from: node, to, body } = parcels.value(told === WITHHELD ? meant : told)
    const instead = meant < 0 ? null : parcels.value(meant)
    return { kind: 'lie', node, to, instead, body: told === WITHHELD ? null : body }
  }
}
