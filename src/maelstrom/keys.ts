/** keys: which keys are in use at a time. They are integers, as Maelstrom's are: typed programs rely on it. */
import type { RandomStream } from '../base/random.ts'

/** Each key is used for so many requests, so that none has a long history. */
const REQUESTS_PER_KEY = 40
const KEYS_AT_ONCE = 3

/** The newest key at the i-th request; they count from 0. */
export function newestKey(i: number): number {
  return KEYS_AT_ONCE * (1 + Math.floor(i / (REQUESTS_PER_KEY * KEYS_AT_ONCE))) - 1
}

/** One of those that are in use at the i-th request. */
export function someKey(dice: RandomStream, i: number): number {
  return newestKey(i) - dice.integer(0, KEYS_AT_ONCE - 1)
}
