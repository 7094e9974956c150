/** A session: one cluster played by hand, step by step, with its whole past. */
import type { Json } from '../base/canonical.ts'
import { UnknownName } from '../base/unknownName.ts'
import type { TimelineView, View } from '../base/view.ts'
import { stateView } from '../draw/state.ts'
import { timelineOf } from '../draw/timeline.ts'
import type { HistoryEvent } from '../history/read.ts'
import type { FuzzRun, Lost, RunOptions } from '../run/fuzzRuns.ts'
import { type Story, tokenOf } from '../run/token.ts'
import { metBy } from '../run/worldHash.ts'
import { apply, begin } from '../world/apply.ts'
import type { Budgets } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import {
  type Alternative,
  type Model,
  type ModelInput,
  makeModel,
  type Protocol,
  variant,
} from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from './command.ts'
import { nearest, splitWords } from './words.ts'

/** What a cluster was made of: enough to make it again elsewhere. */
export interface Origin {
  readonly program: string
  readonly rules: readonly string[]
  readonly names: readonly string[]
  readonly params: { readonly [name: string]: Json }
  readonly options: Story['options']
  readonly clients?: Story['clients'] | undefined
}

/** The present and the past of a cluster. `worlds[0]` is the first world, `worlds[i]` follows `moments[i - 1]`. */
export interface Run {
  readonly model: Model
  readonly origin: Origin
  /** What `explore` may do unless told otherwise, as the cluster was given it. */
  readonly budgets: Partial<Budgets>
  readonly worlds: readonly World[]
  readonly moments: readonly Moment[]
}

/** The words a cluster is made from. */
export interface ClusterRequest {
  readonly protocol: Protocol
  readonly names: readonly string[]
  readonly params: { readonly [name: string]: Json }
  readonly overrides: NonNullable<ModelInput['overrides']>
  readonly rules: readonly Alternative[]
  readonly options: Story['options']
  readonly budgets: Partial<Budgets>
  readonly clients?: Story['clients'] | undefined
}

/** All that is needed to make a run again, on this thread or another: plain data. */
export interface Kept extends Story {
  readonly budgets: Partial<Budgets>
}

/** How far a search has come. */
export type Progress =
  | { readonly kind: 'explore'; readonly worlds: number; readonly depth: number }
  | { readonly kind: 'fuzz'; readonly runs: number; readonly broken: number }

/** Someone who looks on while a search runs, and may stop it: `seen` answers `false`. */
export interface Onlooker {
  /** Bytes that the worlds of a search may take. */
  readonly maxBytes: number
  /** Who makes random runs side by side, if anybody does. */
  readonly crew?: Crew
  seen(progress: Progress): boolean
}

/** Seeds to run, and on what: plain data. */
export interface CrewJob {
  readonly kept: Kept
  /** What every run depends on; they begin where the kept run ends. */
  readonly options: Omit<RunOptions, 'from'>
  readonly firstSeed: number
  readonly seeds: number
}

/** Makes random runs with so many workers. */
export interface Crew {
  /** In the order of their seeds; null where the next is not there yet. One that is lost is the last. */
  runs(workers: number, job: CrewJob): Iterable<FuzzRun | Lost | null>
}

export interface SessionInput {
  readonly protocols: readonly Protocol[]
  readonly alternatives: readonly Alternative[]
  readonly commands: readonly Command[]
}

export class Session {
  /** Null until a cluster was made. */
  run: Run | null = null
  /** A history written by hand, in the order of its events; null where there is none. */
  written: readonly HistoryEvent[] | null = null
  /** Runs that were kept under a name. */
  readonly saved = new Map<string, Kept>()
  onlooker: Onlooker | null = null
  readonly protocols: readonly Protocol[]
  readonly alternatives: readonly Alternative[]
  readonly commands: readonly Command[]

  constructor(input: SessionInput) {
    this.protocols = input.protocols
    this.alternatives = input.alternatives
    this.commands = input.commands
  }

  /** One line of the scenario language. Throws `ScenarioProblem`; then nothing has changed. */
  execute(line: string): Result {
    const [first, ...rest] = splitWords(line)
    if (first === undefined) return NOTHING
    const before = this.run
    try {
      return this.commandOf(first.text, first.column).run(this, rest)
    } catch (error) {
      this.run = before
      if (error instanceof ScenarioProblem) throw error
      if (error instanceof UnknownName)
        throw new ScenarioProblem(columnOf(error.word, rest), error.message, nearest(error.word, error.known))
      if (error instanceof RangeError)
        throw new ScenarioProblem(rest[0]?.column ?? first.column, error.message)
      throw error
    }
  }

  /** What could stand at the end of the line, whole words, best first. */
  complete(line: string): readonly string[] {
    const words = splitWords(line)
    const typing = line === '' || /\s$/.test(line) ? '' : (words.pop()?.text ?? '')
    const [first, ...rest] = words
    const options =
      first === undefined
        ? this.commands.map((c) => c.name)
        : (this.find(first.text)?.complete(
            this,
            rest.map((w) => w.text),
          ) ?? [])
    return [...new Set(options)].filter((option) => option.startsWith(typing))
  }

  /** The run, or a problem that says how to get one. */
  get current(): Run {
    if (this.run === null)
      throw new ScenarioProblem(
        0,
        'there is no cluster yet: make one first, such as "cluster two-phase-commit"',
        'cluster',
      )
    return this.run
  }

  get world(): World {
    return this.current.worlds.at(-1)!
  }

  /** Makes a cluster; what was there before is gone. */
  make(request: ClusterRequest): void {
    const { protocol, names, params, overrides, rules, options, budgets, clients } = request
    const program =
      rules.length === 0
        ? protocol
        : variant(
            protocol,
            rules.map((r) => r.name).join('+'),
            Object.fromEntries(rules.map((r) => [r.rule, r.is])),
          )
    const model = makeModel(program, {
      params,
      overrides,
      options,
      ...(names.length > 0 && { names }),
      ...(clients !== undefined && { clients }),
    })
    const first = begin(model)
    const kept = {
      ...params,
      ...Object.fromEntries(
        Object.entries(overrides).flatMap(([name, own]) =>
          Object.entries(own).map(([field, value]) => [`${name}.${field}`, value]),
        ),
      ),
    }
    const origin = {
      program: protocol.name,
      rules: rules.map((r) => `${r.rule}=${r.name}`),
      names: model.cluster.names,
      params: kept,
      options,
      ...(clients !== undefined && { clients }),
    }
    this.run = { model, origin, budgets, worlds: [first.world], moments: [] }
    this.written = null
  }

  /** Carries a choice out. Throws `ScenarioProblem` at `column` where it is not possible. */
  take(choice: Choice, column = 0): Moment {
    const { model } = this.current
    const applied = apply(model, this.world, choice)
    if (applied.kind === 'refused') throw new ScenarioProblem(column, applied.why)
    this.push(applied.world, applied.moment)
    return applied.moment
  }

  push(world: World, moment: Moment): void {
    const run = this.current
    this.run = { ...run, worlds: [...run.worlds, world], moments: [...run.moments, moment] }
  }

  /** Forgets everything after step `step`. */
  goto(step: number): void {
    const run = this.current
    this.run = { ...run, worlds: run.worlds.slice(0, step + 1), moments: run.moments.slice(0, step) }
  }

  /** A token of the run so far, and of a story that goes on from here, with other options if it needs them. */
  token(trace: readonly Choice[] = [], options: Story['options'] = {}): string {
    const { origin, budgets, model, moments } = this.current
    const whole = [...moments.map((m) => m.choice), ...trace]
    return tokenOf({
      ...origin,
      options: { ...origin.options, ...options },
      budgets,
      trace: whole,
      met: metBy({ ...model, options: { ...model.options, ...options } }, whole),
    })
  }

  /** How every node looks after step `at` (0 is the start), with what that step changed marked. */
  stateView(at: number): View {
    const { model, worlds } = this.current
    return stateView(model, worlds[at]!, at > 0 ? worlds[at - 1]! : null)
  }

  /** The picture of the whole run. */
  timelineView(): TimelineView {
    const { model, moments } = this.current
    return timelineOf(model, moments, { labels: 'time', last: this.world })
  }

  private commandOf(name: string, column: number): Command {
    const command = this.find(name)
    if (command !== undefined) return command
    const near = nearest(
      name,
      this.commands.map((c) => c.name),
    )
    throw new ScenarioProblem(column, `no command is called "${name}"; type help for all of them`, near)
  }

  private find(name: string): Command | undefined {
    return this.commands.find((command) => command.name === name)
  }
}

/** Where a name stands that is known to be among these words: alone, or before a `=`. */
function columnOf(name: string, words: readonly Word[]): number {
  for (const { text, column } of words) {
    const [before = ''] = text.split('=')
    const at = before === name ? 0 : before.endsWith(`.${name}`) ? before.length - name.length : -1
    if (at >= 0) return column + at
  }
  return words[0]?.column ?? 0
}
