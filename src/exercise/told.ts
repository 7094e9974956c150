/** What this fork was asked for besides the answer: which seed, how deep to look, or which story to tell again. */
import { canonicalText } from '../base/canonical.ts'
import { type Story, storyOf } from '../run/token.ts'
import type { Model } from '../world/protocol.ts'
import type { ScenarioFile } from './exercise.ts'

/** Handed to the fork beside the code. */
export interface Asked {
  readonly seed: number
  /** The id of the exercise. */
  readonly exercise: string
  /** Thousands of random runs and larger searches. */
  readonly deep: boolean
  /** A token: no check is judged, and its story is told again on this answer. */
  readonly story: string | null
  /** Only the check of this name; null where all are asked for. */
  readonly only: string | null
  /** No check after the first that is not passed. */
  readonly stopAtFirst: boolean
  /** Scenarios of the learner to play after the checks. */
  readonly scenarios: readonly ScenarioFile[]
  /** The one scenario is to be walked: told step by step, with every state. */
  readonly walk: boolean
}

/** What is asked for unless something else is said. */
export const PLAIN: Omit<Asked, 'exercise'> = {
  seed: 1,
  deep: false,
  story: null,
  only: null,
  stopAtFirst: false,
  scenarios: [],
  walk: false,
}

let asked: Asked = { ...PLAIN, exercise: '' }
let wanted: { readonly check: string; readonly story: Story } | null = null
let tell: (model: Model, story: Story) => never = () => {
  throw new Error('nobody listens')
}

export function setAsked(value: Asked): void {
  asked = value
  wanted = null
  if (value.story === null) return
  const story = storyOf(value.story)
  wanted = { check: checkOf(story.program)?.check ?? '', story }
}

/** The seed of this run; checks derive theirs from it. */
export function runSeed(): number {
  return asked.seed
}

export function isDeep(): boolean {
  return asked.deep
}

export function scenariosAsked(): Pick<Asked, 'scenarios' | 'walk'> {
  return asked
}

/** Whether the check of this name is to run, after `failures` others that were not passed. */
export function isAskedFor(check: string, failures: number): boolean {
  const only = retelling() ?? asked.only
  return (only === null || only === check) && !(asked.stopAtFirst && failures > 0)
}

/** The name of the check whose story is to be told again; null where checks are judged. */
export function retelling(): string | null {
  return wanted?.check ?? null
}

/** Called with the model of the story. It does not come back. */
export function onFound(listener: typeof tell): void {
  tell = listener
}

/**
 * A check has made this model: if it is filled in like the one of the story that is asked for, the story is told
 * on it, with the story's own seed, delays and wire.
 */
export function offer(model: Model): void {
  if (wanted === null) return
  const { names, params, options } = wanted.story
  if (canonicalText([model.cluster.names, model.params]) === canonicalText([names, params]))
    tell({ ...model, options: { ...model.options, ...options } }, wanted.story)
}

/** The program that the tokens of a check name: its exercise, and itself. */
export function programOf(check: string): string {
  return `exercise:${asked.exercise}/${check}`
}

/** The other way round; null for the name of a protocol. */
export function checkOf(program: string): { readonly exercise: string; readonly check: string } | null {
  const [, exercise, check] = /^exercise:([a-z0-9-]+)\/(.*)$/s.exec(program) ?? []
  return exercise === undefined || check === undefined ? null : { exercise, check }
}
