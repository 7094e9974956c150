/** Which keys of a lesson work now. */
import { type ActionOf, type Binding, KEYS } from '../keys.ts'

/** What can be done while a cell runs. */
export const READING: ReadonlySet<ActionOf<'lesson'>> = new Set([
  'next',
  'previous',
  'up',
  'down',
  'pageUp',
  'pageDown',
  'first',
  'last',
  'copy',
  'search',
  'links',
  'glossary',
  'help',
])

/** The keys to show: `predicts` where an open prediction waits, `exercise` where the lesson has one. */
export function lessonKeys(here: {
  readonly predicts: boolean
  readonly exercise: boolean
}): readonly Binding[] {
  const hidden = new Set<string>([
    ...(here.predicts ? ['run'] : ['answer']),
    ...(here.exercise ? [] : ['exercise']),
  ])
  return KEYS.lesson.filter((binding) => !hidden.has(binding.action))
}
