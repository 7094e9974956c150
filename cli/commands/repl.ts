/** `repl`: scenario commands as they are typed, one line at a time. */
import { Asked, NO_LESSON } from '../asked.ts'
import { type CliCommand, EXIT, type Io, print, type Typed, UsageProblem } from '../command.ts'
import { problemLines } from '../components/problem.ts'
import {
  completeLine,
  nearest,
  newKernel,
  type Outcome,
  protocols,
  renderView,
  toned,
  type View,
} from '../door.ts'
import { History } from '../history.ts'
import { keepStory } from '../stories.ts'
import { paint } from '../theme.ts'

export const repl: CliCommand = {
  usage: 'repl [protocol]',
  says: 'type scenario commands on a cluster of your own',
  async run(io, [protocol]) {
    if (io.interactive) return onScreen(io, protocol)
    const asked = new Asked(io, 'Esc stops')
    const { kernel } = asked
    let code: number = EXIT.good
    try {
      if (protocol !== undefined) {
        const line = `cluster ${protocol}`
        if (!answer(io, line, await asked.line(line)))
          throw new UsageProblem(`no protocol is called "${protocol}"`, 'splitbrain repl, then: help cluster')
      }
      const complete = (head: string) => completeLine(kernel.notebook.session, head)
      for await (const line of io.lines('> ', complete, () => kernel.stop(), typedBefore())) {
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

/** On the whole terminal. A name that is no protocol is told before the screen is taken. */
async function onScreen(io: Io, protocol: string | undefined): Promise<number> {
  const names = protocols.map(({ name }) => name)
  if (protocol !== undefined && !names.includes(protocol)) {
    const near = nearest(protocol, names)
    throw new UsageProblem(
      `no protocol is called "${protocol}"`,
      near === null ? 'splitbrain repl, then: help cluster' : `did you mean: splitbrain repl ${near}`,
    )
  }
  const { openRepl } = await import('../ui.tsx')
  const first = protocol === undefined ? null : `cluster ${protocol}`
  return openRepl(newKernel(NO_LESSON), typedBefore(), first, io.ascii, (name, text) =>
    keepStory(io, name, text),
  )
}

/** The same at every prompt. */
function typedBefore(): Typed {
  const history = new History()
  return {
    get history() {
      return history.lines
    },
    remember: (line) => history.add(line),
  }
}

/** Prints what came of a line; false where it made no sense. */
function answer(io: Io, line: string, outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'done': {
      const { view, note } = outcome.result ?? { view: null, note: null }
      if (view !== null)
        print(io, renderView(view, { width: io.columns, ascii: io.ascii, sentences: io.aloud }))
      if (note !== null) print(io, [toned('dim', note)])
      // Not broken into lines: a token is copied whole.
      for (const token of tokensOf(view)) io.out(`splitbrain debug ${token}\n`)
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

/** The stories of what broke. */
function tokensOf(view: View | null): readonly string[] {
  if (view?.kind === 'stack') return view.views.flatMap(tokensOf)
  return view?.kind === 'verdict' && view.token !== null ? [view.token] : []
}
