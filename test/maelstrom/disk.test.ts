/** The disk of a served node: what was synced is there again, what was not is not, and damage is told. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DiskFolder } from '../../src/maelstrom/diskFolder.ts'
import type { DiskEffect } from '../../src/world/disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const OWNER = { program: 'raft-kv', node: 'n1' }
const SYNC: DiskEffect = { kind: 'sync' }
const write = (key: string, value: number): DiskEffect => ({ kind: 'write', key, value })
const append = (record: number): DiskEffect => ({ kind: 'append', log: 'log', record })
const cut = (length: number): DiskEffect => ({ kind: 'truncate', log: 'log', length })

let made = 0
/** A disk on which this was done before its process died. */
function diskAfter(...effects: readonly DiskEffect[]): string {
  const own = join(folder, String(++made))
  const disk = DiskFolder.open(own, OWNER, 1000)
  for (const effect of effects) disk.carryOut(effect)
  disk.close()
  return own
}
const file = (own: string) => join(own, 'disk.jsonl')
const opened = (own: string, owner = OWNER) => DiskFolder.open(own, owner, 2000)

test('a new disk is empty, and remembers when its node first started', () => {
  const own = diskAfter()
  expect(opened(own)).toMatchObject({ image: { keys: {}, logs: {} }, isUsed: true, beganMs: 1000 })
  expect(DiskFolder.open(join(folder, 'another'), OWNER, 5)).toMatchObject({ isUsed: false, beganMs: 5 })
})

test('what was synced is there again', () => {
  const own = diskAfter(
    write('vote', 1),
    append(1),
    append(2),
    SYNC,
    cut(1),
    append(3),
    write('vote', 2),
    SYNC,
  )
  expect(opened(own).image).toEqual({ keys: { vote: 2 }, logs: { log: [1, 3] } })
})

test('what was not synced is gone with the process', () => {
  const own = diskAfter(append(1), SYNC, append(2), write('vote', 1))
  expect(opened(own).image).toEqual({ keys: {}, logs: { log: [1] } })
})

test('a sync is on the medium when it returns', () => {
  const own = join(folder, 'now')
  const disk = opened(own)
  disk.carryOut(append(7))
  expect(readFileSync(file(own), 'utf8')).not.toContain('7')
  disk.carryOut(SYNC)
  expect(readFileSync(file(own), 'utf8')).toContain('"record":7')
})

test.each([
  ['a line that was cut off', '0badf00d [{"kind":"app'],
  ['a last line that is not as it was written', '0badf00d [{"kind":"append","log":"log","record":9}]\n'],
])('%s was never synced, and what comes after is whole', (_what, rest) => {
  const own = diskAfter(append(1), SYNC)
  appendFileSync(file(own), rest)
  const disk = opened(own)
  expect(disk.image.logs).toEqual({ log: [1] })
  disk.carryOut(append(2))
  disk.carryOut(SYNC)
  expect(opened(own).image.logs).toEqual({ log: [1, 2] })
})

describe('refused', () => {
  test('damage in the middle, with its line', () => {
    const own = diskAfter(append(1), SYNC, append(2), SYNC)
    const text = readFileSync(file(own), 'utf8')
    writeFileSync(file(own), text.replace('"record":1', '"record":5'))
    expect(() => opened(own)).toThrow('line 2 is damaged, and more was written after it')
  })

  test('the disk of another node or program', () => {
    const own = diskAfter()
    expect(() => opened(own, { ...OWNER, node: 'n2' })).toThrow(
      'is the disk of n1 of raft-kv, not of n2 of raft-kv',
    )
    expect(() => opened(own, { ...OWNER, program: 'abd' })).toThrow('not of n1 of abd')
  })

  test('a file of somebody else, which stays as it is', () => {
    const own = diskAfter()
    writeFileSync(file(own), 'my notes\n')
    expect(() => opened(own)).toThrow('is not a disk of splitbrain')
    expect(readFileSync(file(own), 'utf8')).toBe('my notes\n')
  })

  test('a place where no folder can be', () => {
    writeFileSync(join(folder, 'a-file'), '')
    expect(() => opened(join(folder, 'a-file', 'n1'))).toThrow('a part of its path is a file')
    symlinkSync(join(folder, 'nowhere', 'deeper'), join(folder, 'link'))
    expect(() => opened(join(folder, 'link', 'n1'))).toThrow('a part of its path is not there')
    // Where the system has no such folder it may not be made.
    expect(() => opened('/proc/splitbrain/n1')).toThrow(/is not there|may not write/)
    expect(() => opened(join(folder, 'x'.repeat(300)))).toThrow('its name is too long')
  })
})

test('a long disk is written anew when it is opened, and is the same', () => {
  const own = diskAfter(...Array.from({ length: 300 }, (_, i) => [append(i), SYNC]).flat())
  const before = opened(own)
  expect(readFileSync(file(own), 'utf8').trimEnd().split('\n')).toHaveLength(1)
  before.carryOut(append(-1))
  before.carryOut(SYNC)
  expect(opened(own).image.logs['log']).toEqual([...Array.from({ length: 300 }, (_, i) => i), -1])
})
