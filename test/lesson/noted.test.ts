/** What the build notes of lessons is what parsing their files gives. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadCourse } from '../../src/lesson/course.ts'
import { notedLesson } from '../../src/lesson/noted.ts'
import { parseLesson } from '../../src/lesson/parse.ts'

const { texts } = loadCourse('lessons')

test.each(Object.keys(texts))('%s', (file) => {
  expect(notedLesson(file, texts[file]!)).toEqual(parseLesson(file, texts[file]!))
})

test('a file that was changed since has no note, and neither has the same text in another file', () => {
  const [file = ''] = Object.keys(texts)
  const text = readFileSync(`lessons/${file}`, 'utf8')
  expect(notedLesson(file, `${text}\n`)).toBeNull()
  expect(notedLesson('99-other.md', text)).toBeNull()
})
