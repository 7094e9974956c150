/** Anomalies: what a cycle is called, and what each step of it says. */
import { CLASSES, type CycleClass, FORBIDDEN } from './cycles.ts'
import type { Fault, Order, Version } from './evidence.ts'
import { type Edge, outsideOf } from './graph.ts'
import type { Kind, Level } from './levels.ts'
import { bareText, keyed, type Transaction, type TransactionModel } from './transaction.ts'

/** One step of a cycle, in words. */
export interface CycleStep {
  readonly from: Transaction
  readonly to: Transaction
  readonly kind: Kind
  /** Null where the order comes from outside. */
  readonly key: string | null
  /** Why the one comes before the other. */
  readonly why: string
}

export interface NamedCycle {
  /** As in Adya's thesis and Elle: `G-single`, `G2-item-realtime`. */
  readonly code: string
  /** `read skew`, `write skew`, `long fork`. */
  readonly called: string
  readonly steps: readonly CycleStep[]
  /** Whether it has an order of two writes that nobody saw, and that is taken since the other one closes a cycle of whatever class. */
  readonly forced: boolean
}

/** What a fault is called that needs no cycle. */
export const FAULT_NAMES: { readonly [code in Fault['code']]: string } = {
  G1a: 'aborted read',
  G1b: 'intermediate read',
  internal: 'a transaction that contradicts itself',
  unwritten: 'a read of what nobody wrote',
  'duplicate-elements': 'an append that took effect twice',
  'incompatible-order': 'reads that fit no one order of appends',
}

/** A cycle with its name; `transactions` are those of the evidence. */
export function named(
  edges: readonly Edge[],
  code: CycleClass['code'],
  transactions: readonly Transaction[],
  model: TransactionModel,
): NamedCycle {
  const outside = OUTSIDE.find((suffix) => edges.some((edge) => `-${outsideOf(edge)}` === suffix)) ?? ''
  return {
    code: `${code}${outside}`,
    called: outside === '' ? calledPlain(edges, code) : calledOutside(edges, code),
    steps: edges.map((edge) => ({
      from: transactions[edge.from]!,
      to: transactions[edge.to]!,
      kind: edge.kind,
      key: edge.order?.later.key ?? edge.version?.key ?? null,
      why: whyText(edge, transactions, model),
    })),
    forced: edges.some(({ order }) => order?.known === 'forced'),
  }
}

/** What a code ends with where the cycle needs an order from outside: the strongest first. */
const OUTSIDE = ['-realtime', '-process']

/**
 * A name that claims no more than is true, where one of several cycles is there and nobody knows which: the mildest of
 * their classes, with all that they need from outside; and the mildest that the level forbids where one of them is
 * forced, or only `likely`.
 */
export function nameOfAny(
  cycles: readonly NamedCycle[],
  { rw, order }: Level,
  likely: boolean,
): Pick<NamedCycle, 'code' | 'called'> {
  const place = ({ code }: NamedCycle) => CLASSES.findIndex((one) => code.startsWith(one.code))
  const mildest = cycles.reduce((a, b) => (place(b) > place(a) ? b : a))
  const unsure = likely || cycles.some(({ forced }) => forced)
  const plain = unsure ? FORBIDDEN[rw].code : CLASSES[place(mildest)]!.code
  const needed = OUTSIDE.find((suffix) => cycles.some(({ code }) => code.endsWith(suffix))) ?? ''
  const code = `${plain}${unsure && order !== null ? `-${order}` : needed}`
  const alike = cycles.every((cycle) => cycle.code === code && cycle.called === mildest.called)
  return { code, called: alike ? mildest.called : calledAtLeast(plain) }
}

function calledAtLeast(code: CycleClass['code']): string {
  if (code === 'G-single') return 'single anti-dependency cycle'
  return code === 'G-nonadjacent' ? 'non-adjacent anti-dependency cycle' : 'anti-dependency cycle'
}

function calledPlain(edges: readonly Edge[], code: CycleClass['code']): string {
  const rw = edges.filter(({ kind }) => kind === 'rw')
  const keys = new Set(rw.map(({ order }) => order!.later.key))
  switch (code) {
    case 'G0':
      return 'write cycle'
    case 'G1c':
      return 'circular information flow'
    case 'G-single':
      if (isLostUpdate(edges)) return 'lost update'
      return edges.some(({ kind }) => kind === 'wr') ? 'read skew' : 'single anti-dependency cycle'
    case 'G-nonadjacent':
      return rw.length === 2 && keys.size === 2 && isFork(edges)
        ? 'long fork'
        : 'non-adjacent anti-dependency cycle'
    case 'G2-item':
      if (isLostUpdate(edges)) return 'lost update'
      return edges.length === 2 && rw.length === 2 && keys.size === 2 ? 'write skew' : 'anti-dependency cycle'
  }
}

/** Two that wrote one key, and at least one of them after a read that the other has overtaken. */
function isLostUpdate(edges: readonly Edge[]): boolean {
  const keys = new Set(edges.map(({ order, version }) => (order?.later ?? version)!.key))
  return edges.length === 2 && keys.size === 1 && edges.every(({ kind }) => kind !== 'wr')
}

/** Each of the two that read what the other side overwrote has seen what its own side wrote. */
function isFork(edges: readonly Edge[]): boolean {
  return edges.every(({ kind }, i) => kind !== 'rw' || edges.at(i - 1)!.kind === 'wr')
}

function calledOutside(edges: readonly Edge[], code: CycleClass['code']): string {
  if (code === 'G-single' && edges.length === 2)
    return edges.some(({ kind }) => kind === 'wr') ? 'read skew' : 'stale read'
  return { G0: 'write cycle', G1c: 'circular information flow' }[code as string] ?? 'anti-dependency cycle'
}

function whyText(edge: Edge, transactions: readonly Transaction[], model: TransactionModel): string {
  const [from, to] = [transactions[edge.from]!.name, transactions[edge.to]!.name]
  switch (edge.kind) {
    case 'wr':
      return model === 'list-append'
        ? `${to} read key ${edge.version!.key} with ${bareText(edge.version!.value)}, which ${from} appended`
        : `${to} read ${shown(edge.version!)}, which ${from} wrote`
    case 'rw':
      return model === 'list-append'
        ? `${from} read key ${edge.order!.later.key} without ${bareText(edge.order!.later.value)}, which ${to} appended`
        : `${from} read ${shown(edge.order!.earlier)}, and ${to} wrote ${shown(edge.order!.later)} after that${knownText(edge.order!)}`
    case 'ww':
      return model === 'list-append'
        ? `${from} appended ${bareText(edge.order!.earlier.value)} to key ${edge.order!.later.key} before ${to} appended ${bareText(edge.order!.later.value)}${knownText(edge.order!)}`
        : `${from} wrote ${shown(edge.order!.earlier)} before ${to} wrote ${shown(edge.order!.later)}${knownText(edge.order!)}`
    case 'process':
      return `${from} was answered before the same client asked for ${to}`
    case 'realtime':
      return `${from} was answered before ${to} was asked`
  }
}

function shown({ key, value }: Version): string {
  return keyed(key, value)
}

/** How the order of two writes is known, where that is not plain. */
function knownText({ known, earlier }: Order): string {
  if (earlier.writer < 0) return ''
  switch (known) {
    case 'list':
    case 'read':
      return ''
    case 'process':
      return ' (the same client, in this order)'
    case 'realtime':
      return ' (answered before the other was asked)'
    case 'assumed':
      return ' (assumed)'
    case 'forced':
      return ' (the other way round would close a cycle as well)'
  }
}
