/** `judge`: a history that was made elsewhere, and whether one object could have answered so. */
import { type CliCommand, EXIT, InvalidFiles, type Io, print, printJson, UsageProblem } from '../command.ts'
import {
  count,
  FOREIGN_MODELS,
  FORMATS,
  type ForeignJudgement,
  ForeignProblem,
  type Format,
  historyView,
  judgeForeign,
  nearest,
  plain,
  renderView,
  toned,
  wrapLine,
} from '../door.ts'

const NAMES = Object.keys(FOREIGN_MODELS)

export const judge: CliCommand = {
  usage: 'judge <file>',
  says: 'whether a history from elsewhere is linearizable: Jepsen operations or log lines, or JSON lines; - reads standard input',
  options: [
    ['--model <name>', `what was asked: ${NAMES.join(', ')}`],
    ['--format <name>', `jepsen or jsonl; without it the file is looked at`],
    ['--memory <MB>', 'give up beyond this; default: 256'],
    ['--json', 'as JSON'],
  ],
  run(io, [file], options) {
    const model = oneOf('--model', options['model'], NAMES)
    const format = options['format'] === undefined ? undefined : oneOf('--format', options['format'], FORMATS)
    const read = file === '-' ? { text: io.read() } : io.readFile(file!)
    if ('problem' in read) throw new UsageProblem(read.problem)
    const judged = judgedOrTold(file!, () =>
      judgeForeign(read.text, model, {
        ...(format !== undefined && { format: format as Format }),
        ...(options['memory'] !== undefined && { maxMegabytes: megabytes(options['memory']) }),
      }),
    )
    if (options['json'] === true) printJson(io, asJson(model, judged))
    else tell(io, judged)
    return { held: EXIT.good, broken: EXIT.failed, gaveUp: EXIT.gaveUp }[judged.verdict.kind]
  },
}

function oneOf(flag: string, given: string | boolean | undefined, names: readonly string[]): string {
  if (typeof given === 'string' && names.includes(given)) return given
  const list = `${flag} is one of ${names.join(', ')}`
  if (given === undefined) throw new UsageProblem(`judge needs to know what the history is of`, list)
  const near = nearest(String(given), names)
  throw new UsageProblem(
    `${flag} ${given}: there is no such thing`,
    near === null ? list : `did you mean ${near}?`,
  )
}

function megabytes(given: string | boolean | undefined): number {
  if (/^[1-9]\d*$/.test(String(given))) return Number(given)
  throw new UsageProblem(`--memory takes megabytes, not ${given}`, 'such as --memory 512')
}

/** A damaged file is told with its name. */
function judgedOrTold(file: string, judged: () => ForeignJudgement): ForeignJudgement {
  try {
    return judged()
  } catch (error) {
    if (error instanceof ForeignProblem) throw new InvalidFiles([`${file}: ${error.message}`])
    throw error
  }
}

function tell(io: Io, { history, verdict }: ForeignJudgement): void {
  const processes = new Set(history.map((operation) => operation.process)).size
  const unknown = history.filter(({ outcome }) => outcome === 'info').length
  const of = `${count(history.length, 'operation')} of ${count(processes, 'process', 'processes')}${unknown === 0 ? '' : `, ${unknown} of unknown outcome`}`
  const says = {
    held: toned('good', `${verdict.property} held: one order, which real time allows, explains every answer`),
    broken: toned(
      'bad',
      `${verdict.property} is broken${verdict.kind === 'broken' ? `: ${verdict.why}` : ''}`,
    ),
    gaveUp: toned('warn', `gave up${verdict.kind === 'gaveUp' ? `: ${verdict.why}` : ''}. That is no pass`),
  }[verdict.kind]
  print(io, [...wrapLine(says, io.columns), toned('dim', of)])
  if (verdict.kind !== 'broken') return
  print(io, [plain(''), plain('These alone cannot be explained:')])
  print(
    io,
    renderView(historyView(verdict.witness), { width: io.columns, ascii: io.ascii, sentences: io.aloud }),
  )
}

function asJson(model: string, { history, verdict }: ForeignJudgement) {
  const { kind, property } = verdict
  return {
    verdict: kind,
    property,
    model,
    operations: history.length,
    why: verdict.kind === 'held' ? null : verdict.why,
    witness: verdict.kind === 'broken' ? verdict.witness : null,
  }
}
