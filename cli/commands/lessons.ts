/** `lessons`: which lessons there are. */
import { type CliCommand, columnsOf, EXIT, print, printJson } from '../command.ts'
import { cutLine, plain } from '../door.ts'
import { lessonsOf } from '../library.ts'

export const lessons: CliCommand = {
  usage: 'lessons',
  says: 'list the lessons',
  options: [['--json', 'one JSON object']],
  run(io, _, options) {
    const all = lessonsOf(io)
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
      return EXIT.good
    }
    const rows = all.map((l) => [l.number, l.id, l.title, l.unit, `${l.minutes} min`])
    print(
      io,
      columnsOf(rows).map((row) => cutLine(plain(row), io.columns)),
    )
    return EXIT.good
  },
}
