/** Lies: what a traitor could send instead of what it should. */
import { byText, canonicalText, type Json } from '../base/canonical.ts'
import type { Body } from '../node/node.ts'
import type { Parcel } from './choice.ts'
import type { Model } from './protocol.ts'
import type { World } from './world.ts'

/** A traitor, as a protocol's `lies` sees it. It knows what its friends know. */
export interface Liar {
  readonly self: string
  readonly peers: readonly string[]
  readonly config: { readonly [name: string]: Json }
  /** Itself among them, sorted. */
  readonly traitors: readonly string[]
  /** What any of them has received. */
  readonly heard: readonly Body[]
  /** A signature of a traitor. Throws for a loyal node: nobody else has its key. */
  sign(by: string, value: Json): string
}

type Known = Pick<World, 'traitors' | 'heard'>

/** What may be sent instead of a message in flight: nothing (null) first, then other bodies in canonical order. */
export function liesInstead(model: Model, known: Known, { from, body }: Parcel): readonly (Body | null)[] {
  const { lies = otherAnswers } = model.protocol
  const usual = canonicalText(body)
  return [null, ...inOrder(lies(body, liarOf(model, known, from))).filter((b) => canonicalText(b) !== usual)]
}

/** What may be sent unasked, and to whom: what was heard, and what the protocol's `lies` makes up. */
export function liesUnasked(model: Model, known: Known, node: string): readonly { to: string; body: Body }[] {
  const bodies = inOrder([...known.heard, ...madeUp(model, known, node)])
  return model.cluster.names.flatMap((to) => (to === node ? [] : bodies.map((body) => ({ to, body }))))
}

/** What a traitor can make up on its own, in canonical order. */
export function madeUp(model: Model, known: Known, node: string): readonly Body[] {
  return inOrder(model.protocol.lies?.(null, liarOf(model, known, node)) ?? [])
}

/** What traitors know after one more message. */
export function heardToo(heard: readonly Body[], body: Body): readonly Body[] {
  const all = inOrder([...heard, body])
  return all.length === heard.length ? heard : all
}

/** Who may be a traitor: every set within the bound, with those that are traitors already, smaller ones first. */
export function traitorSets(
  names: readonly string[],
  bound: number | readonly string[],
  already: readonly string[],
): readonly (readonly string[])[] {
  const loyal = names.filter((name) => !already.includes(name))
  if (typeof bound !== 'number') {
    const stranger = bound.find((name) => !names.includes(name))
    if (stranger !== undefined)
      throw new RangeError(`"${stranger}" cannot be a traitor; the nodes are ${names.join(', ')}`)
    return [loyal.filter((name) => bound.includes(name))]
  }
  const sets: (readonly string[])[] = [[]]
  for (let size = 1; size <= Math.min(bound - already.length, loyal.length); size++)
    sets.push(...setsOf(loyal, size))
  return sets
}

function setsOf(names: readonly string[], size: number): readonly (readonly string[])[] {
  if (size === 0) return [[]]
  return names.flatMap((name, i) => setsOf(names.slice(i + 1), size - 1).map((rest) => [name, ...rest]))
}

/** Every yes turned into a no, and every no into a yes, one at a time. */
function otherAnswers(said: Body | null): readonly Body[] {
  return Object.entries(said ?? {}).flatMap(([field, value]) =>
    typeof value === 'boolean' ? [{ ...said, [field]: !value } as Body] : [],
  )
}

function liarOf(model: Model, { traitors, heard }: Known, self: string): Liar {
  const { peers, config } = model.assignment[self]!
  return {
    self,
    peers,
    config,
    traitors,
    heard,
    sign(by, value) {
      if (traitors.includes(by)) return model.signatures.sign(by, canonicalText(value))
      throw new RangeError(`${self} cannot sign for ${by}, which is loyal`)
    },
  }
}

function inOrder(bodies: readonly Body[]): readonly Body[] {
  const byContent = new Map(bodies.map((body) => [canonicalText(body), body]))
  return [...byContent].sort(([a], [b]) => byText(a, b)).map(([, body]) => body)
}
