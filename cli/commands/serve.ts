/** `serve`: a node as a process of its own, speaking Maelstrom's protocol on its standard input and output. */
import { type CliCommand, EXIT, InvalidFiles, type Io, type Options, UsageProblem } from '../command.ts'
import {
  AnswerProblem,
  CannotStart,
  DiskProblem,
  type Engine,
  modelEngine,
  mustBeServable,
  safeText,
  serve as serveNode,
  TraceProblem,
} from '../door.ts'
import {
  exerciseLike,
  nearestProtocol,
  openServedAnswer,
  protocolCalled,
  servedAnswerOf,
  servedModel,
} from '../served.ts'

export const serve: CliCommand = {
  usage: 'serve <what> [file]',
  says: "one node of a protocol, of your answer to an exercise, or of a file, as a process that speaks Maelstrom's protocol",
  options: [
    [
      '--disk <folder>',
      'where its disk lies, in a folder of its name: what is synced survives a kill; default: nowhere, or $SPLITBRAIN_DISK',
    ],
    ['--trace <file>', 'writes down all that happens to it, for splitbrain replay; {node} becomes its name'],
    ['--set <words>', 'rules and settings, as after cluster in a scenario: "electionMs=300"'],
    ['--role <export>', 'of a file that exports several nodes, the one to serve'],
  ],
  async run(io, [what, file], options) {
    const settings = typeof options['set'] === 'string' ? options['set'] : ''
    const served = await servedOf(io, what!, file, settings, options)
    try {
      await serveNode(
        served.engine,
        io.lines('', () => []),
        {
          program: served.program,
          settings,
          role: nameIn(options, 'role'),
          disk: nameIn(options, 'disk') ?? io.nodeDisk,
          trace: nameIn(options, 'trace'),
          keepsRefused: served.keepsRefused,
          send: (line) => io.out(line),
          log: (text) => io.err(`${safeText(text)}\n`),
        },
      )
    } catch (error) {
      if (!(error instanceof AnswerProblem)) throw asTold(error)
      io.err(`splitbrain: ${safeText(error.message)}\n`)
      return EXIT.failed
    } finally {
      await served.close()
    }
    return EXIT.good
  },
}

interface Served {
  readonly program: string
  readonly engine: Engine
  keepsRefused(): boolean
  close(): Promise<void>
}

async function servedOf(
  io: Io,
  what: string,
  file: string | undefined,
  settings: string,
  options: Options,
): Promise<Served> {
  const isProtocol = file === undefined && protocolCalled(what) !== undefined
  const wanted = isProtocol ? null : await servedAnswerOf(io, what, file, nameIn(options, 'role'))
  if (wanted !== null) {
    const answer = await openServedAnswer(wanted, settings)
    return {
      program: wanted.program,
      engine: answer.engine(settings),
      keepsRefused: () => answer.keeps,
      close: () => answer.close(),
    }
  }
  if (!isProtocol) {
    const near = nearestProtocol(what)
    throw new UsageProblem(
      `"${what}" is no protocol, no exercise and no file`,
      near === null ? 'splitbrain serve raft-key-value' : `did you mean ${near}?`,
    )
  }
  const ours = exerciseLike(what)
  if (ours !== null) io.err(`This is the course's own ${what}; splitbrain serve ${ours} is your answer.\n`)
  // What is wrong with the settings is told now, and not only when the names of the nodes come.
  const { refusals } = mustServe(() => servedModel(what, [], settings)).options
  return {
    program: what,
    engine: modelEngine((names) => servedModel(what, names, settings)),
    keepsRefused: () => refusals === 'stay',
    close: async () => {},
  }
}

function mustServe(model: () => ReturnType<typeof servedModel>) {
  try {
    return mustBeServable(model())
  } catch (error) {
    throw asTold(error)
  }
}

function nameIn(options: Options, name: string): string | null {
  const given = options[name]
  if (given === '') throw new UsageProblem(`--${name} needs a name`)
  return typeof given === 'string' ? given : null
}

/** Why a node cannot go on, with its exit code. */
function asTold(error: unknown): unknown {
  if (error instanceof DiskProblem || error instanceof TraceProblem) return new InvalidFiles([error.message])
  if (error instanceof RangeError || error instanceof CannotStart) return new UsageProblem(error.message)
  return error
}
