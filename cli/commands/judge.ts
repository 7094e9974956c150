/** `judge`: a history that was made elsewhere, and whether one object, or transactions at an isolation level, could have answered so. */
import { type CliCommand, EXIT, InvalidFiles, type Io, print, printJson, UsageProblem } from '../command.ts'
import {
  count,
  FOREIGN_MODELS,
  FORMATS,
  type ForeignJudgement,
  ForeignProblem,
  type Format,
  judgeForeign,
  judgeTransactions,
  LEVELS,
  type LevelName,
  type Line,
  nearest,
  safeLine,
  TRANSACTION_MODELS,
  type TransactionJudgement,
  type TransactionModel,
  toned,
  wrapLine,
} from '../door.ts'
import { anomalyJson, printWitness } from '../witness.ts'

const NAMES = [...Object.keys(FOREIGN_MODELS), ...TRANSACTION_MODELS]
const LEVEL_NAMES = Object.keys(LEVELS)

type Judgement = ForeignJudgement | TransactionJudgement

export const judge: CliCommand = {
  usage: 'judge <file>',
  says: 'whether a history from elsewhere is linearizable, or its transactions keep an isolation level: Jepsen operations or log lines, or JSON lines; - reads standard input',
  options: [
    ['--model <name>', `what was asked: ${NAMES.join(', ')}`],
    ['--level <name>', `of transactions: ${LEVEL_NAMES.join(', ')}; default: serializable`],
    ['--format <name>', `jepsen or jsonl; without it the file is looked at`],
    ['--memory <MB>', 'give up beyond this; default: 256'],
    ['--json', 'as JSON'],
  ],
  run(io, [file], options) {
    const model = oneOf('--model', options['model'], NAMES)
    const format = options['format'] === undefined ? undefined : oneOf('--format', options['format'], FORMATS)
    const read = file === '-' ? { text: io.read() } : io.readFile(file!)
    if ('problem' in read) throw new UsageProblem(read.problem)
    const limits = {
      ...(format !== undefined && { format: format as Format }),
      ...(options['memory'] !== undefined && { maxMegabytes: megabytes(options['memory']) }),
    }
    const level = levelOf(model, options['level'])
    const judged = judgedOrTold(file!, () =>
      level === null
        ? judgeForeign(read.text, model, limits)
        : judgeTransactions(read.text, model as TransactionModel, { ...limits, level }),
    )
    if (options['json'] === true) printJson(io, asJson(model, level, judged))
    else tell(io, level, judged)
    return { held: EXIT.good, broken: EXIT.failed, gaveUp: EXIT.gaveUp }[judged.verdict.kind]
  },
}

/** Null where single operations are judged. */
function levelOf(model: string, given: string | boolean | undefined): LevelName | null {
  const ofTransactions = TRANSACTION_MODELS.some((one) => one === model)
  if (!ofTransactions && given !== undefined)
    throw new UsageProblem(
      `--level is for transactions, and ${model} is a model of single operations`,
      `models of transactions are ${TRANSACTION_MODELS.join(' and ')}`,
    )
  if (!ofTransactions) return null
  return given === undefined ? 'serializable' : (oneOf('--level', given, LEVEL_NAMES) as LevelName)
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
function judgedOrTold(file: string, judged: () => Judgement): Judgement {
  try {
    return judged()
  } catch (error) {
    if (error instanceof ForeignProblem) throw new InvalidFiles([`${file}: ${error.message}`])
    throw error
  }
}

function tell(io: Io, level: LevelName | null, { history, verdict }: Judgement): void {
  const processes = new Set(history.map((operation) => operation.process)).size
  const unknown = history.filter(({ outcome }) => outcome === 'info').length
  const of = `${count(history.length, 'operation')} of ${count(processes, 'process', 'processes')}${unknown === 0 ? '' : `, ${unknown} of unknown outcome`}`
  const says = {
    held: toned(
      'good',
      `${verdict.property} held: ${level === null ? 'one order, which real time allows, explains every answer' : LEVELS[level].says}`,
    ),
    broken: toned(
      'bad',
      `${verdict.property} is broken${verdict.kind === 'broken' ? `: ${verdict.why}` : ''}`,
    ),
    gaveUp: toned('warn', `gave up${verdict.kind === 'gaveUp' ? `: ${verdict.why}` : ''}. That is no pass`),
  }[verdict.kind]
  print(io, [...wrapLine(oneLine(says), io.columns), toned('dim', of)])
  if (verdict.kind !== 'broken') return
  printWitness(io, verdict)
}

/** What came from the file does not break a sentence into lines. */
function oneLine(line: Line): Line {
  return line.map((span) => ({ ...span, text: safeLine(span.text) }))
}

function asJson(model: string, level: LevelName | null, { history, verdict }: Judgement) {
  const { kind, property } = verdict
  return {
    verdict: kind,
    property,
    model,
    operations: history.length,
    why: verdict.kind === 'held' ? null : verdict.why,
    witness: verdict.kind === 'broken' ? verdict.witness : null,
    ...(level !== null && { level, anomaly: 'anomaly' in verdict ? anomalyJson(verdict.anomaly) : null }),
  }
}
