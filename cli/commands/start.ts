/** `start`: the course, where the learner was last. Without a terminal: the first lesson as plain text. */
import { type CliCommand, EXIT, InvalidFiles } from '../command.ts'
import { readLessons } from '../library.ts'
import { playPlain } from './learn.ts'

export const start: CliCommand = {
  usage: 'start',
  says: 'open the course; without a terminal, print the first lesson',
  options: [['--plain', 'the first lesson as text']],
  async run(io, _, options) {
    if (options['plain'] === true || !io.interactive) {
      const { lessons, problems } = readLessons()
      const first = lessons[0]
      if (first !== undefined) return playPlain(io, first)
      if (problems.length > 0) throw new InvalidFiles(problems)
      io.err('There is no lesson yet.\n')
      return EXIT.good
    }
    const { openShelf } = await import('../shelf.ts')
    const { openCourse } = await import('../ui.tsx')
    return openCourse(openShelf(io), { ascii: io.ascii })
  },
}
