/** The glossary: sorted, each word once, and with those lessons that introduce and use it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GLOSSARY, glossaryOf } from '../../src/lesson/glossary.ts'

/** Lessons that words may name before they are written. */
const TO_COME = (
  'staying-available locks recovery xa tcc leases gossip failure-detection consistent-hashing paxos ' +
  'multi-and-fast-paxos paxos-commit raft-election raft-log raft-reads raft-membership raft-at-scale zab ' +
  'zookeeper percolator oral-messages signed-messages pbft claims-court'
).split(' ')

/** In the order of the course. */
const lessons = readdirSync(join(import.meta.dirname, '../../lessons'))
  .sort()
  .map((file) => {
    const text = readFileSync(join(import.meta.dirname, '../../lessons', file), 'utf8')
    return { id: file.replace(/^\d+-|\.md$/g, ''), words: spaced(text), prose: proseOf(text) }
  })
const place = (id: string) => lessons.findIndex((lesson) => lesson.id === id)

test('its words are in the order of the alphabet', () => {
  const words = GLOSSARY.map(({ term }) => term.toLowerCase())
  expect(words).toEqual([...words].sort())
})

test('each word stands once', () => {
  const words = GLOSSARY.map(({ term }) => term.toLowerCase())
  expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([])
})

test('each word has a sentence, and names its lessons once each and in the order of the course', () => {
  for (const { term, says, lessons: named } of GLOSSARY) {
    expect(says, term).toMatch(/^[A-Z].*\.$/)
    expect(named.length, term).toBeGreaterThan(0)
    expect(named, term).toEqual([...new Set(named)])
    const places = named.map(place).filter((at) => at >= 0)
    expect(places, term).toEqual([...places].sort((a, b) => a - b))
  }
})

test('a word names only lessons that are there, or are to come', () => {
  const unknown = GLOSSARY.flatMap(({ term, lessons: named }) =>
    named.filter((id) => place(id) < 0 && !TO_COME.includes(id)).map((id) => `${term}: ${id}`),
  )
  expect(unknown).toEqual([])
})

test('a word is shown with the lessons that are there, and not at all before there is one', () => {
  const shown = glossaryOf([{ id: 'order' }])
  expect(shown.map(({ term }) => term)).toContain('vector clock')
  expect(shown.map(({ term }) => term)).not.toContain('lease')
  const two = glossaryOf([{ id: 'exploring' }, { id: 'cap' }])
  expect(two.find(({ term }) => term === 'commit')?.lessons).toEqual(['exploring'])
  expect(new Set(two.flatMap(({ lessons: named }) => named))).toEqual(new Set(['exploring', 'cap']))
})

test('a lesson that a word names uses that word, if only in the name of a property', () => {
  const unused = GLOSSARY.flatMap(({ term, lessons: named }) =>
    lessons
      .filter(
        ({ id, words }) => named.includes(id) && !stems(term).every((stem) => words.includes(` ${stem}`)),
      )
      .map(({ id }) => `${term}: ${id}`),
  )
  expect(unused).toEqual([])
})

test('a lesson that sets a word in bold is one that the word names', () => {
  const unnamed = GLOSSARY.flatMap(({ term, lessons: named }) =>
    lessons
      .filter(({ id, prose }) => !named.includes(id) && inBold(term).test(prose))
      .map(({ id }) => `${term}: ${id}`),
  )
  expect(unnamed).toEqual([])
})

test('a word of several parts is in no lesson before the first that it names', () => {
  const early = GLOSSARY.filter(({ term }) => /[ -]/.test(term)).flatMap(({ term, lessons: named }) => {
    const first = lessons.findIndex(({ id }) => named.includes(id))
    return lessons
      .slice(0, Math.max(first, 0))
      .filter(({ prose }) => asWords(term).test(prose))
      .map(({ id }) => `${term}: ${id}`)
  })
  expect(early).toEqual([])
})

/** All words in small letters, with one space before each; a name such as `NoLostUpdate` is three words. */
function spaced(text: string): string {
  const words = text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return ` ${words.replace(/[^\p{L}\p{N}]+/gu, ' ')}`
}

/** What is read: without the front matter, the cells and what names a lesson (`*three-phase-commit*`), in one line. */
function proseOf(text: string): string {
  return text
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/(?<!\*)\*[a-z]+(-[a-z]+)+\*(?!\*)/g, ' ')
    .replace(/\s+/g, ' ')
}

/** The beginnings of its words, so that "to drift" is a use of "clock drift". */
function stems(term: string): readonly string[] {
  return term
    .toLowerCase()
    .split(/[ -]/)
    .map((word) => word.slice(0, 6))
}

const pattern = (term: string) => term.replace(/[ -]/g, '[ -]')
const asWords = (term: string) => new RegExp(`\\b${pattern(term)}`, 'i')
const inBold = (term: string) => new RegExp(`\\*\\*${pattern(term)}(s|es|ed)?[.,:]?\\*\\*`, 'i')
