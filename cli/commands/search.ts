/** `explore`, `fuzz` and `simulate`: a search or a run on a cluster of its own, as a plain command. */
import { Asked } from '../asked.ts'
import {
  type CliCommand,
  EXIT,
  type Io,
  NoVerdict,
  type Options,
  print,
  printJson,
  UsageProblem,
} from '../command.ts'
import { type Outcome, plain, protocols, renderView, toned, type View, wrapLine } from '../door.ts'

export const explore: CliCommand = searching({
  command: 'explore',
  says: 'try every schedule of a protocol within budgets, and show a shortest story that breaks a property',
  options: [
    ['--crashes <n>', 'how many crashes there may be'],
    ['--drops <n>', 'how many messages may be lost'],
    ['--dups <n>', 'how many messages may be copied'],
    ['--timeouts <n>', 'how many timers may fire; any for no limit'],
    ['--may-crash <nodes>', 'who may crash: n1,n2'],
    ['--traitors <n>', 'how many nodes may be traitors, or which: n1,n2'],
    ['--lies <n>', 'how often they may lie'],
    ['--depth <n>', 'do not look beyond this level'],
    ['--worlds <n>', 'give up beyond this many worlds'],
  ],
})

export const fuzz: CliCommand = searching({
  command: 'fuzz',
  says: 'many random runs of a protocol, and the short story of what broke',
  cannotJudge: ['nonBlocking', 'sometimes'],
  options: [
    ['--seeds <n>', 'how many runs'],
    ['--seed <n>', 'the seed of the first run'],
    ['--loss <chance>', 'at most this chance that a message is lost'],
    ['--crashes <n>', 'at most this many crashes in a run'],
    ['--partitions <n>', 'at most this many partitions in a run'],
    ['--may-crash <nodes>', 'who may crash: n1,n2'],
    ['--traitors <n>', 'at most so many traitors, or which: n1,n2'],
    ['--lies <chance>', 'the chance that a message of theirs is a lie; 1 by default'],
    ['--workers <n>', 'so many threads run seeds side by side, and say the same; 1 by default'],
  ],
})

interface Searching {
  readonly command: string
  /** It takes no properties: every run judges them all. */
  readonly judgesAll?: boolean
  /** Kinds of properties that it never judges: they are looked for only where they are named. */
  readonly cannotJudge?: readonly string[]
  readonly says: string
  readonly options: readonly (readonly [string, string])[]
}

export function searching(search: Searching): CliCommand {
  return {
    usage: `${search.command} <protocol>${search.judgesAll ? '' : ' [property...]'}`,
    says: search.says,
    options: [
      ['--cluster <words>', 'the names of the nodes, rules and settings, as after cluster in a scenario'],
      [
        '--after <lines>',
        'scenario lines to begin with, a semicolon between: "request client tm begin tx=t1"',
      ],
      ...search.options,
      ['--json', 'as JSON'],
    ],
    async run(io, [protocol, ...properties], options) {
      const names = properties.filter((name) => name !== undefined)
      const asked = new Asked(io, 'Ctrl-C stops')
      io.stopsBy(() => asked.stop(PATIENCE_MS))
      try {
        await must(asked, `cluster ${protocol} ${options['cluster'] ?? ''}`.trimEnd())
        for (const before of String(options['after'] ?? '').split(';')) await must(asked, before.trim())
        const { wanted, left } = wantedOf(search, protocol!, names)
        const line = [search.command, ...wanted, ...settings(search.options, options)].join(' ')
        const notes = left.length > 0 ? [`not judged by random runs, but by explore: ${left.join(', ')}`] : []
        return tell(io, await must(asked, line), notes, options)
      } finally {
        io.stopsBy(null)
        asked.close()
      }
    },
  }
}

/** The properties that were named, or else all that the search can judge; and those that are left out. */
function wantedOf({ judgesAll, cannotJudge = [] }: Searching, name: string, named: readonly string[]) {
  if (named.length > 0 || judgesAll) return { wanted: named, left: [] }
  const all = protocols.find((one) => one.name === name)?.properties ?? []
  const judged = all.filter(({ judge }) => !cannotJudge.includes(judge.kind))
  // Where it can judge none of them, it says so itself.
  const wanted = judged.length > 0 ? judged : all
  const names = (list: typeof all) => list.map((one) => one.name)
  return { wanted: names(wanted), left: names(all.filter((one) => !wanted.includes(one))) }
}

/** `--may-crash n1` as the scenario language has it: `may-crash=n1`. */
function settings(flags: readonly (readonly [string, string])[], options: Options): string[] {
  return flags.flatMap(([flag]) => {
    const name = /^--([a-z-]+)/.exec(flag)![1]!
    const value = options[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())]
    return value === undefined ? [] : [`${name}=${value}`]
  })
}

/** How long what runs may take to say how far it is, once it was told to stop. */
const PATIENCE_MS = 2000

type Done = Extract<Outcome, { kind: 'done' }>

async function must(asked: Asked, line: string): Promise<Done> {
  const outcome = await asked.line(line)
  if (outcome.kind === 'done') return outcome
  if (outcome.kind === 'ended') throw endedBy(outcome)
  const { message, suggestion, column } = outcome.problem
  // A value is told with its flag: the line that it stands in was never typed.
  const setting = /(?:^|\s)([a-z-]+)=$/.exec(line.slice(0, column))?.[1]
  if (setting !== undefined)
    throw new UsageProblem(
      `--${setting}: ${message}`,
      suggestion === null ? null : `such as --${setting} ${suggestion}`,
    )
  throw new UsageProblem(message, suggestion === null ? null : `did you mean "${suggestion}"?`)
}

/** Nothing was found out: neither that it holds nor that it does not. */
function endedBy({ cause, says }: Extract<Outcome, { kind: 'ended' }>): Error {
  switch (cause) {
    case 'stopped':
      return new NoVerdict('stopped by hand before it could say anything', 'This is not a pass.')
    case 'memory':
      return new NoVerdict(
        'out of memory before it could say anything',
        'This is not a pass. Ask for less: fewer faults, worlds, seeds or workers.',
      )
    case 'mistake':
      return new Error(says.replace(/^a mistake of ours: /, ''))
  }
}

/** One for each story that is shown. */
function tokensIn(view: View | null): readonly string[] {
  if (view?.kind === 'stack') return view.views.flatMap(tokensIn)
  return view?.kind === 'verdict' && view.token !== null ? [view.token] : []
}

function tell(io: Io, { result }: Done, more: readonly string[], options: Options): number {
  const { view, note: own, verdicts } = result ?? { view: null, note: null, verdicts: [] }
  const note = [...(own === null ? [] : [own]), ...more].join('; ') || null
  if (options['json'] === true) printJson(io, { verdicts, view, note })
  else {
    if (view !== null)
      print(io, renderView(view, { width: io.columns, ascii: io.ascii, sentences: io.aloud }))
    if (note !== null) print(io, wrapLine(toned('dim', note), io.columns))
    // Never broken into lines: a token is copied whole.
    for (const token of tokensIn(view)) print(io, [plain(''), toned('dim', `splitbrain debug ${token}`)])
  }
  if (verdicts.some((verdict) => verdict.kind === 'broken')) return EXIT.failed
  return verdicts.some((verdict) => verdict.kind === 'gaveUp') ? EXIT.gaveUp : EXIT.good
}
