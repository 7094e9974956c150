/** The course map as lines: one item a row under its unit, and a few facts on the one that is marked. */
import { type Exercise, justify, type Lesson, type Line, plain, type Span, toned, wrapLine } from '../door.ts'
import type { ExerciseProgress, LessonProgress } from '../progress.ts'
import type { Course } from '../screens/course.ts'
import { asciiMark } from './cellParts.ts'
import { countedCells } from './pieces.ts'

export type MapItem =
  | {
      readonly kind: 'lesson'
      readonly id: string
      readonly unit: string
      readonly lesson: Lesson
      readonly progress: LessonProgress | null
    }
  | {
      readonly kind: 'exercise'
      readonly id: string
      readonly unit: string
      readonly exercise: Exercise
      readonly progress: ExerciseProgress | null
    }

/** Lessons in their order, each followed by its exercises; exercises without a lesson come last. */
export function mapItems(course: Course): MapItem[] {
  const { progress } = course
  const item = (exercise: Exercise, unit: string): MapItem => ({
    kind: 'exercise',
    id: exercise.id,
    unit,
    exercise,
    progress: progress.exercises[exercise.id] ?? null,
  })
  const lessons = course.lessons.flatMap((lesson): MapItem[] => [
    {
      kind: 'lesson',
      id: lesson.id,
      unit: lesson.unit,
      lesson,
      progress: progress.lessons[lesson.id] ?? null,
    },
    ...course.exercises.filter((e) => e.lesson === lesson.id).map((e) => item(e, lesson.unit)),
  ])
  const orphans = course.exercises.filter((e) => !course.lessons.some((l) => l.id === e.lesson))
  return [...lessons, ...orphans.map((e) => item(e, 'More exercises'))]
}

/** Items whose number or name holds what was typed. */
export function matching(items: readonly MapItem[], query: string): MapItem[] {
  const wanted = query.trim().toLowerCase()
  return items.filter((item) =>
    `${numberOf(item)} ${titleOf(item)} ${item.id}`.toLowerCase().includes(wanted),
  )
}

/** The first item that is not done. */
export function nextItem(items: readonly MapItem[]): MapItem | undefined {
  return items.find((item) => !isDone(item)) ?? items[0]
}

/** The list, and which of its lines is the marked item's. */
export function mapLines(
  items: readonly MapItem[],
  at: number,
  width: number,
  ascii: boolean,
): { readonly lines: readonly Line[]; readonly current: number } {
  const lines: Line[] = []
  let current = 0
  const next = nextItem(items)
  items.forEach((item, i) => {
    if (item.unit !== items[i - 1]?.unit) {
      if (i > 0) lines.push(plain(''))
      lines.push(toned('strong', ` ${item.unit}`))
    }
    if (i === at) current = lines.length
    lines.push(itemLine(item, i === at, item === next, width, ascii))
  })
  if (items.length === 0) lines.push(toned('dim', ' Nothing has that number or name.'))
  return { lines, current }
}

function itemLine(item: MapItem, marked: boolean, next: boolean, width: number, ascii: boolean): Line {
  const [mark, tone] = isDone(item)
    ? (['✓', 'good'] as const)
    : item.progress !== null
      ? (['●', 'warn'] as const)
      : (['○', 'dim'] as const)
  const left: Span[] = [
    { text: marked ? (ascii ? ' > ' : ' ▸ ') : '   ', tone: 'accent' },
    { text: `${ascii ? asciiItem(mark) : mark} `, tone },
    { text: item.kind === 'lesson' ? `${numberOf(item)} ` : '   ', tone: 'dim' },
    {
      text: item.kind === 'lesson' ? titleOf(item) : `exercise: ${titleOf(item)}`,
      tone: marked ? 'accent' : 'plain',
    },
    { text: next && !marked ? '   next' : '', tone: 'dim' },
  ]
  return justify(left, [{ text: `${howFar(item)} `, tone: isDone(item) ? 'good' : 'dim' }], width)
}

function asciiItem(mark: string): string {
  return mark === '●' ? '~' : asciiMark(mark)
}

function howFar(item: MapItem): string {
  if (item.kind === 'exercise') {
    if (item.progress === null) return `${item.exercise.checks.length} checks`
    return `${item.progress.passed ? 'all held · ' : ''}${item.progress.earned}/${item.progress.points} points`
  }
  if (isDone(item)) return 'done'
  const all = countedCells(item.lesson)
  const done = all.filter((id) => item.progress?.done.includes(id)).length
  return done === 0 ? `${item.lesson.minutes} min` : `${done} of ${all.length} cells`
}

/** A few facts on one item: enough to decide whether to open it. */
export function mapDetail(item: MapItem, course: Course, width: number): Line[] {
  return item.kind === 'lesson'
    ? lessonDetail(item.lesson, course, width)
    : exerciseDetail(item.exercise, course, width)
}

function lessonDetail(lesson: Lesson, course: Course, width: number): Line[] {
  const cells = lesson.parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []))
  const number = (kind: string): number => cells.filter((cell) => cell.kind === kind).length
  const facts = [
    `${lesson.minutes} minutes`,
    amount(number('scenario') + number('ts'), 'run'),
    amount(number('predict'), 'prediction'),
    amount(number('challenge'), 'challenge'),
    amount(number('claim'), 'claim'),
  ].filter((fact) => fact !== null)
  const needs = lesson.needs.flatMap((id) => course.lessons.find((l) => l.id === id)?.title ?? [])
  const claims = cells.flatMap((cell) =>
    cell.kind === 'claim' ? [cell.statement.replace(/\s+/g, ' ').trim()] : [],
  )
  return [
    toned('accent', `${lesson.number} ${lesson.title}`),
    ...wrapLine(toned('dim', facts.join(' · ')), width),
    ...(needs.length > 0 ? wrapLine(toned('dim', `Builds on ${needs.join(', ')}.`), width) : []),
    ...(claims.length > 0 ? [plain(''), toned('dim', 'Is it true that')] : []),
    ...claims.flatMap((claim) =>
      wrapLine(plain(claim), width, { first: [{ text: '• ', tone: 'dim' }], rest: plain('  ') }),
    ),
  ]
}

function exerciseDetail(exercise: Exercise, course: Course, width: number): Line[] {
  const lesson = course.lessons.find((l) => l.id === exercise.lesson)
  const points = exercise.checks.reduce((sum, check) => sum + check.points, 0)
  const first =
    exercise.task
      .replace(/^#.*$/gm, '')
      .trim()
      .split(/\n\s*\n/)[0] ?? ''
  return [
    toned('accent', `Exercise ${exercise.title}`),
    toned('dim', `${exercise.checks.length} checks · ${points} points`),
    ...(lesson === undefined
      ? []
      : wrapLine(toned('dim', `Belongs to lesson ${lesson.number}, ${lesson.title}.`), width)),
    plain(''),
    ...wrapLine(plain(first.replace(/\s+/g, ' ').replace(/[*`]/g, '')), width),
  ]
}

function amount(n: number, noun: string): string | null {
  return n === 0 ? null : `${n} ${n === 1 ? noun : `${noun}s`}`
}

function isDone(item: MapItem): boolean {
  return item.kind === 'lesson' ? item.progress?.finished === true : item.progress?.passed === true
}

function numberOf(item: MapItem): string {
  return item.kind === 'lesson' ? item.lesson.number : item.exercise.number
}

function titleOf(item: MapItem): string {
  return item.kind === 'lesson' ? item.lesson.title : item.exercise.title
}
