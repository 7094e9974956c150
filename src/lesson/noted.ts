/** noted: what the build has noted of the lessons, so that nobody waits for their files to be parsed. An edge. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Lesson } from './lesson.ts'

/** The first line of the file, by what lessons were made of: a file that was changed since the build has no note. */
interface Index {
  readonly [made: string]: Noted
}

/** A lesson, and on which line of the file its parts are: most lessons are only listed. */
interface Noted extends Omit<Lesson, 'parts'> {
  readonly line: number
}

/** Beside the built program. */
const NOTES = new URL(
  import.meta.url.endsWith('.ts') ? '../../.build/lessons.jsonl' : './lessons.jsonl',
  import.meta.url,
)

let notes: { readonly index: Index; readonly lines: readonly string[] } | null = null

/** The lesson that this text of a file is; null where the build does not know it. */
export function notedLesson(file: string, text: string): Lesson | null {
  notes ??= readNotes()
  const { index, lines } = notes
  const noted = index[madeOf(file, text)]
  if (noted === undefined) return null
  const { line, ...front } = noted
  let parts: Lesson['parts'] | null = null
  return {
    ...front,
    get parts() {
      parts ??= JSON.parse(lines[line]!) as Lesson['parts']
      return parts
    },
  }
}

/** Notes lessons in a file for later; `texts` are those of their files. */
export function noteLessons(
  lessons: readonly Lesson[],
  texts: { readonly [file: string]: string },
  to: string,
): void {
  const index = lessons.map(({ parts: _, ...front }, i): [string, Noted] => [
    madeOf(front.file, texts[front.file]!),
    { ...front, line: i + 1 },
  ])
  const lines = [Object.fromEntries(index), ...lessons.map(({ parts }) => parts)]
  writeFileSync(to, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

function madeOf(file: string, text: string): string {
  return `${file}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

function readNotes(): NonNullable<typeof notes> {
  try {
    const lines = readFileSync(NOTES, 'utf8').split('\n')
    return { index: JSON.parse(lines[0]!) as Index, lines }
  } catch {
    return { index: {}, lines: [] }
  }
}
