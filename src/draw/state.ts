/** stateView: what every node holds after a step, with what that step changed marked. */
import { canonicalText, type Value } from '../base/canonical.ts'
import type { TableCell, Tone, View } from '../base/view.ts'
import { bodyText } from '../world/choice.ts'
import { hasUnsynced } from '../world/disk.ts'
import type { Model } from '../world/protocol.ts'
import { localUs, type NodeSlot, TRUE_CLOCK, type World } from '../world/world.ts'

/** One thing a node holds, such as `phase t1` and `prepared`. */
export interface Fact {
  readonly name: string
  readonly text: string
}

/** A table with one row a fact; `before` is the world one step earlier, or null at the start. */
export function stateView(model: Model, world: World, before: World | null): View {
  const rows = model.cluster.names.flatMap((name) => nodeRows(model, name, world, before))
  return { kind: 'table', columns: ['', 'node', 'what', 'now'], rows }
}

/** The messages in flight, oldest first. */
export function wireView(world: World): View {
  if (world.wire.length === 0)
    return { kind: 'lines', lines: [[{ text: 'nothing is in flight', tone: 'dim' }]] }
  const rows = world.wire.map(({ from, to, body }): TableCell[] => [
    { text: from },
    { text: `→ ${to}` },
    { text: bodyText(body) },
  ])
  return { kind: 'table', columns: ['from', 'to', 'message'], rows }
}

/** How something differs from one step before: new, changed, gone, or as it was. */
export type Change = '+' | '~' | '-' | ' '

/** The facts of now, each with how it differs from `then`, and those that are gone; all as they were where `then` is null. */
export function compared(
  now: readonly Fact[],
  then: readonly Fact[] | null,
): readonly (Fact & { readonly change: Change })[] {
  const known = new Set(now.map((fact) => fact.name))
  const gone = (then ?? []).filter((old) => old.name !== 'power' && !known.has(old.name))
  const before = then === null ? null : new Map(then.toReversed().map((fact) => [fact.name, fact.text]))
  return [
    ...now.map((fact) => ({ ...fact, change: mark(fact, before) })),
    ...gone.map((fact) => ({ ...fact, text: `(gone) ${fact.text}`, change: '-' as const })),
  ]
}

function nodeRows(model: Model, name: string, world: World, before: World | null): TableCell[][] {
  const now = facts(model, name, world.nodes[name]!, world.timeUs)
  const then = before === null ? null : facts(model, name, before.nodes[name]!, before.timeUs)
  return compared(now, then).map((fact, i) => {
    const tone = changeTone(fact.change)
    return [
      { text: fact.change, tone },
      { text: i === 0 ? name : '', tone: 'strong' },
      { text: fact.name, tone: 'dim' },
      { text: fact.text, tone },
    ]
  })
}

export function changeTone(change: Change): Tone {
  return change === ' ' ? 'plain' : change === '-' ? 'dim' : 'accent'
}

/** `+` new, `~` changed, blank as before. */
function mark(fact: Fact, then: ReadonlyMap<string, string> | null): Change {
  if (then === null) return ' '
  const old = then.get(fact.name)
  if (old === undefined) return '+'
  return old === fact.text ? ' ' : '~'
}

function facts(model: Model, name: string, slot: NodeSlot, timeUs: number): Fact[] {
  const held = memoryFacts(model, name, slot)
  return slot.up ? [...held, ...clockFacts(slot, timeUs), ...diskFacts(slot)] : [...held, ...diskFacts(slot)]
}

/** What a node holds in memory, its armed timers, and whether it can act at all. */
export function memoryFacts(model: Model, name: string, slot: NodeSlot): Fact[] {
  const role = model.cluster.roleOf[name]!
  if (!slot.up) return [{ name: 'power', text: 'down' }]
  const shown = model.protocol.view?.(slot.state, role) ?? (slot.state as { readonly [field: string]: Value })
  const memory = Object.entries(shown).map(([field, value]): Fact => ({ name: field, text: brief(value) }))
  const timers = slot.timers.map((t) => `${t.timer} at ${t.dueUs / 1000} ms`).join(', ')
  const pause = slot.paused ? [{ name: 'process', text: 'paused' }] : []
  return [...pause, ...memory, ...(timers === '' ? [] : [{ name: 'timers', text: timers }])]
}

/** A clock is worth a line only if it is not true. */
function clockFacts(slot: NodeSlot, timeUs: number): Fact[] {
  const shown = localUs(slot.clock, timeUs)
  if (slot.clock === TRUE_CLOCK || (shown === timeUs && slot.clock.rate[0] === slot.clock.rate[1])) return []
  return [{ name: 'clock', text: `${shown / 1000} ms, at ${slot.clock.rate.join('/')} of true time` }]
}

function diskFacts(slot: NodeSlot): Fact[] {
  const { keys, logs } = slot.disk.current
  const parts = [
    ...Object.entries(keys).map(([key, value]) => `${key}: ${brief(value)}`),
    ...Object.entries(logs).map(([log, records]) => `${log}: ${records.map(brief).join(' ')}`),
  ]
  if (parts.length === 0) return []
  return [{ name: 'disk', text: `${parts.join('; ')}${hasUnsynced(slot.disk) ? '  (not all synced)' : ''}` }]
}

/** A value in few words: maps as `t1 prepared`, lists with spaces. */
export function brief(value: Value): string {
  if (value === null) return 'nothing'
  if (typeof value !== 'object') return String(value)
  if (value instanceof Map) return entries([...value])
  if (value instanceof Set) return [...value].map(brief).join(' ') || 'none'
  if (Array.isArray(value)) return value.map(brief).join(' ') || 'none'
  return entries(Object.entries(value))
}

function entries(list: readonly (readonly [Value, Value])[]): string {
  return (
    list
      .map(([key, item]) => `${typeof key === 'string' ? key : canonicalText(key)} ${brief(item)}`)
      .join(', ') || 'none'
  )
}
