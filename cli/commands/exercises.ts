/** `exercises`: which exercises there are. */
import { type CliCommand, columnsOf, EXIT, print, printJson } from '../command.ts'
import { cutLine, plain } from '../door.ts'
import { exercisesOf } from '../exercises.ts'

export const exercises: CliCommand = {
  usage: 'exercises',
  says: 'list the exercises',
  options: [['--json', 'one JSON object']],
  run(io, _, options) {
    const all = exercisesOf()
    if (options['json'] === true) {
      printJson(io, {
        exercises: all.map(({ id, number, title, lesson, checks, wrong, right }) => ({
          id,
          number,
          title,
          lesson,
          checks: checks.map(({ name, rung, points }) => ({ name, rung, points })),
          wrong,
          right,
        })),
      })
      return EXIT.good
    }
    const points = (checks: (typeof all)[number]['checks']): number =>
      checks.reduce((sum, c) => sum + c.points, 0)
    const rows = all.map((e) => [
      e.number,
      e.id,
      e.title,
      `${e.checks.length} checks`,
      `${points(e.checks)} points`,
    ])
    print(
      io,
      columnsOf(rows).map((row) => cutLine(plain(row), io.columns)),
    )
    return EXIT.good
  },
}
