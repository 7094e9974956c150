/** The glossary: sorted, each word once, and only with lessons that are there. */
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
