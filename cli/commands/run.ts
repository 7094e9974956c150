/** `run`: a scenario file, line by line. */
import { type CliCommand, EXIT, type Io, print, UsageProblem } from '../command.ts'
import {
  goldenText,
  LineProblem,
  newSession,
  parseScenario,
  play,
  type Result,
  renderView,
  toned,
  type View,
} from '../door.ts'
import { sayLineProblem } from '../lineProblem.ts'
import { paint } from '../theme.ts'

export const run: CliCommand = {
  usage: 'run <file>',
  says: 'run a scenario file, or standard input for -',
  run(io, [file]) {
    const { commands, expected } = parseScenario(textOf(io, file!))
    const session = newSession()
    try {
      const { views, verdicts } = play(session, commands)
      print(io, spaced(views, io))
      return expected === null ? exitOf(verdicts) : compared(io, goldenText(views), expected)
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      const { line, text, problem } = error
      const column = problem.column + 1
      const where = file === '-' ? `line ${line}, column ${column}` : `${file}:${line}:${column}`
      sayLineProblem(io, where, text, problem)
      return EXIT.usage
    }
  },
}

function textOf(io: Io, file: string): string {
  if (file === '-') return io.read()
  const read = io.readFile(file)
  if ('problem' in read) throw new UsageProblem(read.problem, 'give a scenario file, or - for standard input')
  return read.text
}

function spaced(views: readonly View[], io: Io) {
  return views.flatMap((view, i) => [
    ...(i > 0 ? [[]] : []),
    ...renderView(view, { width: io.columns, ascii: io.ascii, sentences: io.aloud }),
  ])
}

/** Without expected output, a broken property fails the run. */
function exitOf(verdicts: Result['verdicts']): number {
  if (verdicts.some((verdict) => verdict.kind === 'broken')) return EXIT.failed
  return verdicts.some((verdict) => verdict.kind === 'gaveUp') ? EXIT.gaveUp : EXIT.good
}

/** The first line that is not as expected, with what was expected there. */
function compared(io: Io, printed: string, expected: string): number {
  if (printed === expected) return EXIT.good
  const [is, should] = [printed.split('\n'), expected.split('\n')]
  const at = is.findIndex((line, i) => line !== should[i])
  const n = at < 0 ? is.length : at
  io.err(`The output is not as expected, from its line ${n + 1} on:\n`)
  for (const [label, tone, line] of [
    ['expected', 'good', should[n]],
    ['printed ', 'bad', is[n]],
  ] as const)
    io.err(`  ${paint(toned(tone, `${label}  ${line ?? '(nothing)'}`), io.theme)}\n`)
  return EXIT.failed
}
