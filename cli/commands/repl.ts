/** `repl`: scenario commands as they are typed, one line at a time. */
import { type CliCommand, EXIT, type Io, print, UsageProblem } from '../command.ts'
import { problemLines } from '../components/problem.ts'
import { newSession, renderView, ScenarioProblem, type Session, toned } from '../door.ts'
import { paint } from '../theme.ts'

export const repl: CliCommand = {
  usage: 'repl [protocol]',
  says: 'type scenario commands on a cluster of your own',
  async run(io, [protocol]) {
    const session = newSession()
    if (protocol !== undefined && !answer(io, session, `cluster ${protocol}`))
      throw new UsageProblem(`no protocol is called "${protocol}"`, 'splitbrain repl, then: help cluster')
    for await (const line of io.lines('> ', (head) => session.complete(head))) {
      if (/^\s*(exit|quit)\s*$/.test(line)) break
      answer(io, session, line)
    }
    return EXIT.good
  },
}

/** Carries one line out and prints what came of it; false where the line made no sense. */
function answer(io: Io, session: Session, line: string): boolean {
  try {
    const { view, note } = session.execute(line)
    if (view !== null) print(io, renderView(view, { width: io.columns, ascii: io.ascii }))
    if (note !== null) print(io, [toned('dim', note)])
    return true
  } catch (error) {
    if (!(error instanceof ScenarioProblem)) throw error
    for (const one of problemLines(line, error, io.columns, 2)) io.err(`${paint(one, io.theme)}\n`)
    return false
  }
}
