/** frontOf: the front matter of a task, and what is wrong with it, at its line. */
import { type FrontMatter, FrontMatterProblem, readFrontMatter } from '../base/frontMatter.ts'
import type { Exercise } from './exercise.ts'

export interface Front extends Pick<Exercise, 'lesson' | 'notShown' | 'noScenarios'> {
  /** The task without it. */
  readonly task: string
}

/** A mistake in the front matter; lines count from 1 in the file. */
export class FrontProblem extends Error {
  override readonly name = 'FrontProblem'
  constructor(
    readonly line: number,
    message: string,
    readonly next: string,
  ) {
    super(message)
  }
}

const FIELDS = ['lesson', 'notShown', 'noScenarios'] as const
const NEXT = 'the front matter of task.md may have lesson:, notShown: and noScenarios:'

/** Reads what stands between two lines of three dashes at the top. Throws `FrontProblem`. */
export function frontOf(id: string, text: string): Front {
  const { fields, lineOf, whole } = read(text)
  const stray = strayFront(text, whole)
  if (stray !== null)
    throw new FrontProblem(
      stray.line,
      `"${stray.words}" is no front matter as it stands`,
      'put it between two lines of three dashes, the first of them the first line of the file',
    )
  const strange = Object.keys(fields).find((name) => !FIELDS.some((field) => field === name))
  if (strange !== undefined)
    throw new FrontProblem(lineOf(strange), `the front matter has "${strange}", which means nothing`, NEXT)
  const { lesson = id, notShown = [], noScenarios = null } = fields
  if (typeof lesson !== 'string')
    throw new FrontProblem(lineOf('lesson'), '"lesson" is not the name of a lesson', 'such as lesson: cap')
  if (!Array.isArray(notShown) || !notShown.every((one) => typeof one === 'string'))
    throw new FrontProblem(
      lineOf('notShown'),
      '"notShown" is no list of sentences',
      'write each on a line of its own, behind a dash; quote one that has a colon in it',
    )
  if (noScenarios !== null && typeof noScenarios !== 'string')
    throw new FrontProblem(
      lineOf('noScenarios'),
      '"noScenarios" is no sentence',
      'say in it why a scenario of the learner makes no sense here',
    )
  return { lesson, notShown, noScenarios, task: text.slice(whole.length).trimStart() }
}

function read(text: string): FrontMatter {
  try {
    return readFrontMatter(text)
  } catch (error) {
    if (!(error instanceof FrontMatterProblem)) throw error
    throw new FrontProblem(error.line, error.message, 'quote a sentence that has a colon in it')
  }
}

/** What was meant as front matter and is none: without its end, after other text, or made a heading by a formatter. */
function strayFront(text: string, whole: string): { readonly line: number; readonly words: string } | null {
  const names = FIELDS.join('|')
  const stray =
    new RegExp(`^#+ *(?:${names}):.*`, 'm').exec(text) ??
    (whole === '' ? (/^---/.exec(text) ?? new RegExp(`^(?:${names}):.*`, 'm').exec(text)) : null)
  return stray && { line: text.slice(0, stray.index).split('\n').length, words: stray[0].trimEnd() }
}
