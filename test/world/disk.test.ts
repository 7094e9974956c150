/** Disks: what a crash may leave, compared with a list of every write that was kept or lost. */
import { describe, expect, test } from 'vitest'
import { canonicalText } from '../../src/base/canonical.ts'
import { randomStream } from '../../src/base/random.ts'
import type { DiskImage } from '../../src/node/input.ts'
import {
  type Disk,
  type DiskEffect,
  type DiskMode,
  EMPTY_DISK,
  hasUnsynced,
  imageAfter,
  writeAll,
  writeDisk,
} from '../../src/world/disk.ts'

/** The slow and obvious disk: remembers what is synced and every write since. */
class ObviousDisk {
  private synced: DiskImage = { keys: {}, logs: {} }
  private since: Exclude<DiskEffect, { kind: 'sync' }>[] = []

  take(effect: DiskEffect): void {
    if (effect.kind !== 'sync') this.since.push(effect)
    else {
      this.synced = this.kept(this.since.map(() => true))
      this.since = []
    }
  }

  /** The logs whose last kept record has not been synced: a crash may tear it. */
  tearable(which: readonly boolean[], mode: DiskMode): string[] {
    const kept = this.since.filter((effect, i) => which[i] && effect.kind === 'append') as { log: string }[]
    const last = this.since[which.lastIndexOf(true)]
    if (mode === 'prefix') return last?.kind === 'append' ? [last.log] : []
    return [...new Set(kept.map(({ log }) => log))].filter((log) => {
      const [whole, none] = [this.kept(which), this.kept([])]
      return (whole.logs[log] ?? []).length > (none.logs[log] ?? []).length
    })
  }

  kept(which: readonly boolean[]): DiskImage {
    const keys: Record<string, never> = { ...(this.synced.keys as Record<string, never>) }
    const logs: Record<string, never[]> = Object.fromEntries(
      Object.entries(this.synced.logs).map(([log, records]) => [log, [...records] as never[]]),
    )
    const broken = new Set<string>()
    this.since.forEach((effect, i) => {
      if (effect.kind === 'write') {
        if (which[i]) keys[effect.key] = effect.value as never
        return
      }
      // A log is written in order: after a change that was lost, later ones cannot be there.
      if (!which[i]) broken.add(effect.log)
      if (broken.has(effect.log)) return
      logs[effect.log] =
        effect.kind === 'append'
          ? [...(logs[effect.log] ?? []), effect.record as never]
          : (logs[effect.log] ?? []).slice(0, effect.length)
    })
    return { keys, logs }
  }

  all(): boolean[] {
    return this.since.map(() => true)
  }

  survivors(mode: DiskMode): string[] {
    const n = this.since.length
    const lists: boolean[][] = []
    for (let bits = 0; bits < 2 ** n; bits++) lists.push(this.since.map((_, i) => ((bits >> i) & 1) === 1))
    const legal = lists.filter((list) =>
      mode === 'subset'
        ? true
        : mode === 'prefix'
          ? !list.some((kept, i) => kept && list.slice(0, i).includes(false))
          : !list.includes(true),
    )
    const images = legal.flatMap((list) =>
      subsets(this.tearable(list, mode)).map((logs) => torn(this.kept(list), logs)),
    )
    return [...new Set(images.map(canonicalText))].sort()
  }
}

function subsets(list: readonly string[]): readonly (readonly string[])[] {
  if (list.length === 0) return [[]]
  const others = subsets(list.slice(1))
  return [...others, ...others.map((some) => [list[0]!, ...some])]
}

function torn({ keys, logs }: DiskImage, which: readonly string[]): DiskImage {
  const tear = (records: readonly unknown[]) => [...records.slice(0, -1), { torn: true }] as never[]
  return {
    keys,
    logs: Object.fromEntries(
      Object.entries(logs).map(([log, records]) => [log, which.includes(log) ? tear(records) : records]),
    ),
  }
}

/** Logs of equal content but different past are one to our disk: a record appended to either may survive. */
const appendOnly = (effects: readonly DiskEffect[]) => !effects.some((e) => e.kind === 'truncate')

describe.each<DiskMode>(['lose-all', 'prefix', 'subset'])('%s', (mode) => {
  test('leaves exactly what some choice of kept writes leaves', () => {
    let several = 0
    for (let seed = 1; seed <= 400; seed++) {
      const dice = randomStream(seed, mode)
      const obvious = new ObviousDisk()
      let disk: Disk = EMPTY_DISK
      const effects: DiskEffect[] = []
      for (let i = 0; i < 7; i++) {
        const effect = randomEffect(dice)
        effects.push(effect)
        if (!appendOnly(effects)) effects.pop()
        else {
          obvious.take(effect)
          disk = writeDisk(disk, effect, mode)
        }
      }
      expect(disk.survivors.map(canonicalText).sort()).toEqual(obvious.survivors(mode))
      expect(canonicalText(disk.survivors[0])).toBe(canonicalText(obvious.kept([])))
      const lossless = canonicalText(obvious.kept(obvious.all())) === canonicalText(obvious.kept([]))
      expect(hasUnsynced(disk)).toBe(!lossless || obvious.survivors(mode).length > 1)
      if (disk.survivors.length > 1) several++
    }
    expect(several > 100).toBe(mode !== 'lose-all')
  })

  test('many writes in one go leave what they leave one after the other, in the same order, and change nothing', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const dice = randomStream(seed, `all at once, ${mode}`)
      const effects = Array.from({ length: dice.integer(0, 12) }, () => randomEffect(dice))
      effects.splice(dice.integer(0, effects.length), 0, { kind: 'truncate', log: 'x', length: 1 })
      const half = dice.integer(0, effects.length)
      const oneByOne = (disk: Disk, some: readonly DiskEffect[]) =>
        some.reduce((after, effect) => writeDisk(after, effect, mode), disk)
      const before = oneByOne(EMPTY_DISK, effects.slice(0, half))
      const text = JSON.stringify(before)
      const after = oneByOne(before, effects.slice(half))
      expect(JSON.stringify(writeAll(before, effects.slice(half), mode))).toBe(JSON.stringify(after))
      expect(JSON.stringify(imageAfter(before.current, effects.slice(half)))).toBe(
        JSON.stringify(after.current),
      )
      expect(JSON.stringify(before)).toBe(text)
    }
  })
})

test('a truncated log keeps its first records', () => {
  let disk: Disk = EMPTY_DISK
  for (const record of [1, 2, 3]) disk = writeDisk(disk, { kind: 'append', log: 'l', record }, 'lose-all')
  disk = writeDisk(disk, { kind: 'truncate', log: 'l', length: 1 }, 'lose-all')
  expect(disk.current.logs['l']).toEqual([1])
})

function randomEffect(dice: { integer(min: number, max: number): number }): DiskEffect {
  switch (dice.integer(0, 5)) {
    case 0:
      return { kind: 'sync' }
    case 1:
    case 2:
      return { kind: 'append', log: dice.integer(0, 1) ? 'x' : 'y', record: dice.integer(0, 9) }
    default:
      return { kind: 'write', key: dice.integer(0, 1) ? 'a' : 'b', value: dice.integer(0, 3) }
  }
}
