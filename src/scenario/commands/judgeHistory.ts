/** judge: whether some simple world explains what clients saw, in this run or in a history written by hand. */
import type { TableCell, View } from '../../base/view.ts'
import { historyView } from '../../draw/history.ts'
import { type History, HistoryProblem } from '../../history/history.ts'
import { registerJudges, transactionJudges } from '../../history/judges.ts'
import { historyOfClients, historyOfEvents } from '../../history/read.ts'
import type { HistoryVerdict } from '../../history/verdict.ts'
import { type Command, ScenarioProblem } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, oneOf } from '../words.ts'
import { isKeyed } from './history.ts'

const TONES = { held: 'good', broken: 'bad', gaveUp: 'warn' } as const

export const judge: Command = {
  name: 'judge',
  usage: 'judge PROPERTY...',
  says: 'Shows what clients asked and were told, from question to answer, and judges it: the history written by hand, or that of this run.',
  example: 'judge Linearizable SequentiallyConsistent',
  run(session, words) {
    const history = historyOf(session)
    const judges = judgesOf(history)
    if (words.length === 0)
      throw new ScenarioProblem(
        endOf(words) || 'judge '.length,
        `expected a property: ${Object.keys(judges).join(', ')}`,
        Object.keys(judges)[0] ?? null,
      )
    const names = words.map((word) =>
      oneOf(word, Object.keys(judges), 'property of such a history', word.column),
    )
    const verdicts = names.map((name) => verdictOf(judges[name]!, history))
    const rows = verdicts.map((verdict): TableCell[] => [
      { text: verdict.kind === 'gaveUp' ? 'gave up' : verdict.kind, tone: TONES[verdict.kind] },
      { text: verdict.property, tone: 'strong' },
      { text: verdict.kind === 'held' ? '' : verdict.why },
    ])
    const table: View = { kind: 'table', columns: ['', '', ''], rows }
    return {
      view: { kind: 'stack', views: [historyView(history), table] },
      note: null,
      verdicts: verdicts.map(({ property, kind }) => ({ property, kind, steps: null })),
    }
  },
  complete(session, before) {
    const all = session.written !== null ? judgesOf(historyOf(session)) : registerJudges
    return Object.keys(all).filter((name) => !before.includes(name))
  },
}

function historyOf(session: Session): History {
  const { written } = session
  if (written !== null) {
    if (written.length === 0)
      throw new ScenarioProblem(0, 'the history is empty: write one, such as "history ann write 1 ok"')
    return historyOfEvents(written, isKeyed(written))
  }
  const history = historyOfClients(session.world.clients)
  if (history.length === 0) throw new ScenarioProblem(0, 'no client has asked anything yet')
  return history
}

function judgesOf(history: History): typeof registerJudges {
  return history.every(({ f }) => f === 'txn') ? transactionJudges : registerJudges
}

/** A history that the judge does not understand is a mistake of whoever wrote the line. */
function verdictOf(judgeOf: (history: History) => HistoryVerdict, history: History): HistoryVerdict {
  try {
    return judgeOf(history)
  } catch (error) {
    if (error instanceof HistoryProblem) throw new ScenarioProblem(0, error.message)
    throw error
  }
}
