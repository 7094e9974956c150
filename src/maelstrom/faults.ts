/** Faults for processes of others: which, when and on whom, by seed. */
import { type RandomStream, randomStream } from '../base/random.ts'

export const FAULTS = ['partition', 'loss', 'kill', 'pause'] as const
export type FaultKind = (typeof FAULTS)[number]

/** Times are milliseconds since the first request. */
export type PlannedFault = { readonly fromMs: number; readonly untilMs: number } & (
  | { readonly kind: 'partition'; readonly groups: readonly (readonly string[])[] }
  /** The chance of each message between nodes to be lost. */
  | { readonly kind: 'loss'; readonly chance: number }
  /** Killed, and started anew at the end. */
  | { readonly kind: 'kill'; readonly nodes: readonly string[] }
  | { readonly kind: 'pause'; readonly nodes: readonly string[] }
)

/** The share of a run in which there are faults; the rest is for what comes after them. */
const DISTURBED = 0.8
/** How long a fault lasts and how long it is quiet before the next of its kind, as far as the run has room for it. */
const LASTS_MS = [400, 1500] as const
const QUIET_MS = [300, 1200] as const

/**
 * Each kind has a stream of its own: another kind more does not change when the others come. Every kind comes at least
 * once. The same seed gives the same plan.
 */
export function planFaults(
  kinds: readonly FaultKind[],
  names: readonly string[],
  seed: number,
  forMs: number,
): readonly PlannedFault[] {
  const endMs = forMs * DISTURBED
  const plan = FAULTS.filter((kind) => kinds.includes(kind)).flatMap((kind) => {
    const dice = randomStream(seed, `fault:${kind}`)
    const found: PlannedFault[] = []
    let atMs = Math.min(dice.integer(...QUIET_MS), endMs / 4)
    while (found.length === 0 || atMs < endMs - LASTS_MS[0]) {
      const untilMs = Math.min(atMs + dice.integer(...LASTS_MS), endMs)
      found.push({ fromMs: Math.round(atMs), untilMs: Math.round(untilMs), ...drawn(kind, names, dice) })
      atMs = untilMs + dice.integer(...QUIET_MS)
    }
    return found
  })
  return plan.sort((a, b) => a.fromMs - b.fromMs)
}

function drawn(kind: FaultKind, names: readonly string[], dice: RandomStream) {
  const order = shuffled(names, dice)
  const minority = Math.max(1, Math.floor((names.length - 1) / 2))
  switch (kind) {
    case 'partition': {
      const first = dice.integer(1, Math.max(1, names.length - 1))
      return { kind, groups: [order.slice(0, first).sort(), order.slice(first).sort()] }
    }
    case 'loss':
      return { kind, chance: dice.integer(5, 30) / 100 }
    case 'kill': {
      // A loss of power hits all at once.
      const many = dice.chance(0.4) ? names.length : dice.integer(1, minority)
      return { kind, nodes: order.slice(0, many).sort() }
    }
    case 'pause':
      return { kind, nodes: order.slice(0, dice.integer(1, minority)).sort() }
  }
}

function shuffled(names: readonly string[], dice: RandomStream): string[] {
  const order = [...names]
  for (let i = order.length - 1; i > 0; i--) {
    const j = dice.integer(0, i)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

/** `partition n1 n2 | n3`, `kill n2`. */
export function faultText(fault: PlannedFault): string {
  switch (fault.kind) {
    case 'partition':
      return `partition ${fault.groups.map((group) => group.join(' ')).join(' | ')}`
    case 'loss':
      return `loss of ${Math.round(fault.chance * 100)} in 100 messages`
    case 'kill':
    case 'pause':
      return `${fault.kind} ${fault.nodes.join(' ')}`
  }
}
