/** A heap of what is due: earliest first, ties by order; what is in it may move or leave. */

/** Something with a deadline. `place` belongs to the heap: where the entry stands, or -1. */
export interface HeapEntry {
  dueUs: number
  order: number
  place: number
}

export class DueHeap<Entry extends HeapEntry> {
  private readonly list: Entry[] = []

  first(): Entry | undefined {
    return this.list[0]
  }

  /** All that is in it, in no order. */
  all(): readonly Entry[] {
    return this.list
  }

  push(entry: Entry): void {
    this.list.push(entry)
    this.rise(entry, this.list.length - 1)
  }

  pop(): Entry | undefined {
    const first = this.list[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Takes an entry out, wherever it stands. */
  remove(entry: Entry): void {
    const { place } = entry
    const last = this.list.pop()!
    entry.place = -1
    if (last !== entry) this.settle(last, place)
  }

  /** Puts an entry where it belongs after its deadline or its order has changed. */
  moved(entry: Entry): void {
    this.settle(entry, entry.place)
  }

  private settle(entry: Entry, place: number): void {
    const above = (place - 1) >> 1
    if (place > 0 && isBefore(entry, this.list[above]!)) this.rise(entry, place)
    else this.sink(entry, place)
  }

  private rise(entry: Entry, from: number): void {
    const { list } = this
    let at = from
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = list[above]!
      if (!isBefore(entry, parent)) break
      list[at] = parent
      parent.place = at
      at = above
    }
    list[at] = entry
    entry.place = at
  }

  private sink(entry: Entry, from: number): void {
    const { list } = this
    let at = from
    for (;;) {
      let below = 2 * at + 1
      if (below >= list.length) break
      if (below + 1 < list.length && isBefore(list[below + 1]!, list[below]!)) below++
      const child = list[below]!
      if (!isBefore(child, entry)) break
      list[at] = child
      child.place = at
      at = below
    }
    list[at] = entry
    entry.place = at
  }
}

function isBefore(a: HeapEntry, b: HeapEntry): boolean {
  return a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.order < b.order)
}
