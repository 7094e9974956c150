/** The configurations a search has seen: Lowe's memo, where one that used fewer loose operations stands for others. */
import { avalanche } from '../base/random.ts'
import type { Budget } from './budget.ts'

const FIRST_ROWS = 64

/**
 * A configuration is how far each lane is, which loose operations are used, and the state. Loose operations
 * need never be used, so whatever can follow a configuration can also follow one with the same lanes and
 * state that used a subset: the former is covered and need not be looked at (Lowe 2017 memoises equal ones).
 */
export class Configurations {
  /** Rows: next in the bucket, state, lanes, words of loose bits. */
  private rows: Int32Array
  private heads: Int32Array
  private count = 0
  private held = 0
  private readonly width: number

  constructor(
    private readonly lanes: number,
    private readonly words: number,
    private readonly budget: Budget,
  ) {
    this.width = 2 + lanes + words
    this.rows = new Int32Array(0)
    this.heads = new Int32Array(0)
  }

  /** Adds a configuration. `false`: it is covered by one seen before; `null`: no memory is left. */
  add(state: number, done: Int32Array, loose: Int32Array): boolean | null {
    if (this.count * this.width >= this.rows.length && !this.grow()) return null
    const { rows, width, lanes, words } = this
    const bucket = this.bucket(state, done, 0)
    let walked = 0
    for (let row = this.heads[bucket]!; row >= 0; row = rows[row * width]!) {
      if ((++walked & 63) === 0) this.budget.configurations++
      if (this.covers(row, state, done, loose)) return false
    }
    const row = this.count++
    const at = row * width
    rows[at] = this.heads[bucket]!
    rows[at + 1] = state
    for (let i = 0; i < lanes; i++) rows[at + 2 + i] = done[i]!
    for (let i = 0; i < words; i++) rows[at + 2 + lanes + i] = loose[i]!
    this.heads[bucket] = row
    return true
  }

  /** Gives all memory back. */
  release(): void {
    this.budget.bytes -= this.held
    this.held = 0
    this.count = 0
    this.rows = new Int32Array(0)
    this.heads = new Int32Array(0)
  }

  private covers(row: number, state: number, done: Int32Array, loose: Int32Array): boolean {
    const { rows, lanes, words } = this
    let at = row * this.width + 1
    if (rows[at++] !== state) return false
    for (let i = 0; i < lanes; i++) if (rows[at++] !== done[i]) return false
    for (let i = 0; i < words; i++) if ((rows[at++]! & ~loose[i]!) !== 0) return false
    return true
  }

  private bucket(state: number, values: Int32Array, from: number): number {
    let hash = Math.imul(state + 1, 0x9e3779b1)
    for (let i = 0; i < this.lanes; i++) hash = Math.imul(hash ^ values[from + i]!, 0x01000193) + 0x2545f491
    return avalanche(hash) & (this.heads.length - 1)
  }

  /** Twice the room. Old and new rows exist at once, so both count. */
  private grow(): boolean {
    const capacity = Math.max(FIRST_ROWS, this.count * 2)
    const bytes = capacity * (this.width + 1) * 4
    if (!this.budget.take(bytes)) return false
    this.budget.bytes -= this.held
    this.held = bytes
    const rows = new Int32Array(capacity * this.width)
    rows.set(this.rows)
    this.rows = rows
    this.heads = new Int32Array(capacity).fill(-1)
    for (let row = 0; row < this.count; row++) {
      const at = row * this.width
      const bucket = this.bucket(rows[at + 1]!, rows, at + 2)
      rows[at] = this.heads[bucket]!
      this.heads[bucket] = row
    }
    return true
  }
}
