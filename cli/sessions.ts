/** sessions: what runs scenarios and lessons, with all the course's protocols. */
import {
  alternatives,
  commands,
  Kernel,
  kitFile,
  type Lesson,
  Notebook,
  protocols,
  Session,
  takeLesson,
} from '../src/index.ts'

const INPUT = { protocols, alternatives, commands }

export function newSession(): Session {
  return new Session(INPUT)
}

export function newNotebook(lesson: Lesson): Notebook {
  return new Notebook(lesson, INPUT)
}

/** A lesson with all its cells run. */
export function taken(lesson: Lesson): Promise<Notebook> {
  return takeLesson(lesson, INPUT, kitFile('kernel.js'))
}

/** A notebook that computes on a thread of its own. */
export function newKernel(lesson: Lesson): Kernel {
  return new Kernel(lesson, INPUT, kitFile('kernel.js'))
}
