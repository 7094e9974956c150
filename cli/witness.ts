/** What shows that a history is broken: its smallest part that cannot be explained, and the cycles of transactions. */
import { type Io, print } from './command.ts'
import { type Anomaly, count, cycleView, type History, historyView, plain, renderView } from './door.ts'

/** Prints it, with an empty line before. */
export function printWitness(
  io: Io,
  verdict: { readonly witness: History; readonly anomaly?: Anomaly },
): void {
  const look = { width: io.columns, ascii: io.ascii, sentences: io.aloud }
  const { witness, anomaly } = verdict
  for (const cycle of anomaly?.cycles ?? []) print(io, [plain(''), ...renderView(cycleView(cycle), look)])
  const head = anomaly === undefined ? 'These alone cannot be explained:' : 'As they were asked and answered:'
  const many = `Of the ${count(witness.length, 'operation')} that cannot be explained together the last ${MOST_SHOWN}:`
  const isMany = witness.length > MOST_SHOWN
  const shown = isMany ? witness.slice(-MOST_SHOWN) : witness
  print(io, [plain(''), plain(isMany ? many : head), ...renderView(historyView(shown), look)])
}

/** Nobody reads more; `--json` has them all. */
const MOST_SHOWN = 40

/** Transactions by name: the operations themselves are in `witness`. */
export function anomalyJson({ code, called, cycles }: Anomaly) {
  return {
    code,
    called,
    cycles: cycles.map(({ steps }) =>
      steps.map(({ from, to, kind, key, why }) => ({ from: from.name, to: to.name, kind, key, why })),
    ),
  }
}
