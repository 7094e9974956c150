/** What the build notes of exercises is what their files say, and no more than that. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { judgedFiles } from '../../src/exercise/edition.ts'
import { exerciseFolders } from '../../src/exercise/folders.ts'
import { readExercise } from '../../src/exercise/load.ts'
import { doorFor, notedExercise } from '../../src/exercise/noted.ts'

const place = mkdtempSync(join(tmpdir(), 'splitbrain-noted-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

describe('an exercise that the build knows', () => {
  // One that was written since the last build is not known, and read.
  const known = exerciseFolders().filter(({ folder }) => notedExercise(folder) !== null)

  test('is what its files say', () => {
    expect(known.length).toBeGreaterThan(0)
    for (const { folder } of known) expect(notedExercise(folder)).toEqual(readExercise(folder))
  })

  test.each(['task.md', 'hidden/checks.test.ts'])('is not known any more when %s has changed', (file) => {
    const { folder } = known[0]!
    const copy = join(place, file.replace('/', '-'), basename(folder))
    cpSync(folder, copy, { recursive: true })
    expect(notedExercise(copy)).toEqual(readExercise(copy))
    writeFileSync(join(copy, file), `${readFileSync(join(copy, file), 'utf8')}\n`)
    expect(notedExercise(copy)).toBeNull()
  })

  test('a folder without its files is not known', () => {
    expect(notedExercise(join(place, '09-two-phase-commit'))).toBeNull()
  })
})

describe('the door of a file of checks', () => {
  test.each([
    ["import { byHand, explored as found, type Model } from 'splitbrain'\n", 'forChecks.js'],
    ["import {\n  byHand,\n  property,\n} from 'splitbrain'\n", 'forChecks.js'],
    ["import type { Lesson } from 'splitbrain'\n", 'forChecks.js'],
    ["import { parseLesson as byHand } from 'splitbrain'\n", 'index.js'],
    ["import * as kit from 'splitbrain'\n", 'index.js'],
    ["import { byHand } from 'splitbrain'\nimport { protocols } from 'splitbrain'\n", 'index.js'],
  ])('%j: %s', (text, door) => {
    expect(doorFor(text)).toBe(door)
  })

  test('every exercise of the course does with the small one', () => {
    for (const { folder } of exerciseFolders())
      for (const file of judgedFiles({ folder }))
        expect(doorFor(readFileSync(file, 'utf8')), `${file}: export what it imports from forChecks.ts`).toBe(
          'forChecks.js',
        )
  })
})
