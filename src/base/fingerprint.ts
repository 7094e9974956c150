/** Fingerprints of rows of integers: two 32-bit lanes, each a sum over the row's parts. */
import { avalanche } from './random.ts'

/** Independent odd multipliers and salts; lanes that shared them once lost worlds without a sign. */
const LANES = [
  { multiplier: 0x9e3779b1, seed: 0x243f6a88 },
  { multiplier: 0x85ebca77, seed: 0x13198a2e },
] as const

/** One salt per lane and position, so that equal ids in different places count differently. */
export function laneSalts(lane: 0 | 1, positions: number): Int32Array {
  const salts = new Int32Array(positions)
  let state: number = LANES[lane].seed
  for (let i = 0; i < positions; i++) {
    state = (Math.imul(state, 0x19660d) + 0x3c6ef35f) | 0
    salts[i] = avalanche(state ^ LANES[lane].multiplier)
  }
  return salts
}

/** The share of `id` at a position with `salt` in a lane. Sums of shares do not depend on order. */
export function laneShare(lane: 0 | 1, id: number, salt: number): number {
  return avalanche(Math.imul(id + 1, lane === 0 ? LANES[0].multiplier : LANES[1].multiplier) ^ salt) | 0
}
