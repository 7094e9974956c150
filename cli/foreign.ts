/** `simulate --exec`: programs of somebody else as the nodes of a cluster, and what became of them. */
import { EXIT, type Io, type Options, printJson, UsageProblem } from './command.ts'
import {
  FAULTS,
  type FaultKind,
  type ForeignOptions,
  foreignRun,
  LEVELS,
  type LevelName,
  nearest,
  WORKLOADS,
} from './door.ts'
import { foreignJson, keepForeign, lastLine, tellForeign } from './foreignReport.ts'

const NAMES = Object.keys(WORKLOADS)

export const FOREIGN_OPTIONS: readonly (readonly [flags: string, says: string])[] = [
  ['--exec <command>', "the command of one node, in any language: it speaks Maelstrom's protocol"],
  ['--workload <name>', `with --exec, what it is asked: ${NAMES.join(', ')}`],
  [
    '--level <name>',
    `with --exec, of transactions: ${Object.keys(LEVELS).join(', ')}; default: serializable`,
  ],
  ['--nodes <n>', 'with --exec, how many processes; default: 5'],
  ['--faults <names>', `with --exec, what meets them: ${FAULTS.join(',')}; default: nothing`],
  ['--seconds <n>', 'with --exec, for how long clients ask; default: 10'],
  ['--rate <n>', 'with --exec, requests a second; default: 50'],
  ['--patience <seconds>', 'with --exec, how long a node may take to start; default: 20'],
  ['--settle <seconds>', 'with --exec, how long it may take until all is well at the end; default: 10'],
  ['--keep <folder>', 'with --exec, keeps the history for splitbrain judge, and what each node logged'],
]

/** Runs and tells; answers with the exit code of `judge`. */
export async function foreign(io: Io, options: Options): Promise<number> {
  const wanted = optionsOf(options)
  const report = await foreignRun(wanted)
  const { misdeed } = report
  const [first] = report.nodes.filter(({ node }) => node === misdeed?.node)
  if (misdeed?.property === 'StaysUp' && /exit code 12[67]\b/.test(misdeed.why) && first?.starts === 1)
    throw new UsageProblem(`the command cannot be run: ${lastLine(first.stderr)}`, 'try it in a shell first')
  if (options['json'] === true) printJson(io, foreignJson(wanted, report))
  else tellForeign(io, wanted, report)
  const keep = options['keep']
  if (typeof keep === 'string') keepForeign(io, keep, report)
  return { held: EXIT.good, broken: EXIT.failed, gaveUp: EXIT.gaveUp }[report.verdict.kind]
}

function optionsOf(options: Options): ForeignOptions {
  const command = String(options['exec']).trim()
  if (command === '') throw new UsageProblem('--exec needs a command', '--exec "python3 node.py"')
  const faults = listOf(options['faults'])
  for (const fault of faults) mustBeOneOf('--faults', fault, FAULTS)
  const workload = options['workload']
  if (workload === undefined)
    throw new UsageProblem(
      'simulate --exec needs to know what to ask',
      `--workload is one of ${NAMES.join(', ')}`,
    )
  mustBeOneOf('--workload', String(workload), NAMES)
  const level = options['level']
  if (level !== undefined) {
    if (WORKLOADS[String(workload)]!.hasLevel !== true)
      throw new UsageProblem(
        `--level is for transactions, and ${String(workload)} has none`,
        `those that have: ${NAMES.filter((name) => WORKLOADS[name]!.hasLevel === true).join(', ')}`,
      )
    mustBeOneOf('--level', String(level), Object.keys(LEVELS))
  }
  const number = (name: string, usual: number, least: number, most: number) => {
    const given = options[name]
    if (given === undefined) return usual
    const value = /^\d+(?:\.\d+)?$/.test(String(given)) ? Number(given) : Number.NaN
    if (value >= least && value <= most) return value
    throw new UsageProblem(`--${name} is a number from ${least} to ${most}, not ${String(given)}`)
  }
  const whole = (name: string, usual: number, least: number, most: number) => {
    const value = number(name, usual, least, most)
    if (!Number.isInteger(value)) throw new UsageProblem(`--${name} is a whole number, not ${value}`)
    return value
  }
  return {
    command,
    workload: String(workload),
    ...(level !== undefined && { level: level as LevelName }),
    faults: faults as FaultKind[],
    nodes: whole('nodes', 5, 1, 25),
    seed: whole('seed', 1, 0, 2 ** 31),
    forMs: 1000 * number('seconds', 10, 0.5, 3600),
    rate: number('rate', 50, 0.1, 1000),
    patienceMs: 1000 * number('patience', 20, 0.1, 600),
    settleMs: 1000 * number('settle', 10, 0.1, 600),
  }
}

function listOf(given: Options[string]): readonly string[] {
  return [
    ...new Set(
      String(given ?? '')
        .split(',')
        .map((one) => one.trim()),
    ),
  ].filter((one) => one !== '')
}

function mustBeOneOf(flag: string, given: string, names: readonly string[]): void {
  if (names.includes(given)) return
  const near = nearest(given, names)
  throw new UsageProblem(
    `${flag} ${given}: there is no such thing`,
    near === null ? `${flag} is one of ${names.join(', ')}` : `did you mean ${near}?`,
  )
}
