/** transactional: the workloads of transactions, txn-list-append and txn-rw-register (Maelstrom's doc/workloads.md). */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { RandomStream } from '../base/random.ts'
import type { Call } from '../history/read.ts'
import { isolated } from '../history/transactions/isolated.ts'
import type { TransactionModel } from '../history/transactions/transaction.ts'
import { someKey } from './keys.ts'
import { shown, type WireBody } from './message.ts'
import type { Workload } from './workload.ts'

const WRITE = { 'list-append': 'append', 'rw-register': 'w' } as const
/** As histories of transactions call the steps. */
const VERBS: { readonly [word: string]: string } = { r: 'read', append: 'append', w: 'write' }

const MOST_STEPS = 4

/** `[f, key, value]`; what a read found is null in the question. */
type MicroOp = readonly [f: string, key: Json, value: Json]

/** Of writes to registers without a read before them nobody knows the order; too many leave open what happened. */
const BLIND = 0.1

/** Transactions of up to four steps on a few keys. No value is written twice. */
export function transactional(model: TransactionModel): Workload {
  return {
    says: 'the transactions keep their isolation level',
    draw(dice, i) {
      const steps: MicroOp[] = []
      for (let left = dice.integer(1, MOST_STEPS); left > 0; left--) {
        const next = step(dice, i, steps.length)
        const [f, key] = next
        const isBlind = f === 'w' && !steps.some(([, before]) => before === key)
        if (isBlind && !dice.chance(BLIND)) steps.push(['r', key, null])
        steps.push(next)
      }
      return { type: 'txn', txn: steps.slice(0, MOST_STEPS) }
    },
    last: { type: 'txn', txn: [['r', 0, null]] },
    call: (request, answer) => callOf(model, request, answer),
    settles: false,
    oneIsEnough: true,
    hasLevel: true,
    judge: (history, _last, level) => isolated(history, { model, level }),
  }

  function step(dice: RandomStream, i: number, at: number): MicroOp {
    const key = someKey(dice, i)
    return dice.chance(0.5) ? ['r', key, null] : [WRITE[model], key, i * 2 * MOST_STEPS + at]
  }
}

function callOf(model: TransactionModel, { txn }: WireBody, answer: WireBody | null): Call | string {
  const asked = txn as readonly MicroOp[]
  const call = (steps: Json): Call => ({ f: 'txn', key: null, value: steps, result: null })
  if (answer === null) return call(asked.map(([f, key, value]) => [VERBS[f]!, canonicalText(key), value]))
  const told = answer['txn']
  if (!Array.isArray(told) || told.length !== asked.length)
    return `its "txn" has not the ${asked.length} steps that were asked for: ${shown(told)}`
  const steps: Json[] = []
  for (const [i, [f, key, value]] of asked.entries()) {
    const [ofF, ofKey, found, ...more]: readonly Json[] = Array.isArray(told[i]) ? told[i] : []
    const isThis = ofF === f && canonicalText(ofKey) === canonicalText(key) && more.length === 0
    if (!isThis || (f !== 'r' && canonicalText(found) !== canonicalText(value)))
      return `step ${i + 1} of its "txn" is ${shown(told[i])}, and ${shown(asked[i])} was asked for`
    const result = found ?? null
    if (f === 'r' && model === 'list-append' && result !== null && !Array.isArray(result))
      return `step ${i + 1} of its "txn" reads no list: ${shown(told[i])}`
    steps.push([VERBS[f]!, canonicalText(key), f === 'r' ? result : value])
  }
  return call(steps)
}
