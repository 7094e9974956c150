/** A session: one cluster played by hand, step by step, with its whole past. */
import type { View } from '../base/view.ts'
import type { Moment } from '../world/apply.ts'
import type { Model, Protocol } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import type { Command, Result } from './command.ts'

/** The present and the past of a cluster. `worlds[0]` is the first world, `worlds[i]` follows `moments[i - 1]`. */
export interface Run {
  readonly model: Model
  readonly worlds: readonly World[]
  readonly moments: readonly Moment[]
}

export interface Session {
  /** Null until a cluster was made. */
  run: Run | null
  readonly protocols: readonly Protocol[]
  readonly commands: readonly Command[]
  /** One line of the scenario language. Throws `ScenarioProblem`; then nothing has changed. */
  execute(line: string): Result
  /** What could stand at the end of the line, whole words, best first. */
  complete(line: string): readonly string[]
  /** How the state of every node looks after step `at`, with what that step changed marked. */
  stateView(at: number): View
  /** The picture of the whole run. */
  timelineView(): View
}
