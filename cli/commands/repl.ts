/** `repl`: scenario commands as they are typed, one line at a time. */
import { Asked } from '../asked.ts'
import { type CliCommand, EXIT, type Io, print, UsageProblem } from '../command.ts'
import { problemLines } from '../components/problem.ts'
import { type Outcome, renderView, toned } from '../door.ts'
import { paint } from '../theme.ts'

export const repl: CliCommand = {
  usage: 'repl [protocol]',
  says: 'type scenario commands on a cluster of your own',
  async run(io, [protocol]) {
    const asked = new Asked(io, 'Esc stops')
    const { kernel } = asked
    let code: number = EXIT.good
    try {
      if (protocol !== undefined) {
        const line = `cluster ${protocol}`
        if (!answer(io, line, await asked.line(line)))
          throw new UsageProblem(`no protocol is called "${protocol}"`, 'splitbrain repl, then: help cluster')
      }
      const complete = (head: string) => kernel.notebook.session.complete(head)
      for await (const line of io.lines('> ', complete, () => kernel.stop())) {
        if (/^\s*(exit|quit)\s*$/.test(line)) break
        const outcome = await asked.line(line)
        // A person saw the mistake; a script says so by its exit code.
        if (!answer(io, line, outcome) && !io.interactive) code = EXIT.usage
        if (outcome.kind === 'ended' && !io.interactive) code = EXIT.gaveUp
      }
    } finally {
      asked.close()
    }
    return code
  },
}

/** Prints what came of a line; false where it made no sense. */
function answer(io: Io, line: string, outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'done': {
      const { view, note } = outcome.result ?? { view: null, note: null }
      if (view !== null) print(io, renderView(view, { width: io.columns, ascii: io.ascii }))
      if (note !== null) print(io, [toned('dim', note)])
      return true
    }
    case 'problem':
      for (const one of problemLines(line, outcome.problem, io.columns, 2))
        io.err(`${paint(one, io.theme)}\n`)
      return false
    case 'ended':
      io.err(`${outcome.says}\n`)
      return true
  }
}
