/** What a disk holds now, and everything that a loss of power might leave of it. */
import { byText, canonicalText, type Json } from '../base/canonical.ts'
import type { DiskImage } from '../node/input.ts'
import { type Effect, TORN } from '../node/node.ts'

/**
 * Which of the unsynced writes may survive a loss of power: none; the oldest few; or any of them (each key
 * on its own, each log as a prefix). Where some may survive, the last record that does may be torn: it was being
 * written when the power went. Keys are replaced as a whole, and never torn.
 */
export type DiskMode = 'lose-all' | 'prefix' | 'subset'

/** `survivors` are the images a crash may leave: first the one that lost all unsynced writes, then the others in canonical order. After a sync it is `current` alone. */
export interface Disk {
  readonly current: DiskImage
  readonly survivors: readonly DiskImage[]
}

export type DiskEffect = Extract<Effect, { kind: 'write' | 'append' | 'truncate' | 'sync' }>

const EMPTY_IMAGE: DiskImage = { keys: {}, logs: {} }

export const EMPTY_DISK: Disk = { current: EMPTY_IMAGE, survivors: [EMPTY_IMAGE] }

/** The disk after one write, append, truncation or sync. */
export function writeDisk(disk: Disk, effect: DiskEffect, mode: DiskMode): Disk {
  if (effect.kind === 'sync') return { current: disk.current, survivors: [disk.current] }
  const current = changeImage(disk.current, effect)
  switch (mode) {
    case 'lose-all':
      return { current, survivors: disk.survivors }
    case 'prefix':
      return {
        current,
        survivors: distinctImages([...disk.survivors, ...torn([disk.current], effect), current]),
      }
    case 'subset':
      return { current, survivors: distinctImages([...disk.survivors, ...withEffect(disk, effect)]) }
  }
}

/** The disk after many of them, in one go: what came before the last sync is nothing that a crash could split. */
export function writeAll(disk: Disk, effects: readonly DiskEffect[], mode: DiskMode): Disk {
  const synced = effects.findLastIndex(({ kind }) => kind === 'sync')
  if (synced < 0) return effects.reduce((after, effect) => writeDisk(after, effect, mode), disk)
  const current = imageAfter(disk.current, effects.slice(0, synced))
  return writeAll({ current, survivors: [current] }, effects.slice(synced + 1), mode)
}

/** What a disk holds after these. */
export function imageAfter(image: DiskImage, effects: readonly DiskEffect[]): DiskImage {
  const logs = new Map<string, Json[]>()
  let keys = image.keys
  const own = (log: string): Json[] => {
    const records = logs.get(log) ?? [...(image.logs[log] ?? [])]
    logs.set(log, records)
    return records
  }
  for (const effect of effects)
    if (effect.kind === 'write') keys = withKey(keys, effect.key, effect.value)
    else if (effect.kind === 'append') own(effect.log).push(effect.record)
    else if (effect.kind === 'truncate') logs.set(effect.log, own(effect.log).slice(0, effect.length))
  let after = image.logs
  for (const [log, records] of logs) after = withKey(after, log, records)
  return { keys, logs: after }
}

/** True where a crash now could lose something that was written. */
export function hasUnsynced(disk: Disk): boolean {
  return disk.survivors.length > 1 || canonicalText(disk.survivors[0]) !== canonicalText(disk.current)
}

/** Each survivor that can also have this write. A log keeps a prefix: no record without those before it. */
function withEffect(disk: Disk, effect: Exclude<DiskEffect, { kind: 'sync' }>): DiskImage[] {
  if (effect.kind === 'write') return disk.survivors.map((image) => changeImage(image, effect))
  const before = canonicalText(disk.current.logs[effect.log] ?? [])
  const whole = disk.survivors.filter((image) => canonicalText(image.logs[effect.log] ?? []) === before)
  return [...whole.map((image) => changeImage(image, effect)), ...torn(whole, effect)]
}

/** What an append leaves if the power goes while it is carried out. */
function torn(images: readonly DiskImage[], effect: DiskEffect): DiskImage[] {
  if (effect.kind !== 'append') return []
  return images.map((image) => changeImage(image, { ...effect, record: TORN }))
}

function changeImage(image: DiskImage, effect: Exclude<DiskEffect, { kind: 'sync' }>): DiskImage {
  switch (effect.kind) {
    case 'write':
      return { keys: withKey(image.keys, effect.key, effect.value), logs: image.logs }
    case 'append':
      return {
        keys: image.keys,
        logs: withKey(image.logs, effect.log, [...(image.logs[effect.log] ?? []), effect.record]),
      }
    case 'truncate':
      return {
        keys: image.keys,
        logs: withKey(image.logs, effect.log, (image.logs[effect.log] ?? []).slice(0, effect.length)),
      }
  }
}

/** The record with one value replaced or put in its place. */
function withKey<T>(record: { readonly [key: string]: T }, key: string, value: T): { [key: string]: T } {
  const made = { ...record, [key]: value }
  if (Object.hasOwn(record, key)) return made
  return Object.fromEntries(Object.entries(made).sort(([a], [b]) => byText(a, b)))
}

function distinctImages(images: readonly DiskImage[]): DiskImage[] {
  const [synced, ...others] = images
  const byImage = new Map(others.map((image) => [canonicalText(image), image]))
  if (synced === undefined) return []
  byImage.delete(canonicalText(synced))
  return [synced, ...[...byImage].sort(([a], [b]) => byText(a, b)).map(([, image]) => image)]
}
