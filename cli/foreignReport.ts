/** The report of `simulate --exec`: as text, as JSON, and as files that are kept. */
import { type Io, print } from './command.ts'
import {
  count,
  type ForeignOptions,
  type ForeignReport,
  faultText,
  LEVELS,
  lineShown,
  type NodeLife,
  operationsText,
  plain,
  safeText,
  toned,
  WORKLOADS,
  wrapLine,
} from './door.ts'
import { anomalyJson, printWitness } from './witness.ts'

/** The history as `judge` reads it, and the standard error of each node. */
export function keepForeign(io: Io, folder: string, { history, nodes }: ForeignReport): void {
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

export function tellForeign(io: Io, wanted: ForeignOptions, report: ForeignReport): void {
  const { verdict, misdeed, history, faults, messages, errors, nodes } = report
  const { says: promise, hasLevel } = WORKLOADS[wanted.workload]!
  const held = hasLevel === true ? LEVELS[wanted.level ?? 'serializable'].says : promise
  const says = {
    held: toned('good', `${verdict.property} held: ${held}`),
    broken: toned(
      'bad',
      `${verdict.property} is broken${verdict.kind === 'broken' ? `: ${safeText(verdict.why)}` : ''}`,
    ),
    gaveUp: toned('warn', `gave up${verdict.kind === 'gaveUp' ? `: ${verdict.why}` : ''}. That is no pass`),
  }[verdict.kind]
  const of = [
    `${operationsText(history)}${downText(report.refused)}; ${count(nodes.length, 'process', 'processes')} of ${wanted.command}, ${(report.ms / 1000).toFixed(1)} s`,
    `${count(messages.arrived, 'message')} between nodes arrived, ${messages.lost} were lost${messages.astray === 0 ? '' : `, ${messages.astray} were to nobody${report.astrayTo === null ? '' : `, such as ${shortName(report.astrayTo)}`}`}`,
    ...(faults.length === 0
      ? []
      : [`faults of seed ${wanted.seed}: ${countsOf(faults.map(({ kind }) => kind))}`]),
    ...(Object.keys(errors).length === 0 ? [] : [`errors by code: ${pairs(errors)}`]),
  ]
  print(io, [
    ...wrapLine(says, io.columns),
    ...of.flatMap((line) => wrapLine(toned('dim', safeText(line)), io.columns)),
  ])
  if (verdict.kind === 'broken' && verdict.witness.length > 0) printWitness(io, verdict)
  if (verdict.kind === 'broken' && verdict.property === 'Answers') tellSilent(io, report)
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

function downText(refused: number): string {
  return refused === 0 ? '' : `, ${refused} found nobody up`
}

const MOST_LINES = 8
/** So many nodes that are silent are told of. */
const MOST_NODES = 3

/** What those printed that did not answer at the end. */
function tellSilent(io: Io, { silent, nodes }: ForeignReport): void {
  const told = nodes.filter(({ node }) => silent.includes(node)).slice(0, MOST_NODES)
  print(io, [plain(''), ...told.flatMap((life) => wrapLine(plain(safeText(printedText(life))), io.columns))])
}

function printedText({ node, lines, lastLine, openLine, unasked, lastUnasked }: NodeLife): string {
  if (lines === 0 && openLine === '') return `${node} has printed nothing.`
  const said = [
    ...(lastLine === null
      ? []
      : [
          `${node} printed ${count(lines, 'line')}, the last ${seconds(lastLine.atMs)} after the start: ${lineShown(lastLine.text)}`,
        ]),
    ...(openLine === '' ? [] : [`${node} has begun a line and not ended it: ${lineShown(openLine)}`]),
    ...(unasked === 0
      ? []
      : [
          `${count(unasked, 'message')} of ${node} to clients answered nothing that was asked, as "in_reply_to" must say, such as ${lineShown(lastUnasked!)}`,
        ]),
  ]
  return said.join('\n')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

/** Names are made by programs of others. */
function shortName(name: string): string {
  return name.length > 20 ? `${name.slice(0, 19)}…` : name
}

export function foreignJson(wanted: ForeignOptions, report: ForeignReport) {
  const { verdict, misdeed, history, nodes, ...rest } = report
  const isOfTransactions = WORKLOADS[wanted.workload]!.hasLevel === true
  const outcomes = countsByName(history.map(({ outcome }) => outcome))
  return {
    verdict: verdict.kind,
    property: verdict.property,
    why: verdict.kind === 'held' ? null : verdict.why,
    witness: verdict.kind === 'broken' ? verdict.witness : null,
    workload: wanted.workload,
    ...(isOfTransactions && {
      level: wanted.level ?? 'serializable',
      anomaly: 'anomaly' in verdict ? anomalyJson(verdict.anomaly) : null,
    }),
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

export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
