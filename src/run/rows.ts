/** Rows of integers by the million: chunked typed arrays, of which only the first one ever moves, and a table of fingerprints. */
import { laneSalts, laneShare } from '../base/fingerprint.ts'

/** Spreads the second lane over the table's places. */
const MIX = 0x27d4eb2f

const CHUNK_BITS = 20
const CHUNK = 1 << CHUNK_BITS
/** Most searches are small: the first chunk begins with so many places, and grows until it is a whole one. */
const FIRST_CHUNK = 1 << 10

/** A list of 32-bit integers that grows without copying what it holds, once it is large. */
export class Integers {
  private readonly chunks: Int32Array[] = []
  length = 0

  get(index: number): number {
    return this.chunks[index >>> CHUNK_BITS]![index & (CHUNK - 1)]!
  }

  push(value: number): void {
    const { length } = this
    const at = length & (CHUNK - 1)
    let chunk = this.chunks[length >>> CHUNK_BITS]
    if (chunk === undefined || at === chunk.length) chunk = grown(this.chunks, Int32Array, chunk)
    chunk[at] = value
    this.length = length + 1
  }

  get bytes(): number {
    return bytesOf(this.chunks)
  }
}

/** Makes room for one more where there is none: `small`, the first chunk, is grown, or another chunk is added. */
function grown<T extends Int32Array | Uint16Array>(
  chunks: T[],
  kind: new (length: number) => T,
  small?: T,
): T {
  if (small === undefined) {
    const another = new kind(chunks.length === 0 ? FIRST_CHUNK : CHUNK)
    chunks.push(another)
    return another
  }
  // By four: each that is left behind stays until the collector comes, and a large search counts its bytes.
  const first = new kind(4 * small.length)
  first.set(small)
  chunks[0] = first
  return first
}

function bytesOf(chunks: readonly (Int32Array | Uint16Array)[]): number {
  const [first] = chunks
  return first === undefined ? 0 : chunks.length * first.byteLength
}

/** An integer from here on is kept as this mark and two halves. */
const WIDE = 0xffff

/** A list of numbers of 32 bits, nearly all of which fit into 16: ids are small, and half the memory is a lot of worlds. */
class Halves {
  private readonly chunks: Uint16Array[] = []
  length = 0
  /** Where the next `read` reads. */
  at = 0

  push(value: number): void {
    if (value >= 0 && value < WIDE) return this.pushHalf(value)
    this.pushHalf(WIDE)
    this.pushHalf(value & 0xffff)
    this.pushHalf(value >>> 16)
  }

  read(): number {
    const half = this.half()
    if (half !== WIDE) return half
    const low = this.half()
    return low | (this.half() << 16)
  }

  get bytes(): number {
    return bytesOf(this.chunks)
  }

  private half(): number {
    const { at } = this
    this.at = at + 1
    return this.chunks[at >>> CHUNK_BITS]![at & (CHUNK - 1)]!
  }

  private pushHalf(value: number): void {
    const { length } = this
    const at = length & (CHUNK - 1)
    let chunk = this.chunks[length >>> CHUNK_BITS]
    if (chunk === undefined || at === chunk.length) chunk = grown(this.chunks, Uint16Array, chunk)
    chunk[at] = value
    this.length = length + 1
  }
}

/**
 * One row, to be changed. Its first `fixed` integers count by position; the rest are a multiset (the wire),
 * kept in an order that equal multisets share. It keeps its fingerprint in step: a fingerprint is a sum of
 * shares, so a change costs the shares of what went and what came, however long the row is.
 */
export class Row {
  /** The integers of the row are the first `length` of these. To be read only: changes go through the methods. */
  cells = new Int32Array(64)
  length = 0
  lane0 = 0
  lane1 = 0
  private readonly salts0: Int32Array
  private readonly salts1: Int32Array

  constructor(readonly fixed: number) {
    this.salts0 = laneSalts(0, fixed + 1)
    this.salts1 = laneSalts(1, fixed + 1)
  }

  /** Replaces an integer of the fixed part. */
  set(position: number, id: number): void {
    const old = this.cells[position]!
    if (old === id) return
    this.cells[position] = id
    const salt0 = this.salts0[position]!
    const salt1 = this.salts1[position]!
    this.lane0 = (this.lane0 - laneShare(0, old, salt0) + laneShare(0, id, salt0)) | 0
    this.lane1 = (this.lane1 - laneShare(1, old, salt1) + laneShare(1, id, salt1)) | 0
  }

  /** Puts an integer into the rest, before place `at`. */
  insert(at: number, id: number): void {
    this.makeRoom(this.length + 1)
    const { cells } = this
    for (let i = this.length++; i > at; i--) cells[i] = cells[i - 1]!
    cells[at] = id
    this.lane0 = (this.lane0 + laneShare(0, id, this.salts0[this.fixed]!)) | 0
    this.lane1 = (this.lane1 + laneShare(1, id, this.salts1[this.fixed]!)) | 0
  }

  /** Takes the integer at place `at` out of the rest. */
  remove(at: number): void {
    const { cells } = this
    const id = cells[at]!
    const last = --this.length
    for (let i = at; i < last; i++) cells[i] = cells[i + 1]!
    this.lane0 = (this.lane0 - laneShare(0, id, this.salts0[this.fixed]!)) | 0
    this.lane1 = (this.lane1 - laneShare(1, id, this.salts1[this.fixed]!)) | 0
  }

  /** Becomes a copy of another row. */
  copy(other: Row): void {
    const { length } = other
    this.makeRoom(length)
    const to = this.cells
    const from = other.cells
    // Rows are short: a loop beats `TypedArray.set`.
    for (let i = 0; i < length; i++) to[i] = from[i]!
    this.length = length
    this.lane0 = other.lane0
    this.lane1 = other.lane1
  }

  /** Becomes this list. */
  fill(ids: readonly number[]): void {
    this.makeRoom(ids.length)
    this.length = ids.length
    this.lane0 = 0
    this.lane1 = 0
    ids.forEach((id, i) => {
      const position = Math.min(i, this.fixed)
      this.cells[i] = id
      this.lane0 = (this.lane0 + laneShare(0, id, this.salts0[position]!)) | 0
      this.lane1 = (this.lane1 + laneShare(1, id, this.salts1[position]!)) | 0
    })
  }

  makeRoom(length: number): void {
    if (length <= this.cells.length) return
    const cells = new Int32Array(length * 2)
    cells.set(this.cells)
    this.cells = cells
  }
}

/** What is kept of every row beside its cells, in one line of the cache: two lanes, where its cells begin, its parent. */
const HEAD = 4

/** Where cells begin is kept in 32 bits. */
const MOST_CELLS = 2 ** 32 - CHUNK
/** Numbers of rows, and where their heads lie, are 32 bits as well. */
const MOST_ROWS = 2 ** 29

/**
 * A set of rows. Two rows are taken for equal if their 64-bit fingerprints are; in exact mode their contents
 * are compared as well.
 */
export class RowSet {
  private readonly cells = new Halves()
  private readonly heads = new Integers()
  private table = new Int32Array(1 << 12)
  size = 0
  /** Whether the last `add` was of a row that was not there. */
  isNew = false
  /** Different rows with one fingerprint, seen in exact mode. */
  collisions = 0

  constructor(private readonly exact: boolean) {}

  /** The number of the row, which keeps the parent of its first sight; `isNew` then says whether that was now. */
  add(row: Row, parent: number): number {
    const { heads, table } = this
    const { lane0, lane1 } = row
    const mask = table.length - 1
    let place = (lane0 ^ Math.imul(lane1, MIX)) & mask
    for (let entry = table[place]!; entry !== 0; entry = table[place]!) {
      const head = (entry - 1) * HEAD
      if (heads.get(head) === lane0 && heads.get(head + 1) === lane1) {
        if (!this.exact || this.equals(entry - 1, row)) {
          this.isNew = false
          return entry - 1
        }
        this.collisions++
      }
      place = (place + 1) & mask
    }
    const index = this.append(row, parent)
    table[place] = index + 1
    if (this.size * 2 > table.length) this.grow()
    this.isNew = true
    return index
  }

  /** Copies row `index` into `into`, replacing what it held. */
  read(index: number, into: Row): Row {
    const { cells } = this
    cells.at = this.offset(index)
    const length = cells.read()
    into.makeRoom(length)
    into.length = length
    into.lane0 = this.heads.get(index * HEAD)
    into.lane1 = this.heads.get(index * HEAD + 1)
    for (let i = 0; i < length; i++) into.cells[i] = cells.read()
    return into
  }

  /** The row that `index` was first reached from; -1 for the first. */
  parent(index: number): number {
    return this.heads.get(index * HEAD + 3)
  }

  equals(index: number, row: Row): boolean {
    const { cells } = this
    cells.at = this.offset(index)
    if (cells.read() !== row.length) return false
    for (let i = 0; i < row.length; i++) if (cells.read() !== row.cells[i]) return false
    return true
  }

  /** Expected number of wrongly merged pairs among this many rows, if fingerprints were random. */
  expectedCollisions(): number {
    return (this.size * (this.size - 1)) / 2 / 2 ** 64
  }

  /** True where there is no place for many more, however much memory there is. */
  get isFull(): boolean {
    return this.size >= MOST_ROWS - CHUNK || this.cells.length >= MOST_CELLS
  }

  /** Bytes held now; with those it takes to double the table if that comes within the next `soon` rows. */
  bytes(soon = 0): number {
    const table = this.table.byteLength
    const growing = (this.size + soon) * 2 > this.table.length ? 2 * table : 0
    return this.cells.bytes + this.heads.bytes + table + growing
  }

  private offset(index: number): number {
    return this.heads.get(index * HEAD + 2) >>> 0
  }

  private append(row: Row, parent: number): number {
    const { cells, heads } = this
    heads.push(row.lane0)
    heads.push(row.lane1)
    heads.push(cells.length | 0)
    heads.push(parent)
    cells.push(row.length)
    for (let i = 0; i < row.length; i++) cells.push(row.cells[i]!)
    return this.size++
  }

  private grow(): void {
    const table = new Int32Array(this.table.length * 2)
    const mask = table.length - 1
    const { heads } = this
    for (let index = 0; index < this.size; index++) {
      const head = index * HEAD
      let place = (heads.get(head) ^ Math.imul(heads.get(head + 1), MIX)) & mask
      while (table[place] !== 0) place = (place + 1) & mask
      table[place] = index + 1
    }
    this.table = table
  }
}
