/** A binary heap of what is due, for the baseline: earliest first, ties by order of arrival. */

export interface Due {
  readonly atUs: number
  readonly order: number
}

export class DueHeap<T extends Due> {
  private readonly list: T[] = []

  push(entry: T): void {
    const { list } = this
    let at = list.length
    list.push(entry)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(entry, list[above]!)) break
      list[at] = list[above]!
      at = above
    }
    list[at] = entry
  }

  pop(): T | undefined {
    const { list } = this
    const first = list[0]
    const last = list.pop()
    if (last === undefined || list.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= list.length) break
      if (below + 1 < list.length && isBefore(list[below + 1]!, list[below]!)) below++
      if (!isBefore(list[below]!, last)) break
      list[at] = list[below]!
      at = below
    }
    list[at] = last
    return first
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order)
}
