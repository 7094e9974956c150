/** What a story met, as short hashes: they tell whether a program still does what it did. */
import { createHash } from 'node:crypto'
import { begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import { type World, worldText } from '../world/world.ts'
import { replay } from './replay.ts'
import type { Story } from './token.ts'

/**
 * States, timers, disks, wire, clients, folds of the properties, and virtual time. 48 bits: enough to tell two
 * versions of one step apart, and short enough for a line of a file.
 */
export function worldHash(world: World): string {
  const deadlines = Object.values(world.nodes).flatMap((slot) => slot.timers.map((timer) => timer.dueUs))
  return short(`${worldText(world)}\n${world.timeUs} ${deadlines.join()}`, 12)
}

/**
 * One hash of 32 bits for all the worlds that a trace leads through from the model's first one, as much as a token
 * has room for; undefined where it does not get to its end.
 */
export function metBy(model: Model, trace: readonly Choice[]): string | undefined {
  const { worlds, stopped } = replay(model, begin(model).world, trace)
  return stopped === null ? pathHash(worlds) : undefined
}

/** Whether a story that was told again to its end led through other worlds than it did the first time. */
export function isAnother({ met }: Pick<Story, 'met'>, worlds: readonly World[]): boolean {
  return met !== undefined && met !== pathHash(worlds)
}

function pathHash(worlds: readonly World[]): string {
  return short(worlds.map(worldHash).join(), 8)
}

function short(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
