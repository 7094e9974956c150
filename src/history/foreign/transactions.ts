/** Transactions made elsewhere: Jepsen's steps `[:r key value]`, `[:append key value]` and `[:w key value]`, or ours. */
import type { Json } from '../../base/canonical.ts'
import type { TransactionModel } from '../transactions/transaction.ts'
import type { ForeignEvent } from './foreign.ts'
import { problemAt } from './problem.ts'

const VERBS: { readonly [model in TransactionModel]: { readonly [word: string]: string } } = {
  'list-append': { r: 'read', read: 'read', append: 'append' },
  'rw-register': { r: 'read', read: 'read', w: 'write', write: 'write' },
}

const EXPECTED: { readonly [model in TransactionModel]: string } = {
  'list-append': '[:r key list] or [:append key value]',
  'rw-register': '[:r key value] or [:w key value]',
}

/**
 * The same events with the steps at the question: those of the answer where the transaction committed, otherwise those
 * that were asked for, and what they read left out. Throws `ForeignProblem`.
 */
export function withSteps(events: readonly ForeignEvent[], model: TransactionModel): readonly ForeignEvent[] {
  const answers = new Map<number, ForeignEvent>()
  const open = new Map<ForeignEvent['process'], number>()
  for (const [i, event] of events.entries()) {
    const asked = open.get(event.process)
    if (event.type === 'invoke') open.set(event.process, i)
    else if (asked !== undefined) {
      answers.set(asked, event)
      open.delete(event.process)
    }
  }
  return events.map((event, i) => {
    if (event.f !== 'txn')
      throw problemAt(event.place, `"f" is txn in a history of ${model}, not "${event.f}"`)
    if (event.type !== 'invoke') return event
    const asked = stepsOf(event, model, false)
    const answer = answers.get(i)
    if (answer?.type !== 'ok') return { ...event, value: asked }
    const told = stepsOf(answer, model, true)
    const changed = told.findIndex((step, at) => !isAnswerTo(step, asked[at]))
    if (changed >= 0 || told.length !== asked.length)
      throw problemAt(answer.place, `the answer has other steps than were asked for at ${event.place}`)
    return { ...event, value: told }
  })
}

type Step = readonly [verb: string, key: string, value?: Json]

function stepsOf(event: ForeignEvent, model: TransactionModel, answered: boolean): readonly Step[] & Json {
  const { value, place } = event
  if (!Array.isArray(value))
    throw problemAt(place, `the value of a txn is the list of its steps, not ${JSON.stringify(value)}`)
  return (value as readonly Json[]).map((step) => {
    const [word, key, given = null] = Array.isArray(step) ? (step as readonly Json[]) : []
    const verb = typeof word === 'string' ? VERBS[model][word] : undefined
    if (verb === undefined || key === undefined || key === null || (step as readonly Json[]).length > 3)
      throw problemAt(place, `a step of ${model} is ${EXPECTED[model]}, not ${JSON.stringify(step)}`)
    const name = typeof key === 'string' ? key : JSON.stringify(key)
    if (verb !== 'read') return [verb, name, given]
    if (!answered) return [verb, name]
    if (model === 'list-append' && given !== null && !Array.isArray(given))
      throw problemAt(place, `a read of list-append finds a list or nil, not ${JSON.stringify(given)}`)
    return [verb, name, given]
  }) as readonly Step[] & Json
}

function isAnswerTo([verb, key, value]: Step, asked: Step | undefined): boolean {
  if (asked?.[0] !== verb || asked[1] !== key) return false
  return verb === 'read' || JSON.stringify(value) === JSON.stringify(asked[2])
}
