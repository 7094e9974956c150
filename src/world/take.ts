/** take: carries one choice out on a draft of the next world. */
import { byText } from '../base/canonical.ts'
import type { Choice, Parcel } from './choice.ts'
import { isAwaited } from './clients.ts'
import { type Draft, sameParcel } from './draft.ts'
import { heardToo } from './lies.ts'
import { sameTimer } from './local.ts'
import { type Envelope, linkText, localUs, type NodeSlot, trueSpanUs } from './world.ts'

/**
 * Carries a choice out, or says why it cannot be. What was refused may have let time pass and drawn numbers,
 * and nothing else.
 */
export function take(draft: Draft, choice: Choice): string | { envelope: Envelope | null } {
  const { world } = draft
  switch (choice.kind) {
    case 'deliver':
      return deliver(draft, choice)
    case 'fire': {
      const slot = world.nodes[choice.node]
      const timer = slot?.timers.find((t) => sameTimer(t, choice.timer, choice.arg))
      if (slot === undefined || timer === undefined)
        return `${choice.node} has no timer "${choice.timer}" armed`
      if (slot.paused) return `${choice.node} is paused`
      draft.advance(choice.atUs ?? timer.dueUs)
      const { timer: name, arg } = timer
      if (!draft.run(choice.node, { kind: 'timer', timer: name, arg }, choice))
        return `${choice.node} refuses the timer ${name} now`
      if (name !== draft.model.protocol.rounds) draft.spend('timeouts', 'timeout')
      return { envelope: null }
    }
    case 'restart':
      if (world.nodes[choice.node]?.up !== false) return `${choice.node} is up`
      draft.run(choice.node, { kind: 'start', boot: 'restart' }, choice)
      return { envelope: null }
    case 'crash': {
      const slot = world.nodes[choice.node]
      if (slot?.up !== true) return `${choice.node} is down already`
      draft.crash(choice.node, slot, choice.disk)
      return { envelope: null }
    }
    case 'drop': {
      const envelope = draft.find(choice.parcel)
      if (envelope === null) return notOnTheWire(choice.parcel)
      draft.remove(envelope)
      draft.spend('drops', 'loss')
      return { envelope }
    }
    case 'duplicate': {
      if (draft.model.options.wire === 'fifo')
        return 'a fifo wire delivers each message once, and makes no copies'
      const envelope = draft.find(choice.parcel)
      if (envelope === null) return notOnTheWire(choice.parcel)
      draft.send([envelope])
      draft.spend('duplicates', 'duplicate')
      return { envelope }
    }
    case 'request':
      draft.request(choice)
      return { envelope: null }
    case 'cut':
      world.cut = [...new Set([...world.cut, ...choice.links])].sort(byText)
      draft.spend('partitions', 'partition')
      return { envelope: null }
    case 'heal':
      world.cut = []
      return { envelope: null }
    case 'delay': {
      const envelope = draft.find(choice.parcel)
      if (envelope === null) return notOnTheWire(choice.parcel)
      draft.replace(envelope, { ...envelope, dueUs: Math.max(envelope.dueUs, world.timeUs) + choice.byUs })
      return { envelope }
    }
    case 'corrupt': {
      const envelope = draft.find(choice.parcel)
      if (envelope === null) return notOnTheWire(choice.parcel)
      draft.replace(envelope, { ...envelope, body: choice.into })
      draft.spend('corruptions', 'corruption')
      return { envelope }
    }
    case 'traitor':
      if (world.nodes[choice.node] === undefined) return `${choice.node} is no node`
      if (world.traitors.includes(choice.node)) return `${choice.node} is a traitor already`
      world.traitors = [...world.traitors, choice.node].sort(byText)
      draft.see({ kind: 'traitor', node: choice.node })
      return { envelope: null }
    case 'lie':
      return lie(draft, choice)
    case 'pause':
    case 'resume': {
      const slot = world.nodes[choice.node]
      if (slot?.up !== true) return `${choice.node} is down`
      if (slot.paused === (choice.kind === 'pause'))
        return `${choice.node} is ${slot.paused ? 'paused already' : 'not paused'}`
      draft.setSlot(choice.node, { ...slot, paused: choice.kind === 'pause' })
      if (choice.kind === 'pause') draft.spend('pauses', 'pause')
      return { envelope: null }
    }
    case 'clock': {
      const slot = world.nodes[choice.node]
      if (slot === undefined) return `${choice.node} is no node`
      draft.setSlot(choice.node, setClock(slot, choice, world.timeUs))
      draft.spend('clockSteps', 'clock')
      return { envelope: null }
    }
    case 'repair':
      world.cut = []
      for (const name of draft.model.cluster.names) {
        const slot = world.nodes[name]!
        if (slot.paused) draft.setSlot(name, { ...slot, paused: false })
      }
      for (const name of draft.model.cluster.names)
        if (world.nodes[name]?.up === false) draft.run(name, { kind: 'start', boot: 'restart' }, {})
      return { envelope: null }
    case 'wait':
      wait(draft, choice)
      return { envelope: null }
  }
}

function deliver(draft: Draft, choice: Choice & { kind: 'deliver' }): string | { envelope: Envelope } {
  const { parcel } = choice
  const found = draft.find(parcel)
  if (found === null) return notOnTheWire(parcel)
  const { wire } = draft.model.options
  const envelope = wire === 'fifo' ? draft.firstOn(parcel.from, parcel.to)! : found
  if (!sameParcel(envelope, parcel))
    return `${envelope.body.type} from ${parcel.from} to ${parcel.to} was sent earlier: a fifo wire keeps the order of sending`
  const slot = draft.world.nodes[parcel.to]
  if (slot?.up === false) return `${parcel.to} is down`
  if (slot?.paused) return `${parcel.to} is paused`
  const { cut } = draft.world
  if (cut.length > 0 && cut.includes(linkText(parcel.from, parcel.to)))
    return `the link from ${parcel.from} to ${parcel.to} is cut`
  if (slot === undefined && draft.model.options.refusals === 'stay' && !isAwaited(draft.world, parcel))
    return `${parcel.to} waits for no such answer`
  draft.advance(choice.atUs ?? envelope.dueUs)
  if (slot === undefined) {
    draft.remove(envelope)
    draft.answer(parcel)
    return { envelope }
  }
  const { from, to, body, op } = parcel
  const ran = draft.run(to, { kind: 'receive', from, body, op }, choice)
  if (!ran && draft.model.options.refusals === 'stay') return `${to} refuses ${body.type} now`
  if (wire !== 'set') draft.remove(envelope)
  if (draft.world.traitors.includes(parcel.to)) draft.world.heard = heardToo(draft.world.heard, parcel.body)
  return { envelope }
}

function lie(draft: Draft, choice: Choice & { kind: 'lie' }): string | { envelope: Envelope | null } {
  const { node, to, instead, body } = choice
  if (!draft.world.traitors.includes(node)) return `${node} is no traitor, and loyal nodes do not lie`
  if (instead === null) {
    const slot = draft.world.nodes[node]!
    if (body === null) return 'a lie changes a message, withholds it, or makes one up'
    if (draft.world.nodes[to] === undefined) return `${to} is no node`
    if (!slot.up || slot.paused) return `${node} is ${slot.up ? 'paused' : 'down'}`
    draft.send([{ from: node, to, body, op: null }])
    draft.spend('lies', 'lie')
    return { envelope: null }
  }
  if (instead.from !== node || instead.to !== to) return `${node} can only change what ${node} sends to ${to}`
  const envelope = draft.find(instead)
  if (envelope === null) return notOnTheWire(instead)
  const said = body === null ? null : { ...envelope, body }
  const there = said !== null && draft.model.options.wire === 'set' && draft.find(said) !== null
  if (said === null || there) draft.remove(envelope)
  else draft.replace(envelope, said)
  draft.spend('lies', 'lie')
  return { envelope: said ?? envelope }
}

/** Clocks that run at another rate meanwhile go back to their own. */
function wait(draft: Draft, { untilUs, rates }: Choice & { kind: 'wait' }): void {
  const { world } = draft
  if (rates === undefined) {
    draft.advance(untilUs)
    draft.spend('ticks', null)
    return
  }
  const own = new Map(Object.keys(rates).map((name) => [name, world.nodes[name]?.clock.rate] as const))
  const turn = (name: string, rate: readonly [number, number]) =>
    draft.setSlot(
      name,
      setClock(world.nodes[name]!, { kind: 'clock', node: name, stepUs: 0, rate }, world.timeUs),
    )
  for (const [name, rate] of Object.entries(rates)) if (own.get(name) !== undefined) turn(name, rate)
  draft.advance(untilUs)
  for (const [name, rate] of own) if (rate !== undefined) turn(name, rate)
  const isOff = (name: string) => !sameRate(rates[name]!, own.get(name) ?? rates[name]!)
  draft.spend('ticks', Object.keys(rates).some(isOff) ? 'clock' : null)
}

function sameRate([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  return a * d === b * c
}

function notOnTheWire(parcel: Parcel): string {
  return `no ${parcel.body.type} from ${parcel.from} to ${parcel.to} is in flight`
}

/**
 * A clock that jumps, or runs at another rate from now on. A timer that is armed keeps its span of the
 * node's own time: with a faster clock it fires earlier. A jump moves no timer: they count spans.
 */
function setClock(slot: NodeSlot, { stepUs, rate }: Choice & { kind: 'clock' }, timeUs: number): NodeSlot {
  const clock = {
    rate: rate ?? slot.clock.rate,
    sinceUs: timeUs,
    localUs: localUs(slot.clock, timeUs) + stepUs,
  }
  const timers = slot.timers.map((late) => {
    const timer = { ...late, fromUs: late.fromUs + stepUs }
    if (timer.dueUs <= timeUs) return timer
    const [up, down] = slot.clock.rate
    const leftUs = ((timer.dueUs - timeUs) * up) / down
    return { ...timer, dueUs: timeUs + trueSpanUs(clock, leftUs) }
  })
  return { ...slot, clock, timers }
}
