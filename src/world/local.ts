/** What one event does to one node: the step, its effects on timers and disk, and where it may die. */
import { byText, canonicalText, type Json, sameCanonical } from '../base/canonical.ts'
import type { Identity } from '../node/input.ts'
import type { Body, Effect, Event } from '../node/node.ts'
import { type HandlerError, handlerName, type StepResult, stepTwice } from '../node/step.ts'
import type { Course, Parcel } from './choice.ts'
import { type Disk, type DiskEffect, writeDisk } from './disk.ts'
import type { Assignment, Model } from './protocol.ts'
import { byTimer, type NodeSlot, slotText, type Timer } from './world.ts'

/** Gives a timer its deadlines and its order. */
export type Arm = (delayMs: readonly [number, number]) => Pick<Timer, 'dueUs' | 'fromUs' | 'order'>

/** In a search in which time does not pass any timer may fire at any time, and no handler may read the clock. */
const UNTIMED: Arm = () => ({ dueUs: 0, fromUs: 0, order: 0 })

/** In a search in which it does, a timer may fire from the earliest end of its range on. */
function armAt(nowUs: number): Arm {
  return ([earliestMs]) => ({ dueUs: 0, fromUs: nowUs + Math.round(earliestMs * 1000), order: 0 })
}

/** What happened at the node, in order, as far as it got. */
export interface LocalOutcome {
  readonly kind: 'done'
  readonly course: Course
  readonly slot: NodeSlot
  readonly effects: readonly Effect[]
  readonly sent: readonly Parcel[]
  readonly outputs: readonly Body[]
  readonly threw: HandlerError | null
  /** For every `ctx.pick` made: how long its list was. */
  readonly arities: readonly number[]
}

export type LocalResult = LocalOutcome | { readonly kind: 'refused' }

/** One event at one node, going the given course. The slot passed in is not changed. */
export function localOutcome(
  model: Model,
  name: string,
  slot: NodeSlot,
  event: Event,
  nowMs: number,
  course: Course,
  arm: Arm,
  step: typeof stepTwice = stepTwice,
): LocalResult {
  const result = runStep(model, name, slot, event, nowMs, course.picks ?? [], step)
  return finish(model, name, slot, event, course, result, arm)
}

/** A handler run once, and what its picks were. */
export interface Picked {
  readonly picks: readonly number[]
  readonly result: StepResult
}

/**
 * Every way the event can go at this node: all picks, depth first, and for each of them all crash points
 * where `mayCrash`. Ways that leave equal slots and equal effects are one. `nowUs` is what the node's clock
 * shows, null in a search in which time does not pass.
 */
export function allOutcomes(
  model: Model,
  name: string,
  slot: NodeSlot,
  event: Event,
  nowUs: number | null,
  mayCrash: boolean,
  all: readonly Picked[] = allPicks(model, name, slot, event, nowUs),
): LocalOutcome[] {
  const arm = nowUs === null ? UNTIMED : armAt(nowUs)
  const found: LocalOutcome[] = []
  for (const { picks, result } of all) {
    const course = picks.length > 0 ? { picks } : {}
    const outcome = finish(model, name, slot, event, course, result, arm)
    if (outcome.kind === 'refused') continue
    found.push(outcome)
    if (mayCrash && result.kind === 'done') found.push(...crashes(model, name, slot, event, course, result))
  }
  return distinctOutcomes(found, nowUs)
}

/** The effects whose order a crash can split: what leaves the node or reaches its disk. */
export function isVisible(effect: Effect): boolean {
  return effect.kind !== 'arm' && effect.kind !== 'disarm' && effect.kind !== 'log'
}

function runStep(
  model: Model,
  name: string,
  slot: Pick<NodeSlot, 'state' | 'disk'>,
  event: Event,
  nowMs: number | null,
  picks: readonly number[],
  step: typeof stepTwice = stepTwice,
): StepResult {
  const result = step({
    node: model.nodes[name]!,
    identity: identityOf(name, model.assignment[name]!),
    state: slot.state,
    disk: slot.disk.current,
    event,
    nowMs: nowMs ?? Number.NaN,
    signatures: model.signatures,
    picks,
  })
  if (nowMs === null && result.readClock) return { ...withoutClock(event), arities: result.arities }
  return checkReceivers(model, result, event)
}

/** A throw where something was sent to nobody. */
export function checkReceivers(model: Model, result: StepResult, event: Event): StepResult {
  if (result.kind !== 'done') return result
  const { effects } = result
  let stray: Effect | undefined
  for (let i = 0; i < effects.length && stray === undefined; i++) {
    const effect = effects[i]!
    if (effect.kind === 'send' && effect.op === null && !Object.hasOwn(model.nodes, effect.to)) stray = effect
  }
  if (stray?.kind !== 'send') return result
  const message = `a message ${stray.body.type} was sent to "${stray.to}", which is no node of this cluster (${model.cluster.names.join(', ')}); answer a client with ctx.reply`
  const { arities, readClock } = result
  return { kind: 'threw', error: { handler: handlerName(event), message, stack: '' }, arities, readClock }
}

function withoutClock(event: Event): Omit<StepResult & { kind: 'threw' }, 'arities'> {
  const handler = handlerName(event)
  const message = `${handler} ${CLOCKLESS}, so there is no clock to read: give the search ticks of time (explore ... ticks=6), or let a timer tell how long it took`
  return { kind: 'threw', error: { handler, message, stack: '' }, readClock: true }
}

const CLOCKLESS = 'called ctx.now(), but no time passes in this search'

/** Whether a verdict says only that a handler wants a clock, and the search has none. */
export function wantsClock(why: string): boolean {
  return why.includes(CLOCKLESS)
}

const identities = new WeakMap<Assignment, Identity>()

/** One object a node, by which its context is known. */
export function identityOf(self: string, assignment: Assignment): Identity {
  const known = identities.get(assignment)
  if (known !== undefined) return known
  const { peers, config } = assignment
  const identity = { self, peers, config }
  identities.set(assignment, identity)
  return identity
}

/** Runs the handler once for every way its picks can go. Of the slot only the state and the disk count. */
export function allPicks(
  model: Model,
  name: string,
  slot: Pick<NodeSlot, 'state' | 'disk'>,
  event: Event,
  nowUs: number | null,
): Picked[] {
  const all: Picked[] = []
  let picks: number[] = []
  for (;;) {
    const result = runStep(model, name, slot, event, nowUs === null ? null : nowUs / 1000, picks)
    const made = result.arities.map((_, i) => picks[i] ?? 0)
    all.push({ picks: made, result })
    let last = made.length - 1
    while (last >= 0 && made[last]! + 1 >= result.arities[last]!) last--
    if (last < 0) return all
    picks = [...made.slice(0, last), made[last]! + 1]
  }
}

function* crashes(
  model: Model,
  name: string,
  slot: NodeSlot,
  event: Event,
  course: Course,
  result: StepResult & { kind: 'done' },
): Generator<LocalOutcome> {
  const boundaries = result.effects.filter(isVisible).length
  // A restart that dies at once is the node still down, and on a set wire a message that was never read stays.
  const nothingHappened = event.kind !== 'receive' || model.options.wire === 'set'
  for (let after = nothingHappened ? 1 : 0; after < boundaries; after++) {
    const upTo = diskAfter(slot.disk, result.effects, after, model)
    for (let disk = 0; disk < upTo.survivors.length; disk++) {
      const outcome = finish(model, name, slot, event, { ...course, crash: { after, disk } }, result, UNTIMED)
      if (outcome.kind === 'done') yield outcome
    }
  }
}

/** What a step's result makes of the node. */
export function finish(
  model: Model,
  name: string,
  slot: NodeSlot,
  event: Event,
  course: Course,
  result: StepResult,
  arm: Arm,
): LocalResult {
  switch (result.kind) {
    case 'refused':
      return result
    case 'threw': {
      // The draft and its effects are dropped; a timer that fired is gone, and a node that cannot start is down.
      const after =
        event.kind === 'start'
          ? { ...slot, up: false, paused: false, state: null, timers: [] }
          : { ...slot, timers: withoutFired(slot.timers, event) }
      return {
        kind: 'done',
        course,
        slot: after,
        effects: [],
        sent: [],
        outputs: [],
        threw: result.error,
        arities: result.arities,
      }
    }
    case 'done':
      break
  }
  const crash = course.crash
  const effects = crash === undefined ? result.effects : firstVisible(result.effects, crash.after)
  const disk = diskAfter(slot.disk, effects, Number.POSITIVE_INFINITY, model)
  const after: NodeSlot =
    crash === undefined
      ? {
          ...slot,
          up: true,
          state: result.state,
          timers: changeTimers(withoutFired(slot.timers, event), effects, arm),
          disk,
        }
      : { ...slot, up: false, paused: false, state: null, timers: [], disk: survivor(disk, crash.disk) }
  if (countsAsRefused(model, slot, event, after, effects)) return { kind: 'refused' }
  const sent: Parcel[] = []
  const outputs: Body[] = []
  for (const effect of effects)
    if (effect.kind === 'send') sent.push({ from: name, to: effect.to, body: effect.body, op: effect.op })
    else if (effect.kind === 'output') outputs.push(effect.body)
  return { kind: 'done', course, slot: after, effects, sent, outputs, threw: null, arities: result.arities }
}

/** The disk after a loss of power that left survivor number `index`. */
export function survivor(disk: Disk, index: number): Disk {
  const image = disk.survivors[index] ?? disk.survivors[0]!
  return { current: image, survivors: [image] }
}

function countsAsRefused(
  model: Model,
  before: NodeSlot,
  event: Event,
  after: NodeSlot,
  effects: readonly Effect[],
): boolean {
  if (model.options.refusals !== 'stay' || model.options.unchanged === 'handled' || event.kind !== 'receive')
    return false
  return !effects.some(isVisible) && slotText(before) === slotText(after)
}

function firstVisible(effects: readonly Effect[], n: number): Effect[] {
  return effects.filter(isVisible).slice(0, n)
}

export function diskAfter(disk: Disk, effects: readonly Effect[], upTo: number, model: Model): Disk {
  const seen = Number.isFinite(upTo) ? firstVisible(effects, upTo) : effects
  let after = disk
  for (const effect of seen) if (isDiskEffect(effect)) after = writeDisk(after, effect, model.options.disk)
  return after
}

export function isDiskEffect(effect: Effect): effect is DiskEffect {
  return (
    effect.kind === 'write' ||
    effect.kind === 'append' ||
    effect.kind === 'truncate' ||
    effect.kind === 'sync'
  )
}

export function withoutFired(timers: readonly Timer[], event: Event): readonly Timer[] {
  return event.kind === 'timer' ? timers.filter((t) => !sameTimer(t, event.timer, event.arg)) : timers
}

export function changeTimers(
  timers: readonly Timer[],
  effects: readonly Effect[],
  arm: Arm,
): readonly Timer[] {
  let after: Timer[] | null = null
  for (const effect of effects) {
    if (effect.kind !== 'arm' && effect.kind !== 'disarm') continue
    after ??= [...timers]
    const { timer, arg } = effect
    let at = after.length - 1
    while (at >= 0 && !sameTimer(after[at]!, timer, arg)) at--
    if (effect.kind === 'disarm') {
      if (at >= 0) after.splice(at, 1)
      continue
    }
    const { dueUs, fromUs, order } = arm(effect.delayMs)
    const armed: Timer = { timer, arg, dueUs, fromUs, order }
    if (at >= 0) after[at] = armed
    else {
      const place = after.findIndex((t) => byTimer(armed, t) < 0)
      after.splice(place < 0 ? after.length : place, 0, armed)
    }
  }
  return after ?? timers
}

export function sameTimer(timer: Timer, name: string, arg: Json): boolean {
  return timer.timer === name && sameCanonical(timer.arg, arg)
}

function distinctOutcomes(outcomes: readonly LocalOutcome[], nowUs: number | null): LocalOutcome[] {
  if (outcomes.length < 2) return [...outcomes]
  const seen = new Map<string, LocalOutcome>()
  for (const outcome of outcomes) {
    const sent = outcome.sent.map((p) => canonicalText(p)).sort(byText)
    const deadlines = nowUs === null ? [] : outcome.slot.timers.map((t) => Math.max(t.fromUs, nowUs))
    const text = `${slotText(outcome.slot)} ${deadlines.join()}\n${sent.join()}\n${canonicalText(outcome.outputs)}\n${outcome.threw?.message ?? ''}`
    if (!seen.has(text)) seen.set(text, outcome)
  }
  return [...seen.values()]
}
