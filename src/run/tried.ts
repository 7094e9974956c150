/** The choice being visited, in parts: a search makes millions, and asks for the whole of nearly none. */
import type { Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import type { Choice, Course } from '../world/choice.ts'
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

/** Called once for every choice; `Space.choice` then tells which. `row` is reused: copy what you keep. */
export type Visit = (row: Row, threw: HandlerError | null) => void

export const NO_COURSE: Course = {}

export class Tried {
  private kind: TriedKind = 'deliver'
  private what = 0
  private detail = 0
  private course = NO_COURSE

  private links: readonly string[] = []

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

  /** The whole. */
  choice(): Choice {
    const { kind, what, detail, course, worlds } = this
    switch (kind) {
      case 'deliver':
        return { kind, parcel: worlds.parcels.value(what), ...course }
      case 'fire': {
        const { timer, arg } = worlds.events.value(detail) as Event & { kind: 'timer' }
        return { kind, node: worlds.names[what]!, timer, arg, ...course }
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
