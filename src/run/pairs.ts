/** A map from pairs of small integers to integers. */

/** Odd constants with well-spread bits: one for each half of the key. */
const FIRST = 0x9e3779b1
const SECOND = 0x85ebca77

/** Four cells an entry (one is spare), so that an entry lies in one line of the cache. */
const ENTRY_BITS = 2

/**
 * Keys and values count from 0. One typed array and no garbage: a `Map` keyed by `a * 2^26 + b` makes a
 * heap number of nearly every key, which took a third of the time of a search.
 */
export class Pairs {
  private cells = new Int32Array(64 << ENTRY_BITS)
  private capacity = 64
  private size = 0

  /** The value of a pair, or -1. */
  get(a: number, b: number): number {
    const { cells } = this
    const mask = this.capacity - 1
    for (let place = spread(a, b) & mask; ; place = (place + 1) & mask) {
      const cell = place << ENTRY_BITS
      const value = cells[cell]!
      if (value === 0) return -1
      if (cells[cell + 1] === a && cells[cell + 2] === b) return value - 1
    }
  }

  /** Adds a pair that is not there yet. */
  add(a: number, b: number, value: number): void {
    if (++this.size * 2 > this.capacity) this.grow()
    this.place(a, b, value + 1)
  }

  private place(a: number, b: number, stored: number): void {
    const { cells } = this
    const mask = this.capacity - 1
    let place = spread(a, b) & mask
    while (cells[place << ENTRY_BITS] !== 0) place = (place + 1) & mask
    const cell = place << ENTRY_BITS
    cells[cell] = stored
    cells[cell + 1] = a
    cells[cell + 2] = b
  }

  private grow(): void {
    const old = this.cells
    this.capacity *= 2
    this.cells = new Int32Array(this.capacity << ENTRY_BITS)
    for (let cell = 0; cell < old.length; cell += 1 << ENTRY_BITS)
      if (old[cell] !== 0) this.place(old[cell + 1]!, old[cell + 2]!, old[cell]!)
  }
}

function spread(a: number, b: number): number {
  const mixed = Math.imul(a, FIRST) ^ Math.imul(b, SECOND)
  return mixed ^ (mixed >>> 15)
}

/** Numbers for pairs of numbers, from 1 in the order of first sight; two pairs never share one. */
export class Numbering {
  private readonly pairs = new Pairs()
  private last = 0

  of(a: number, b: number): number {
    const known = this.pairs.get(a, b)
    if (known >= 0) return known
    this.pairs.add(a, b, ++this.last)
    return this.last
  }
}
