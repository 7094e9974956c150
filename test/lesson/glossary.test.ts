/** The glossary: sorted, each word once, and only with lessons that are there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GLOSSARY, glossaryOf } from '../../src/lesson/glossary.ts'

test('its words are in the order of the alphabet, each once, each with a sentence and a lesson', () => {
  const words = GLOSSARY.map(({ term }) => term.toLowerCase())
  expect(words).toEqual([...new Set(words)].sort())
  for (const { term, says, lessons } of GLOSSARY) {
    expect(says, term).toMatch(/^[A-Z].*\.$/)
    expect(lessons.length, term).toBeGreaterThan(0)
  }
})

test('a word is shown with the lessons that are there, and not at all before there is one', () => {
  const shown = glossaryOf([{ id: 'order' }])
  expect(shown.map(({ term }) => term)).toContain('vector clock')
  expect(shown.map(({ term }) => term)).not.toContain('lease')
  expect(new Set(shown.flatMap(({ lessons }) => lessons))).toEqual(new Set(['order']))
})

test('a lesson that a word names uses that word, if only in the name of a property', () => {
  const folder = join(import.meta.dirname, '../../lessons')
  const spaced = (text: string) => text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  const lessons = new Map(
    readdirSync(folder).map((file) => [
      file.replace(/^\d+-|\.md$/g, ''),
      spaced(readFileSync(join(folder, file), 'utf8')),
    ]),
  )
  const unused = GLOSSARY.flatMap(({ term, lessons: named }) =>
    named
      .filter((id) => lessons.has(id) && !stems(term).every((stem) => lessons.get(id)!.includes(stem)))
      .map((id) => `${term}: ${id}`),
  )
  expect(unused).toEqual([])
})

/** The beginnings of its words, so that "to drift" is a use of "clock drift". */
const stems = (term: string) =>
  term
    .toLowerCase()
    .split(/[ -]/)
    .map((word) => word.slice(0, 6))
