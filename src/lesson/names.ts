/** lessonNames: the lessons of a folder in the order of their numbers, without reading any of them. An edge. */
import { readdirSync } from 'node:fs'
import type { Lesson } from './lesson.ts'

export function lessonNames(folder: string): readonly Pick<Lesson, 'id' | 'number'>[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, number, id] = /^(\d\d)-([a-z0-9-]+)\.md$/.exec(file) ?? []
      return number === undefined || id === undefined ? [] : [{ number, id }]
    })
}
