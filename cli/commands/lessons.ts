/** `lessons`: which lessons there are. */
import { type CliCommand, columnsOf, EXIT, InvalidFiles, type Io, print, printJson } from '../command.ts'
import { cutLine, type Lesson, plain } from '../door.ts'
import { readLessons } from '../library.ts'

export const lessons: CliCommand = {
  usage: 'lessons',
  says: 'list the lessons',
  options: [['--json', 'one JSON object']],
  run(io, _, options) {
    const { lessons: all, problems } = readLessons()
    if (options['json'] === true) {
      printJson(io, {
        lessons: all.map((lesson) => {
          const cells = lesson.parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []))
          return {
            id: lesson.id,
            number: lesson.number,
            title: lesson.title,
            unit: lesson.unit,
            minutes: lesson.minutes,
            needs: lesson.needs,
            claims: cells.filter((cell) => cell.kind === 'claim').map((cell) => cell.id),
            exercises: lesson.exercises,
            cells: cells.map(({ id, kind, line }) => ({ id, kind, line })),
          }
        }),
      })
    } else list(io, all)
    // Those that can be read were listed; the others are named, and make the exit code.
    if (problems.length > 0) throw new InvalidFiles(problems)
    return EXIT.good
  },
}

function list(io: Io, all: readonly Lesson[]): void {
  const rows = all.map((l) => [l.number, l.id, l.title, l.unit, `${l.minutes} min`])
  print(
    io,
    columnsOf(rows).map((row) => cutLine(plain(row), io.columns)),
  )
}
