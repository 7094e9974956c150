/** Edge: the course as it lies on this machine: lessons, exercises, what the learner has done and typed. */
import type { Io } from './command.ts'
import { FolderDesk } from './desk.ts'
import { type Kernel, type Lesson, newKernel } from './door.ts'
import { editText } from './editor.ts'
import { exercisesOf } from './exercises.ts'
import { History } from './history.ts'
import { Ledger } from './ledger.ts'
import { readLessons, watchLesson } from './library.ts'
import { NotebookFile } from './notebooks.ts'
import type { Course } from './screens/course.ts'
import { keepStory } from './stories.ts'

/** Opens the course for the screens. Nothing here fails because a folder cannot be written: it is said once. */
export function openShelf(io: Io): Course {
  const { lessons: read, problems, texts } = readLessons()
  const lessons = [...read]
  const exercises = exercisesOf()
  const ledger = new Ledger(io.workspace)
  const history = new History()
  const kernels = new Map<string, Kernel>()
  return {
    lessons,
    exercises,
    problems,
    get progress() {
      return ledger.progress
    },
    record: (change) => ledger.record(change),
    get unkept() {
      return ledger.problem
    },
    get history() {
      return history.lines
    },
    remember: (line) => history.add(line),
    kernel(lesson: Lesson) {
      const kernel = kernels.get(lesson.id) ?? newKernel(lesson)
      kernels.set(lesson.id, kernel)
      return kernel
    },
    notebook: (lesson) => new NotebookFile(io.workspace, lesson.id),
    watch: (lesson, told) =>
      watchLesson(lesson.file, texts[lesson.file], (text) => {
        const at = lessons.findIndex((one) => one.id === lesson.id)
        if (text.kind === 'lesson') lessons[at] = text.lesson
        told(text)
      }),
    editText,
    desk: (exercise) => new FolderDesk(exercise, io.workspace),
    keepStory: (name, text) => keepStory(io, name, text),
  }
}
