/** The ring that answers are, what must hold of it, and a plain ring to compare it with. */
import {
  type AnyProperty,
  answer,
  type Body,
  byHand,
  defineProtocol,
  type HandRun,
  type Json,
  makeModel,
  type Protocol,
  property,
} from 'splitbrain'
import { expect } from 'vitest'

/** By node, its points. */
export type Points = { readonly [node: string]: readonly number[] }

export function protocol(): Protocol {
  const nodes = answer('ring')
  return defineProtocol({
    name: 'hash-ring',
    source: "the learner's answer",
    says: 'a hash ring that clients ask',
    cluster: ['ring'],
    rules: {},
    roles: () => nodes,
    assign: (names) =>
      Object.fromEntries(names.map((name) => [name, { role: 'ring', peers: [], config: {} }])),
    requests: {
      add: { to: 'ring', fields: { node: 'a', points: [100] }, says: 'adds a node' },
      remove: { to: 'ring', fields: { node: 'a' }, says: 'takes a node away' },
      locate: { to: 'ring', fields: { place: 50, copies: 1 }, says: 'asks who takes a place' },
    },
    label(body) {
      if (body.type === 'locate') return `locate ${body['place']}`
      if (body.type === 'locate_ok') return String(body['nodes'])
      return body.type.endsWith('_ok') ? body.type : `${body.type} ${body['node']}`
    },
    properties: [kept],
  })
}

/** A request without an answer. `sure` says of a locate which nodes must be found, and which must not. */
interface Open {
  readonly type: string
  readonly node: string
  readonly isThere: boolean
  readonly copies: number
  /** Whether no other change of the same node was open meanwhile. */
  readonly alone: boolean
  readonly sure: { readonly [node: string]: boolean }
}

type Fold = {
  readonly open: { readonly [op: string]: { readonly [field in keyof Open]: Open[field] } }
  /** By what clients were told; a node that is being changed is in doubt, and not here. */
  readonly sure: { readonly [node: string]: boolean }
  readonly wrong: string | null
}

const kept: AnyProperty = property<Fold>({
  name: 'Kept',
  says: 'Kept: what a client was told is done is so, also after a crash',
  first: { open: {}, sure: {}, wrong: null },
  see(fold, seen) {
    if (seen.kind === 'invoke') return asked(fold, opOf(seen.op), seen.body)
    if (seen.kind !== 'return') return fold
    const { [opOf(seen.op)]: own, ...open } = fold.open
    if (own === undefined) return fold
    if (own.type !== 'locate')
      return { ...fold, open, sure: own.alone ? { ...fold.sure, [own.node]: own.isThere } : fold.sure }
    return { ...fold, open, wrong: fold.wrong ?? mistakeIn(own, seen.body['nodes']) }
  },
  judge: { kind: 'always', broken: ({ wrong }) => wrong },
})

function asked(fold: Fold, op: string, body: Body): Fold {
  const node = String(body['node'] ?? '')
  const isThere = body.type === 'add' && (body['points'] as readonly number[]).length > 0
  const own = { type: body.type, node, isThere, copies: Number(body['copies'] ?? 0), alone: true }
  if (body.type === 'locate') return { ...fold, open: { ...fold.open, [op]: { ...own, sure: fold.sure } } }
  const without = (sure: Open['sure']) =>
    Object.fromEntries(Object.entries(sure).filter(([name]) => name !== node))
  const open = Object.entries(fold.open).map(([id, other]) => [
    id,
    { ...other, sure: without(other.sure), alone: other.alone && other.node !== node },
  ])
  const alone = Object.values(fold.open).every((other) => other.node !== node)
  return {
    ...fold,
    sure: without(fold.sure),
    open: { ...Object.fromEntries(open), [op]: { ...own, alone, sure: {} } },
  }
}

function mistakeIn({ sure, copies }: Open, nodes: unknown): string | null {
  if (!Array.isArray(nodes)) return 'locate_ok has no list of nodes'
  for (const [name, isThere] of Object.entries(sure)) {
    const isFound = nodes.includes(name)
    if (isFound && !isThere) return `a client was told that ${name} is removed, and it was found`
    if (!isFound && isThere && nodes.length < copies)
      return `a client was told that ${name} is added, and it was not found`
  }
  return null
}

function opOf(op: { readonly client: string; readonly n: number }): string {
  return `${op.client} ${op.n}`
}

/** A ring that has been told of these nodes, in this order; each request comes from a client of its own. */
export function begun(points: Points = {}): HandRun {
  const run = byHand(makeModel(protocol(), {}))
  for (const [node, own] of Object.entries(points)) add(run, node, own)
  return run
}

function ask(run: HandRun, body: { readonly type: string; readonly [field: string]: Json }): string {
  const client = `client ${run.trace.length}`
  run.request('ring', body, client).deliver({ to: 'ring', type: body.type })
  return client
}

export function add(run: HandRun, node: string, points: readonly number[]): HandRun {
  const to = ask(run, { type: 'add', node, points: [...points] })
  expect(run).toSend({ from: 'ring', to, type: 'add_ok' })
  return run
}

export function remove(run: HandRun, node: string): HandRun {
  const to = ask(run, { type: 'remove', node })
  expect(run).toSend({ from: 'ring', to, type: 'remove_ok' })
  return run
}

/** Expects these nodes for a place; as many copies are asked for unless it is said how many. */
export function expectNodes(
  run: HandRun,
  place: number,
  nodes: readonly string[],
  copies: number = Math.max(1, nodes.length),
): void {
  const client = ask(run, { type: 'locate', place, copies })
  const answer = run.sent.find(({ to, body }) => to === client && body.type === 'locate_ok')
  const asked = `place ${place} with ${copies} ${copies === 1 ? 'copy' : 'copies'}`
  if (answer === undefined) return run.fail(`the ring was asked for ${asked}, and sent no locate_ok`)
  const told = answer.body['nodes']
  if (!Array.isArray(told)) return run.fail(`for ${asked} the ring sent a locate_ok without a list of nodes`)
  const words = (list: readonly unknown[]) => list.join(', ') || 'nobody'
  if (words(told) !== words(nodes) || told.length !== nodes.length)
    run.fail(`the ring says that ${asked} is at: ${words(told)}; it is at: ${words(nodes)}`)
}

/** Who takes a place: every point by its distance clockwise. */
export function plainRing(points: Points, place: number, copies: number): readonly string[] {
  const far = (at: number) => (at - place + 2 ** 32) % 2 ** 32
  const all = Object.entries(points).flatMap(([node, own]) => own.map((at) => ({ node, far: far(at) })))
  all.sort((a, b) => a.far - b.far || (a.node < b.node ? -1 : 1))
  return [...new Set(all.map(({ node }) => node))].slice(0, copies)
}

/** A client that adds a node, asks, takes it away, and asks again. */
export function oneAfterTheOther(): HandRun {
  const bodies = [
    { type: 'add', node: 'a', points: [100] },
    { type: 'locate', place: 50, copies: 2 },
    { type: 'remove', node: 'a' },
    { type: 'locate', place: 50, copies: 2 },
  ]
  return byHand(makeModel(protocol(), { clients: { ann: bodies.map((body) => ({ to: 'ring', body })) } }))
}
