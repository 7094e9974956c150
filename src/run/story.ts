/** Stories as files: one JSON text that holds all that is needed to understand a failure and to play it again. */
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { isChoice, isRecord, isText, isTexts } from './isChoice.ts'
import { type Replayed, replay } from './replay.ts'
import type { Story } from './token.ts'
import { worldHash } from './worldHash.ts'

export const STORY_SCHEMA = 1

/** A story with what a reader without the program wants to see, and what tells whether the program changed. */
export interface StoryFile extends Story {
  readonly schemaVersion: typeof STORY_SCHEMA
  /** The property that breaks at the end, or null where the story is only shown. */
  readonly property: string | null
  readonly why: string | null
  /** The picture, as golden text. */
  readonly timeline: string
  /** One hash for the first world, and one for the world after every step. */
  readonly worlds: readonly string[]
}

export interface StoryInput extends Story {
  readonly property: string | null
  readonly why: string | null
  readonly timeline: string
}

/** A file that is no story: one sentence that says what is wrong with it. */
export class StoryProblem extends Error {
  override readonly name = 'StoryProblem'
}

/**
 * The story as one JSON text that ends in a newline, always the same for the same story. Throws
 * `StoryProblem` if the trace does not replay on `model` from `first`: a file holds only what can be told.
 */
export function writeStory(input: StoryInput, model: Model, first: World): string {
  const { worlds, stopped } = replay(model, first, input.trace)
  if (stopped !== null)
    throw new StoryProblem(`This story stops at step ${stopped.step}: ${stopped.why}. It cannot be written.`)
  const { program, rules, names, params, options, property, why, timeline, trace } = input
  const file: StoryFile = {
    schemaVersion: STORY_SCHEMA,
    program,
    rules,
    names,
    params,
    options,
    property,
    why,
    timeline,
    trace,
    worlds: worlds.map(worldHash),
  }
  return `${JSON.stringify(file, null, 1)}\n`
}

/** Reads a story. Throws `StoryProblem` naming the field that is missing or of the wrong kind. */
export function readStory(text: string): StoryFile {
  const file = parse(text)
  if (file['schemaVersion'] !== STORY_SCHEMA)
    throw new StoryProblem(
      typeof file['schemaVersion'] === 'number'
        ? `This story is of schema ${file['schemaVersion']}; this program reads schema ${STORY_SCHEMA}.`
        : 'This is no story: it has no "schemaVersion".',
    )
  for (const [field, fits] of Object.entries(FIELDS))
    if (!fits(file[field]))
      throw new StoryProblem(
        `This story is damaged: its field "${field}" is missing or not what it should be.`,
      )
  const story = file as unknown as StoryFile
  if (story.worlds.length !== story.trace.length + 1)
    throw new StoryProblem(
      `This story is damaged: it has ${story.trace.length} steps, so "worlds" needs ${story.trace.length + 1} hashes, not ${story.worlds.length}.`,
    )
  return story
}

export type Retold =
  | {
      readonly kind: 'told'
      readonly replayed: Replayed
      /**
       * Null where the program does exactly what it did. Otherwise the first step (0 is the first world)
       * after which its world is another one, or that is no longer possible.
       */
      readonly changedAt: number | null
    }
  /** Only with `exact`: the program has changed, so this is not the story that was written down. */
  | { readonly kind: 'refused'; readonly changedAt: number; readonly why: string }

/**
 * Plays a story on a program, as far as its choices are possible: does my fix survive the same story? With
 * `exact` it refuses where the program does not do, step by step, what it did when the story was written.
 *
 * What a program *is* cannot be hashed soundly: its source text changes with every bundler, and what it calls
 * is not in it. So a story keeps what the program *did*: a hash of every world it passed through (states,
 * timers, disks, wire, clients, folds of the properties, virtual time). That sees every change of behaviour
 * this story meets, and no other: a change that only another story would show is not reported.
 */
export function retell(
  story: StoryFile,
  model: Model,
  first: World,
  options: { readonly exact?: boolean } = {},
): Retold {
  const replayed = replay(model, first, story.trace)
  const at = story.worlds.findIndex(
    (hash, i) => replayed.worlds[i] === undefined || hash !== worldHash(replayed.worlds[i]),
  )
  if (at < 0) return { kind: 'told', replayed, changedAt: null }
  if (options.exact !== true) return { kind: 'told', replayed, changedAt: at }
  const place = at === 0 ? 'in the first world' : `at step ${at}`
  const how =
    replayed.stopped !== null && replayed.stopped.step <= at
      ? replayed.stopped.why
      : 'what happens there is not what happened when the story was written'
  return {
    kind: 'refused',
    changedAt: at,
    why: `${story.program} has changed since this story was written; it differs first ${place}: ${how}`,
  }
}

function parse(text: string): { readonly [field: string]: unknown } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new StoryProblem('This is no story: it is not JSON. Was the file cut short?')
  }
  if (isRecord(value)) return value
  throw new StoryProblem('This is no story: a story is one JSON object.')
}

const isTextOrNull = (value: unknown) => value === null || isText(value)
const isTrace = (value: unknown) => Array.isArray(value) && value.every(isChoice)

const FIELDS: { readonly [field in keyof Omit<StoryFile, 'schemaVersion'>]: (value: unknown) => boolean } = {
  program: isText,
  rules: isTexts,
  names: isTexts,
  params: isRecord,
  options: isRecord,
  property: isTextOrNull,
  why: isTextOrNull,
  timeline: isText,
  trace: isTrace,
  worlds: isTexts,
}
