/** `learn`: one lesson, on the screen or as plain text. */
import { type CliCommand, EXIT, type Io, print } from '../command.ts'
import { lessonAloud } from '../components/lessonAloud.ts'
import { linearLesson } from '../components/linear.ts'
import { type Lesson, taken } from '../door.ts'
import { lessonCalled } from '../library.ts'

export const learn: CliCommand = {
  usage: 'learn <lesson>',
  says: 'open a lesson',
  options: [['--plain', 'the whole lesson as text']],
  async run(io, [id], options) {
    const lesson = lessonCalled(id!)
    if (options['plain'] === true || !io.interactive) return playPlain(io, lesson)
    const { openShelf } = await import('../shelf.ts')
    const { openCourse } = await import('../ui.tsx')
    return openCourse(openShelf(io), { ascii: io.ascii, at: { kind: 'lesson', id: lesson.id } })
  },
}

/** Runs a whole lesson and prints it. */
export async function playPlain(io: Io, lesson: Lesson): Promise<number> {
  const notebook = await taken(lesson)
  print(io, io.aloud ? lessonAloud(notebook, io.columns) : linearLesson(notebook, io.columns, io.ascii))
  return EXIT.good
}
