/** What people forget twice becomes a test: habits of this code that no linter knows. */
import { describe, expect, test } from 'vitest'
import { codeFiles, filesUnder, readText } from './source.ts'

const own = ['src', 'cli', 'test', 'exercises'].flatMap(codeFiles)
const written = [
  ...['src', 'cli', 'test', 'exercises', 'lessons', '.ci'].flatMap(filesUnder),
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'package.json', 'package-lock.json'],
].filter((file) => !file.endsWith('.svg'))

/** Lines that match, as `file:line: text`. This file is left out: it has to name what it looks for. */
function linesThat(pattern: RegExp, files: readonly string[]): string[] {
  return files
    .filter((file) => file !== 'test/house/style.test.ts')
    .flatMap((file) =>
      readText(file)
        .split('\n')
        .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
    )
}

describe('files', () => {
  test('begin with one sentence that says what they are', () => {
    const silent = codeFiles('src')
      .concat(codeFiles('cli'), codeFiles('test'))
      .filter((file) => !/^(?:#![^\n]*\n)?(?:\/\*\*|\/\/)\s/.test(readText(file)))
    expect(silent, 'begin these files with a comment').toEqual([])
  })

  test('have names that say what is inside', () => {
    const vague = own.filter((file) => /(?:^|\/)[^/]*(?:util|helper|manager|common|misc)/i.test(file))
    expect(vague, 'name these after what they hold').toEqual([])
  })
})

describe('nothing is left behind', () => {
  test('no test is skipped, focused or postponed', () => {
    expect(linesThat(/\b(?:test|it|describe)\.(?:skip|only|todo)\b/, own)).toEqual([])
  })

  test('no note to oneself', () => {
    expect(linesThat(/\b(?:TODO|FIXME|XXX|HACK)\b/, own)).toEqual([])
  })

  test('no type is given up', () => {
    expect(linesThat(/@ts-(?:ignore|nocheck|expect-error)|\bas any\b/, own)).toEqual([])
  })
})

describe('nothing names the machine it was written on', () => {
  test('no absolute path of somebody', () => {
    expect(linesThat(/(?:^|[\s'"`(=])\/(?:home|Users|root|work|var\/folders)\/\w/, written)).toEqual([])
  })

  test('no registry or mirror', () => {
    expect(linesThat(/https?:\/\/[^\s/'"]*(?:registry|artifact|mirror|nexus|proxy)/i, written)).toEqual([])
    expect(linesThat(/"resolved": *"https?:/, ['package-lock.json'])).toEqual([])
  })
})
