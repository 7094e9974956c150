/** takeLesson: a lesson with all its cells run, for whoever prints, exports or tests it. */
import type { SessionInput } from '../scenario/session.ts'
import { Kernel, type Outcome } from './kernel.ts'
import type { Lesson } from './lesson.ts'
import { Notebook } from './notebook.ts'

/**
 * TypeScript locks the thread it runs on: a lesson that has any is run by a kernel, as on the screen, and any other
 * right here. `entry` is the built module of the kernel's thread.
 */
export async function takeLesson(lesson: Lesson, input: SessionInput, entry: URL): Promise<Notebook> {
  const notebook = new Notebook(lesson, input)
  if (!notebook.hasTypeScript) {
    notebook.runAll()
    return notebook
  }
  const kernel = new Kernel(lesson, input, entry)
  try {
    const outcome = await new Promise<Outcome>((done) => kernel.ask({ kind: 'all' }, { done }))
    if (outcome.kind === 'ended') throw new Error(`${lesson.file}: ${outcome.says}`)
    if (outcome.kind === 'problem') throw outcome.problem
    return kernel.notebook
  } finally {
    kernel.close()
  }
}
