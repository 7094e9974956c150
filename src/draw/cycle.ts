/** cycleView: a cycle of transactions, each with its steps and why it comes before the next. */
import type { Json } from '../base/canonical.ts'
import type { CycleView } from '../base/view.ts'
import type { CycleStep, NamedCycle } from '../history/transactions/anomaly.ts'
import { stepText } from './history.ts'
import { safeLine } from './wrap.ts'

export function cycleView({ called, code, steps }: NamedCycle): CycleView {
  return {
    kind: 'cycle',
    title: `${called} (${code})`,
    things: steps.map(({ from, kind, key, why }) => ({
      name: safeLine(from.name),
      says: saysOf(from),
      edge: { label: key === null ? kind : `${kind} on ${safeLine(key)}`, why: safeLine(why) },
    })),
  }
}

function saysOf({ operation }: CycleStep['from']): string {
  const steps = (operation.value as readonly (readonly [string, string, Json?])[]).map(stepText)
  return `${steps.join(', ')}${operation.outcome === 'info' ? ' (outcome unknown)' : ''}`
}
