/** `simulate --exec`: programs of somebody else as the nodes of a cluster, and what became of them. */
import { EXIT, type Io, type Options, print, printJson, UsageProblem } from './command.ts'
import {
  count,
  FAULTS,
  type FaultKind,
  type ForeignOptions,
  type ForeignReport,
  faultText,
  foreignRun,
  historyView,
  nearest,
  operationsText,
  plain,
  renderView,
  safeText,
  toned,
  WORKLOADS,
  wrapLine,
} from './door.ts'

const NAMES = Object.keys(WORKLOADS)

export const FOREIGN_OPTIONS: readonly (readonly [flags: string, says: string])[] = [
  ['--exec <command>', "the command of one node, in any language: it speaks Maelstrom's protocol"],
  ['--workload <name>', `with --exec, what it is asked: ${NAMES.join(', ')}`],
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
  if (options['json'] === true) printJson(io, asJson(wanted, report))
  else tell(io, wanted, report)
  const keep = options['keep']
  if (typeof keep === 'string') kept(io, keep, report)
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

/** The history as `judge` reads it, and the standard error of each node. */
function kept(io: Io, folder: string, { history, nodes }: ForeignReport): void {
  const events = history.flatMap((operation, i) => {
    const { process: by, f, key, value, result, outcome, invoke } = operation
    const keyed = (of: unknown) => (key === null ? of : [key, of])
    // Whoever got no answer says so before it asks again.
    const next = history.find((later, j) => j > i && later.process === by)?.invoke
    const at = operation.return ?? (next === undefined ? Number.POSITIVE_INFINITY : next - 0.5)
    const told = keyed(f === 'read' && outcome === 'ok' ? result : value)
    return [
      { at: invoke, event: { type: 'invoke', process: by, f, value: keyed(value) } },
      { at, event: { type: outcome, process: by, f, value: told } },
    ]
  })
  events.sort((a, b) => a.at - b.at || 0)
  io.writeFile(`${folder}/history.jsonl`, events.map(({ event }) => `${JSON.stringify(event)}\n`).join(''))
  for (const { node, stderr } of nodes) io.writeFile(`${folder}/${node}.log`, stderr)
}

function tell(io: Io, wanted: ForeignOptions, report: ForeignReport): void {
  const { verdict, misdeed, history, faults, messages, errors, nodes } = report
  const says = {
    held: toned('good', `${verdict.property} held: ${WORKLOADS[wanted.workload]!.says}`),
    broken: toned(
      'bad',
      `${verdict.property} is broken${verdict.kind === 'broken' ? `: ${safeText(verdict.why)}` : ''}`,
    ),
    gaveUp: toned('warn', `gave up${verdict.kind === 'gaveUp' ? `: ${verdict.why}` : ''}. That is no pass`),
  }[verdict.kind]
  const of = [
    `${operationsText(history)}; ${count(nodes.length, 'process', 'processes')} of ${wanted.command}, ${(report.ms / 1000).toFixed(1)} s`,
    `${count(messages.arrived, 'message')} between nodes arrived, ${messages.lost} were lost${messages.astray === 0 ? '' : `, ${messages.astray} were to nobody`}`,
    ...(faults.length === 0
      ? []
      : [`faults of seed ${wanted.seed}: ${countsOf(faults.map(({ kind }) => kind))}`]),
    ...(Object.keys(errors).length === 0 ? [] : [`errors by code: ${pairs(errors)}`]),
  ]
  print(io, [
    ...wrapLine(says, io.columns),
    ...of.flatMap((line) => wrapLine(toned('dim', safeText(line)), io.columns)),
  ])
  if (verdict.kind === 'broken' && verdict.witness.length > 0) {
    print(io, [plain(''), plain('These alone cannot be explained:')])
    print(io, renderView(historyView(verdict.witness), { width: io.columns, ascii: io.ascii }))
  }
  if (misdeed !== null) {
    print(io, [plain(''), ...wrapLine(plain('The run ended there, and every process with it.'), io.columns)])
    const last = nodes
      .find(({ node }) => node === misdeed.node)!
      .stderr.trimEnd()
      .split('\n')
      .slice(-MOST_LINES)
    if (last.join('') !== '')
      print(io, [
        plain(`The end of what ${misdeed.node} logged:`),
        ...last.flatMap((line) => wrapLine(toned('dim', safeText(line)), io.columns)),
      ])
  }
  if (verdict.kind === 'broken' && misdeed === null && faults.length > 0) {
    print(io, [plain(''), plain('What met them, in milliseconds since the first request:')])
    print(
      io,
      faults.map((fault) => plain(`  ${fault.fromMs} to ${fault.untilMs}  ${faultText(fault)}`)),
    )
  }
  const note = `Programs of others do not replay exactly: seed ${wanted.seed} gives the same requests and faults again, and not the same timing.`
  print(io, [plain(''), ...wrapLine(toned('dim', note), io.columns)])
}

const MOST_LINES = 8

function asJson(wanted: ForeignOptions, report: ForeignReport) {
  const { verdict, misdeed, history, nodes, ...rest } = report
  const outcomes = countsByName(history.map(({ outcome }) => outcome))
  return {
    verdict: verdict.kind,
    property: verdict.property,
    why: verdict.kind === 'held' ? null : verdict.why,
    witness: verdict.kind === 'broken' ? verdict.witness : null,
    workload: wanted.workload,
    seed: wanted.seed,
    replays: false,
    operations: { ok: 0, fail: 0, info: 0, ...outcomes },
    misdeed,
    nodes: nodes.map(({ stderr, ...life }) => ({ ...life, lastWords: lastLine(stderr) })),
    ...rest,
  }
}

function countsByName(names: readonly string[]): { readonly [name: string]: number } {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function countsOf(names: readonly string[]): string {
  return Object.entries(countsByName(names))
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')
}

function pairs(counts: { readonly [name: string]: number }): string {
  return Object.entries(counts)
    .map(([name, n]) => `${name} (${n})`)
    .join(', ')
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
