/** Seeded streams of numbers: the only source of chance in the course. */

/** A stream of numbers that depends on nothing but its seed and its name. */
export interface RandomStream {
  /** An integer in `min..max`, both ends included. */
  integer(min: number, max: number): number
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean
  /** One element of a list that is not empty. */
  choose<T>(list: readonly T[]): T
}

/**
 * One named stream of a seed. Streams with different names are independent, so one more draw in one
 * place does not reshuffle the others.
 */
export function randomStream(seed: number, name: string): RandomStream {
  const next = mulberry32(hashText(`${seed}/${name}`))
  return {
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    choose: (list) => {
      if (list.length === 0) throw new Error('choose: the list is empty')
      return list[Math.floor(next() * list.length)]!
    },
  }
}

/** Many streams of one integer each: the first of `randomStream(seed, name + n)`, for any n. */
export function integersByNumber(
  seed: number,
  name: string,
): (n: number, min: number, max: number) => number {
  const start = hashOn(FNV_BASIS, `${seed}/${name}`)
  let tens = 0
  let hashOfTens = start
  return (n, min, max) => {
    // Numbers are mostly asked for in a row: all of their digits but the last were hashed for the one before.
    const before = Math.floor(n / 10)
    if (before !== tens) {
      tens = before
      hashOfTens = before === 0 ? start : hashOn(start, `${before}`)
    }
    const state = avalanche(hashDigit(hashOfTens, n - before * 10)) + GAMMA
    return min + Math.floor(uniform(state | 0) * (max - min + 1))
  }
}

/** FNV-1a over UTF-16 code units, with a final avalanche; 32 bits. */
export function hashText(text: string): number {
  return avalanche(hashOn(FNV_BASIS, text))
}

const FNV_BASIS = 0x811c9dc5

function hashDigit(state: number, digit: number): number {
  return Math.imul(state ^ (CODE_OF_0 + digit), FNV_PRIME)
}

const CODE_OF_0 = 48
const FNV_PRIME = 0x01000193

function hashOn(state: number, text: string): number {
  let hash = state
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

/** Spreads every input bit over all 32 output bits (the finaliser of MurmurHash3). */
export function avalanche(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Mulberry32: 32 bits of state, uniform doubles in [0, 1); good enough for schedules, not for secrets. */
function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + GAMMA) | 0
    return uniform(state)
  }
}

const GAMMA = 0x6d2b79f5

function uniform(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
