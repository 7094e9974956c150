/** Choices: the things that may happen next. A trace is a list of them. */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { Body, OperationId } from '../node/node.ts'
import { type Envelope, linkText } from './world.ts'

/** A message by its content; of equal copies the one due first is meant. */
export interface Parcel {
  readonly from: string
  readonly to: string
  readonly body: Body
  readonly op: OperationId | null
}

/** The node dies after the first `after` effects of the step; `disk` numbers what its disk may be left with. */
export interface CrashPoint {
  readonly after: number
  readonly disk: number
}

/** How one handler call goes: what `ctx.pick` gave, and where the node dies, if it does. */
export interface Course {
  readonly picks?: readonly number[]
  readonly crash?: CrashPoint
}

/** The time at which it happens, where time passes by ticks; otherwise it happens when it is due. */
export interface Timed {
  readonly atUs?: number
}

/** How fast clocks run, by node, as fractions of true time. */
export interface Rates {
  readonly [node: string]: readonly [number, number]
}

export type Choice =
  | ({ readonly kind: 'deliver'; readonly parcel: Parcel } & Course & Timed)
  | ({ readonly kind: 'fire'; readonly node: string; readonly timer: string; readonly arg: Json } & Course &
      Timed)
  | ({ readonly kind: 'restart'; readonly node: string } & Course)
  /** Loss of power (`disk` numbers the survivor), or of the process alone (`cache`: the disk keeps all). */
  | { readonly kind: 'crash'; readonly node: string; readonly disk: number | 'cache' }
  | { readonly kind: 'drop'; readonly parcel: Parcel }
  | { readonly kind: 'duplicate'; readonly parcel: Parcel }
  | { readonly kind: 'request'; readonly client: string; readonly to: string; readonly body: Body }
  | { readonly kind: 'cut'; readonly links: readonly string[] }
  | { readonly kind: 'heal' }
  /** A message takes longer than it would have. */
  | { readonly kind: 'delay'; readonly parcel: Parcel; readonly byUs: number }
  /** A message arrives with another body than it was sent with. */
  | { readonly kind: 'corrupt'; readonly parcel: Parcel; readonly into: Body }
  /** From here on the node may lie, and nothing is demanded of it. */
  | { readonly kind: 'traitor'; readonly node: string }
  /**
   * A traitor does not send what it should: another body (`instead` of a message in flight), nothing (`body` is
   * null), or something nobody asked for (`instead` is null). Who said it is written by the world all the same.
   */
  | {
      readonly kind: 'lie'
      readonly node: string
      readonly to: string
      readonly instead: Parcel | null
      readonly body: Body | null
    }
  /** The process takes no step for a while; its clock goes on. */
  | { readonly kind: 'pause' | 'resume'; readonly node: string }
  /** The node's own clock jumps by `stepUs`, and runs at `rate` of true time from now on. */
  | {
      readonly kind: 'clock'
      readonly node: string
      readonly stepUs: number
      readonly rate: readonly [number, number] | null
    }
  /** Everything is repaired at once: links heal, then nodes that are down restart in the cluster's order. */
  | { readonly kind: 'repair' }
  /** Time passes and nothing happens; the clocks that are named run at other rates meanwhile. */
  | { readonly kind: 'wait'; readonly untilUs: number; readonly rates?: Rates }

/** A choice in words, the same in every driver: `rm1 receives prepare from tm, then crashes after 2 effects`. */
export function choiceText(choice: Choice): string {
  switch (choice.kind) {
    case 'deliver':
      return `${choice.parcel.to} receives ${parcelText(choice.parcel)}${courseText(choice)}`
    case 'fire':
      return `${choice.node}'s timer ${choice.timer}${choice.arg === null ? '' : ` ${canonicalText(choice.arg)}`} fires${courseText(choice)}`
    case 'restart':
      return `${choice.node} restarts${courseText(choice)}`
    case 'crash':
      return choice.disk === 'cache'
        ? `${choice.node}'s process crashes`
        : `${choice.node} crashes${choice.disk > 0 ? ` (disk ${choice.disk})` : ''}`
    case 'drop':
      return `the network loses ${parcelText(choice.parcel)} to ${choice.parcel.to}`
    case 'duplicate':
      return `the network copies ${parcelText(choice.parcel)} to ${choice.parcel.to}`
    case 'request':
      return `${choice.client} asks ${choice.to}: ${bodyText(choice.body)}`
    case 'cut':
      return `links are cut: ${choice.links.join(' ')}`
    case 'heal':
      return 'all links heal'
    case 'delay':
      return `the network delays ${parcelText(choice.parcel)} to ${choice.parcel.to} by ${choice.byUs / 1000} ms`
    case 'corrupt':
      return `the network turns ${parcelText(choice.parcel)} to ${choice.parcel.to} into ${bodyText(choice.into)}`
    case 'traitor':
      return `${choice.node} is a traitor`
    case 'lie':
      return lieText(choice)
    case 'pause':
      return `${choice.node} is paused`
    case 'resume':
      return `${choice.node} goes on`
    case 'clock':
      return `${choice.node}'s clock ${clockText(choice)}`
    case 'repair':
      return 'everything is repaired'
    case 'wait':
      return `nothing happens until ${choice.untilUs / 1000} ms${ratesText(choice.rates)}`
  }
}

/** Who is lied to, by whom, with what, and what should have been said: `l1 tells l2 order value=retreat instead of order value=attack`. */
function lieText({ node, to, instead, body }: Choice & { kind: 'lie' }): string {
  if (instead === null) return `${node} tells ${to} unasked: ${body === null ? 'nothing' : bodyText(body)}`
  if (body === null) return `${node} withholds ${bodyText(instead.body)} from ${to}`
  return `${node} tells ${to} ${bodyText(body)} instead of ${bodyText(instead.body)}`
}

/** `vote yes=true tx="t1"`: the type, then the fields. */
export function bodyText(body: Body): string {
  const fields = Object.entries(body).filter(([field]) => field !== 'type')
  return [
    body.type,
    ...fields.map(([field, value]) => `${field}=${typeof value === 'string' ? value : canonicalText(value)}`),
  ].join(' ')
}

/** Links between every two nodes of different groups, in both directions, sorted. */
export function linksBetween(groups: readonly (readonly string[])[]): string[] {
  const links: string[] = []
  for (const a of groups)
    for (const b of groups)
      if (a !== b) for (const from of a) for (const to of b) links.push(linkText(from, to))
  return links.sort()
}

function clockText({ stepUs, rate }: Choice & { kind: 'clock' }): string {
  const jump = stepUs === 0 ? '' : `jumps by ${stepUs / 1000} ms`
  const pace = rate === null ? '' : `runs at ${rate[0]}/${rate[1]} of true time`
  return [jump, pace].filter((part) => part !== '').join(' and ')
}

function ratesText(rates: Rates = {}): string {
  const each = Object.entries(rates).map(([node, [n, d]]) => `${node}'s clock runs at ${n}/${d} of true time`)
  return each.length === 0 ? '' : `; ${each.join(', ')}`
}

function parcelText(parcel: Parcel): string {
  return `${bodyText(parcel.body)} from ${parcel.from}`
}

function courseText(course: Course): string {
  const picks = course.picks && course.picks.length > 0 ? `, picking ${course.picks.join(' ')}` : ''
  if (course.crash === undefined) return picks
  const { after, disk } = course.crash
  const when = after === 0 ? 'before it did anything' : `after ${after} effect${after === 1 ? '' : 's'}`
  return `${picks}, and crashes ${when}${disk > 0 ? ` (disk ${disk})` : ''}`
}

/** The parcel of an envelope: what it is, without when. */
export function parcelOf(envelope: Envelope): Parcel {
  return { from: envelope.from, to: envelope.to, body: envelope.body, op: envelope.op }
}
