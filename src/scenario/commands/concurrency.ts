/** concurrency: what the others may be while one node is in a state (Skeen's concurrency sets). */
import { byText } from '../../base/canonical.ts'
import { count } from '../../base/verdict.ts'
import type { TableCell } from '../../base/view.ts'
import { brief } from '../../draw/state.ts'
import { everyWorld } from '../../run/everyWorld.ts'
import type { Budgets } from '../../world/budgets.ts'
import { type Command, NOTHING, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, nearest, setting } from '../words.ts'
import { BUDGET_WORDS, readBudget } from './budgets.ts'
import { fieldsOf, shownState } from './fields.ts'

export const concurrency: Command = {
  name: 'concurrency',
  usage: 'concurrency FIELD [both=VALUE,VALUE] [crashes=N] [drops=N] [dups=N] [timeouts=N|any]',
  says: 'Tries every schedule from here and lists, for each value that a field of a state can have, which values the same field may have at other nodes at that moment. Rows that contain both of two values are marked.',
  example: 'concurrency phase both=commit,abort',
  run(session, words) {
    const { model, budgets } = session.current
    const field = fieldOf(session, words)
    const { both, limits } = readSettings(words, budgets)
    const sets = new Map<string, Set<string>>()
    const { worlds, whole } = everyWorld(model, { from: session.world, budgets: limits }, (world) => {
      const values = model.cluster.names.flatMap((name) => {
        const shown = shownState(model, name, world.nodes[name]!)
        return shown !== null && Object.hasOwn(shown, field) ? [brief(shown[field]!)] : []
      })
      values.forEach((value, i) => {
        const others = sets.get(value) ?? new Set<string>()
        sets.set(value, others)
        values.forEach((other, j) => void (i !== j && others.add(other)))
      })
    })
    const rows = [...sets]
      .sort(([a], [b]) => byText(a, b))
      .map(([value, others]): TableCell[] => {
        const marked = both.length > 0 && both.every((one) => others.has(one) || one === value)
        return [
          { text: value, tone: 'strong' },
          { text: [...others].sort(byText).join(', ') || 'nothing' },
          { text: marked ? '<- both' : '', tone: 'bad' },
        ]
      })
    const seen = whole
      ? `in all ${count(worlds, 'world')}`
      : `in the first ${count(worlds, 'world')}, not all`
    return {
      ...NOTHING,
      view: {
        kind: 'stack',
        views: [
          { kind: 'table', columns: [field, 'others may be', ''], rows },
          { kind: 'lines', lines: [[{ text: seen, tone: 'dim' }]] },
        ],
      },
    }
  },
  complete: (session, before) =>
    session.run === null
      ? []
      : before.length === 0
        ? fieldsOf(session.run.model, session.world)
        : ['both=', 'crashes=1', 'timeouts=any'],
}

function fieldOf(session: Session, words: readonly Word[]): string {
  const word = words.find((one) => setting(one) === null)
  const known = fieldsOf(session.current.model, session.world)
  if (word === undefined)
    throw new ScenarioProblem(
      endOf(words),
      `expected a field of a state: ${known.join(', ') || 'there is none'}`,
      known[0] ?? null,
    )
  // A field may come only later, as a transaction does: any name is allowed, but a slip is told.
  const near = known.includes(word.text) ? null : nearest(word.text, known)
  if (near !== null)
    throw new ScenarioProblem(
      word.column,
      `no field of a state is called "${word.text}"; there is ${known.join(', ')}`,
      near,
    )
  return word.text
}

function readSettings(
  words: readonly Word[],
  inherited: Partial<Budgets>,
): { readonly both: readonly string[]; readonly limits: Partial<Budgets> } {
  let both: readonly string[] = []
  const limits: { -readonly [K in keyof Budgets]?: Budgets[K] } = { ...inherited }
  for (const word of words) {
    const set = setting(word)
    if (set === null || readBudget(set.name, set.value, limits)) continue
    if (set.name !== 'both')
      throw new ScenarioProblem(
        word.column,
        `concurrency has no setting "${set.name}"; it has both, ${BUDGET_WORDS.join(', ')}`,
        nearest(set.name, ['both', ...BUDGET_WORDS]),
      )
    both = set.value.text.split(',')
  }
  return { both, limits }
}
