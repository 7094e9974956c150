/** Rows of integers by the million: chunked typed arrays that never move, and a table of fingerprints. */
import { laneSalts, laneShare } from '../base/fingerprint.ts'

/** Spreads the second lane over the table's places. */
const MIX = 0x27d4eb2f

const CHUNK_BITS = 20
const CHUNK = 1 << CHUNK_BITS

/** A list of 32-bit integers that grows without copying what it holds. */
export class Integers {
  private readonly chunks: Int32Array[] = []
  length = 0

  get(index: number): number {
    return this.chunks[index >>> CHUNK_BITS]![index & (CHUNK - 1)]!
  }

  set(index: number, value: number): void {
    this.chunks[index >>> CHUNK_BITS]![index & (CHUNK - 1)] = value
  }

  push(value: number): void {
    const chunk = this.length >>> CHUNK_BITS
    if (chunk === this.chunks.length) this.chunks.push(new Int32Array(CHUNK))
    this.chunks[chunk]![this.length & (CHUNK - 1)] = value
    this.length++
  }
}

/**
 * A set of rows. The first `fixed` integers of a row count by position; the rest are a multiset (the wire),
 * kept in an order that equal multisets share. Two rows are taken for equal if their 64-bit fingerprints
 * are; in exact mode their contents are compared as well.
 */
export class RowSet {
  private readonly cells = new Integers()
  private readonly offsets = new Integers()
  private readonly lane0 = new Integers()
  private readonly lane1 = new Integers()
  private readonly salts0: Int32Array
  private readonly salts1: Int32Array
  private table = new Int32Array(1 << 12)
  /** Whether the last `add` was of a row that was not there. */
  isNew = false
  /** Different rows with one fingerprint, seen in exact mode. */
  collisions = 0

  constructor(
    private readonly fixed: number,
    private readonly exact: boolean,
  ) {
    this.salts0 = laneSalts(0, fixed + 1)
    this.salts1 = laneSalts(1, fixed + 1)
  }

  get size(): number {
    return this.offsets.length
  }

  /** The number of the row; `isNew` then says whether it was not there before. */
  add(row: readonly number[]): number {
    const { fixed, salts0, salts1, lane0, lane1, table } = this
    let a = 0
    let b = 0
    for (let i = 0; i < row.length; i++) {
      const position = i < fixed ? i : fixed
      a = (a + laneShare(0, row[i]!, salts0[position]!)) | 0
      b = (b + laneShare(1, row[i]!, salts1[position]!)) | 0
    }
    const mask = table.length - 1
    let place = (a ^ Math.imul(b, MIX)) & mask
    for (let entry = table[place]!; entry !== 0; entry = table[place]!) {
      if (lane0.get(entry - 1) === a && lane1.get(entry - 1) === b) {
        if (!this.exact || this.equals(entry - 1, row)) {
          this.isNew = false
          return entry - 1
        }
        this.collisions++
      }
      place = (place + 1) & mask
    }
    const index = this.append(row, a, b)
    table[place] = index + 1
    if (this.size * 2 > table.length) this.grow()
    this.isNew = true
    return index
  }

  /** Copies row `index` into `into`, replacing what it held. */
  read(index: number, into: number[]): number[] {
    const offset = this.offsets.get(index) >>> 0
    const length = this.cells.get(offset)
    into.length = length
    for (let i = 0; i < length; i++) into[i] = this.cells.get(offset + 1 + i)
    return into
  }

  /** The integer at one position of a row. */
  at(index: number, position: number): number {
    return this.cells.get((this.offsets.get(index) >>> 0) + 1 + position)
  }

  equals(index: number, row: readonly number[]): boolean {
    const offset = this.offsets.get(index) >>> 0
    if (this.cells.get(offset) !== row.length) return false
    for (let i = 0; i < row.length; i++) if (this.cells.get(offset + 1 + i) !== row[i]) return false
    return true
  }

  /** Expected number of wrongly merged pairs among this many rows, if fingerprints were random. */
  expectedCollisions(): number {
    return (this.size * (this.size - 1)) / 2 / 2 ** 64
  }

  private append(row: readonly number[], a: number, b: number): number {
    const index = this.offsets.length
    this.offsets.push(this.cells.length | 0)
    this.cells.push(row.length)
    for (let i = 0; i < row.length; i++) this.cells.push(row[i]!)
    this.lane0.push(a)
    this.lane1.push(b)
    return index
  }

  private grow(): void {
    const table = new Int32Array(this.table.length * 2)
    const mask = table.length - 1
    for (let index = 0; index < this.size; index++) {
      let place = (this.lane0.get(index) ^ Math.imul(this.lane1.get(index), MIX)) & mask
      while (table[place] !== 0) place = (place + 1) & mask
      table[place] = index + 1
    }
    this.table = table
  }
}
