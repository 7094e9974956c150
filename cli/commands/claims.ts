/** `claims`: every claim of the course, its verdict, and whether the runs of its lesson prove it now. */
import { type CliCommand, columnsOf, EXIT, InvalidFiles, named, print, printJson } from '../command.ts'
import { type ClaimCell, cutLine, type Lesson, namesClaim, plain, taken } from '../door.ts'
import { readLessons } from '../library.ts'

interface Row {
  readonly id: string
  readonly verdict: ClaimCell['verdict']
  readonly statement: string
  /** The lesson that proves it. */
  readonly home: string
  /** All lessons that name it. */
  readonly lessons: readonly string[]
  readonly cells: readonly string[]
  readonly proven: boolean
}

export const claims: CliCommand = {
  usage: 'claims [lesson]',
  says: 'list the claims, their verdicts and whether they are proven',
  options: [['--json', 'one JSON object']],
  async run(io, [id], options) {
    const { lessons, problems } = readLessons()
    const chosen = id === undefined ? lessons : [named(lessons, id, 'lesson')]
    const rows: Row[] = []
    for (const [i, lesson] of chosen.entries()) {
      const own = await rowsOf(lesson, lessons)
      rows.push(...own)
      // Every cell of the lesson was run for it, which takes its time.
      const proven = own.filter((row) => row.proven).length
      io.err(`${i + 1} of ${chosen.length}  ${lesson.id}  ${proven} of ${own.length} proven\n`)
    }
    if (options['json'] === true) printJson(io, { claims: rows })
    else {
      const table = rows.map((row) => [
        row.id,
        row.verdict,
        row.proven ? 'proven' : 'NOT PROVEN',
        row.home,
        row.statement,
      ])
      print(
        io,
        columnsOf(table).map((line) => cutLine(plain(line), io.columns)),
      )
    }
    if (problems.length > 0) throw new InvalidFiles(problems)
    return rows.every((row) => row.proven) ? EXIT.good : EXIT.failed
  },
}

/** The claims of one lesson, each cell run for them. */
export async function rowsOf(lesson: Lesson, lessons: readonly Lesson[]): Promise<Row[]> {
  const { cells } = await taken(lesson)
  return cells.flatMap(({ cell, status }): Row[] => {
    if (cell.kind !== 'claim') return []
    const others = lessons
      .filter((other) => other !== lesson && proseOf(other).some((text) => namesClaim(text, cell.id)))
      .map((other) => other.id)
    return [
      {
        id: cell.id,
        verdict: cell.verdict,
        statement: cell.statement.replace(/\s+/g, ' ').trim(),
        home: lesson.id,
        lessons: [lesson.id, ...others],
        cells: [...new Set(cell.proof.map((proof) => proof.cell))],
        proven: status === 'done',
      },
    ]
  })
}

function proseOf({ parts }: Lesson): readonly string[] {
  return parts.flatMap((part) => (part.kind === 'prose' ? [part.markdown] : []))
}
