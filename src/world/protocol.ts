/** Protocols: what every driver takes. A model is a protocol with a cluster, parameters and rules filled in. */
import { canonicalJson, type Json, type Value } from '../base/canonical.ts'
import type { RandomStream } from '../base/random.ts'
import { UnknownName } from '../base/unknownName.ts'
import type { AnyNode, Body } from '../node/node.ts'
import { ed25519, type Signatures, tags } from '../node/signatures.ts'
import type { DiskMode } from './disk.ts'
import type { Liar } from './lies.ts'
import type { AnyProperty, Cluster } from './property.ts'
import type { Situation } from './situation.ts'

/**
 * `set`: a message may be received any number of times. `bag`: each copy once, in any order. `fifo`: each once,
 * and what one node sends to another in the order of sending.
 */
export const WIRES = ['bag', 'set', 'fifo'] as const
export type Wire = (typeof WIRES)[number]

/** A named decision of a protocol, as a plain function. Each protocol types its own. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where rules of all protocols meet
export type Rule = (...args: any[]) => unknown

export interface Parameter {
  readonly default: Json
  readonly says: string
}

export interface RequestKind {
  /** The role that takes it. */
  readonly to: string
  readonly fields: { readonly [field: string]: Json }
  readonly says: string
}

/** What a node of a cluster is and knows. */
export interface Assignment {
  readonly role: string
  readonly peers: readonly string[]
  readonly config: { readonly [name: string]: Json }
}

export interface ProtocolDefinition<
  Rules extends { readonly [name: string]: Rule } = { readonly [name: string]: Rule },
> {
  readonly name: string
  /** Where it is published: author, title, section. */
  readonly source: string
  readonly says: string
  /** The names used when a learner gives none. */
  readonly cluster: readonly string[]
  /** The debatable decisions, which a variant may replace. */
  readonly rules: Rules
  roles(rules: Rules): { readonly [role: string]: AnyNode }
  /** Gives each name of the cluster its role, peers and config; throws `RangeError` if there are too few. */
  assign(
    names: readonly string[],
    params: { readonly [name: string]: Json },
  ): { readonly [name: string]: Assignment }
  readonly params?: { readonly [name: string]: Parameter }
  readonly requests?: { readonly [type: string]: RequestKind }
  readonly properties: readonly AnyProperty[]
  /** What clients ask in a random run that goes on for `forMs`; by default a few requests with default fields. */
  load?(dice: RandomStream, cluster: Cluster, forMs: number): readonly TimedRequest[]
  /** Places where it is known to go wrong: random runs begin there as well. */
  readonly situations?: readonly Situation[]
  /**
   * What a traitor may say instead of `said`, or unasked where that is null. It may also withhold and repeat
   * anything. Without it, traitors turn yes into no in what they are asked, and say nothing unasked.
   */
  lies?(said: Body | null, liar: Liar): readonly Body[]
  /**
   * Synchronous: the timer of this name ends a round, and its argument is the number of the round. A search then
   * keeps to what longer rounds than delays would give: all that was sent arrives in its round, rounds end
   * everywhere at once, and their ends are not counted as timeouts.
   */
  readonly rounds?: string
  readonly wire?: Wire
  /** How long a tick of time is in a search that has them, in milliseconds. Default: 10. */
  readonly tickMs?: number
  /** What a message may have turned into when it arrives: for searches with a budget of corruptions. */
  corrupt?(body: Body): readonly Body[]
  /** `stay`: a refused event is not a choice. `consume`: the message is gone. Default: consume. */
  readonly refusals?: 'stay' | 'consume'
  /** Under `stay`, whether a handler that changed nothing counts as refused. Default: refused. */
  readonly unchanged?: 'refused' | 'handled'
  /** The few words an arrow carries for a message; its type if it is left out. `fits` tells a true signature from a forged one. */
  label?(body: Body, fits?: (by: string, value: Json, signature: Json) => boolean): string
  /** What a picture may show of a state; the whole state if it is left out. */
  view?(state: Value, role: string): { readonly [field: string]: Value }
}

/** A protocol, checked, as drivers and lists hold it. */
export type Protocol = ProtocolDefinition

/** Defines a protocol. */
export function defineProtocol<const Rules extends { readonly [name: string]: Rule }>(
  definition: ProtocolDefinition<Rules>,
): Protocol {
  if (!/^[a-z][a-z0-9-]*$/.test(definition.name))
    throw new TypeError(`a protocol's name is lower case with dashes, not "${definition.name}"`)
  return definition as unknown as Protocol
}

/** A named replacement of one rule, kept apart from the reference: the flawed reading a claim is about. */
export interface Alternative {
  readonly protocol: string
  readonly rule: string
  readonly name: string
  readonly says: string
  readonly is: Rule
}

/** The same protocol with some rules replaced. */
export function variant(base: Protocol, name: string, rules: { readonly [rule: string]: Rule }): Protocol {
  for (const rule of Object.keys(rules))
    if (!Object.hasOwn(base.rules, rule)) throw unknown(`${base.name} has no rule`, rule, base.rules)
  return { ...base, name: `${base.name}/${name}`, rules: { ...base.rules, ...rules } }
}

/** The settings of a model that are not the protocol's own parameters. */
export interface ModelOptions {
  readonly wire: Wire
  readonly refusals: 'stay' | 'consume'
  readonly unchanged: 'refused' | 'handled'
  readonly disk: DiskMode
  /** How long a message travels, in milliseconds; used where time counts. */
  readonly delayMs: readonly [number, number]
  readonly seed: number
  /** `tags` are short and quick, for searches; `ed25519` are real. */
  readonly signatures: 'tags' | 'ed25519'
  /** What the keys of all nodes are made from; `seed` by default. A run of another seed may keep the keys. */
  readonly keys: number
}

/** A protocol with everything filled in. */
export interface Model {
  readonly protocol: Protocol
  readonly cluster: Cluster
  readonly assignment: { readonly [name: string]: Assignment }
  readonly nodes: { readonly [name: string]: AnyNode }
  readonly params: { readonly [name: string]: Json }
  readonly options: ModelOptions
  readonly signatures: Signatures
  readonly properties: readonly AnyProperty[]
  /** What each client asks, one request after the other. A client is data. */
  readonly clients: { readonly [client: string]: readonly ClientRequest[] }
}

/** One request of a client. The next is sent in the very step in which the answer to this one arrives. */
export interface ClientRequest {
  readonly to: string
  readonly body: Body
}

/** A request at a time of a run, in milliseconds from its beginning. */
export interface TimedRequest extends ClientRequest {
  readonly atMs: number
  readonly client: string
}

export interface ModelInput {
  readonly names?: readonly string[]
  readonly params?: { readonly [name: string]: Json }
  readonly options?: Partial<ModelOptions>
  /** Config of single nodes, over what the protocol assigned: `{ rm2: { votes: 'no' } }`. */
  readonly overrides?: { readonly [name: string]: { readonly [field: string]: Json } }
  readonly clients?: Model['clients']
  /** Which properties are kept track of; all of the protocol's by default. */
  readonly properties?: readonly AnyProperty[]
}

/** Fills a protocol in. Throws `RangeError` for an unknown parameter, a repeated name or too small a cluster. */
export function makeModel(protocol: Protocol, input: ModelInput = {}): Model {
  const names = input.names ?? protocol.cluster
  if (new Set(names).size !== names.length)
    throw new RangeError(`two nodes have the same name: ${names.join(' ')}`)
  const params = fillParams(protocol, input.params ?? {})
  const assignment = protocol.assign(names, params)
  const roles = protocol.roles(protocol.rules)
  const nodes: Record<string, AnyNode> = {}
  const roleOf: Record<string, string> = {}
  const frozen: Record<string, Assignment> = {}
  for (const name of names) {
    const own = assignment[name]
    if (own === undefined) throw new RangeError(`${protocol.name} has no role for ${name}`)
    const node = roles[own.role]
    if (node === undefined) throw new RangeError(`${protocol.name} has no role "${own.role}"`)
    nodes[name] = node
    roleOf[name] = own.role
    frozen[name] = {
      role: own.role,
      peers: Object.freeze([...own.peers]),
      config: canonicalJson(override(name, own.config, input.overrides?.[name])) as Assignment['config'],
    }
  }
  const options: ModelOptions = {
    wire: protocol.wire ?? 'bag',
    refusals: protocol.refusals ?? 'consume',
    unchanged: protocol.unchanged ?? 'refused',
    disk: 'lose-all',
    delayMs: [1, 1],
    seed: 1,
    signatures: 'tags',
    keys: input.options?.seed ?? 1,
    ...input.options,
  }
  if (options.wire === 'fifo' && options.refusals === 'stay')
    throw new RangeError(
      `${protocol.name} leaves refused messages on the wire (refusals: 'stay'), and on a fifo wire one that stays holds up all behind it for ever: use refusals: 'consume', or the wire bag or set`,
    )
  if (options.wire === 'set' && protocol.rounds !== undefined)
    throw new RangeError(
      `${protocol.name} goes in rounds, and a round ends when all that was sent has arrived: on a set wire messages stay for ever. Use wire=bag or wire=fifo`,
    )
  return {
    protocol,
    cluster: { names, roleOf },
    assignment: frozen,
    nodes,
    params,
    options,
    properties: input.properties ?? protocol.properties,
    signatures: options.signatures === 'tags' ? tags(options.keys) : ed25519(options.keys),
    clients: canonicalJson(input.clients ?? {}) as unknown as Model['clients'],
  }
}

/** The default body of a request, with some fields replaced. Throws `RangeError` for an unknown type or field. */
export function requestBody(
  protocol: Protocol,
  type: string,
  fields: { readonly [field: string]: Json },
): Body {
  const kind = protocol.requests?.[type]
  if (kind === undefined) throw unknown(`${protocol.name} has no request`, type, protocol.requests)
  for (const field of Object.keys(fields))
    if (!Object.hasOwn(kind.fields, field)) throw unknown(`"${type}" has no field`, field, kind.fields)
  return canonicalJson({ ...kind.fields, ...fields, type }) as Body
}

/** `what "word"; it has a, b`. */
function unknown(what: string, word: string, among: object = {}): UnknownName {
  const known = Object.keys(among)
  return new UnknownName(`${what} "${word}"; it has ${known.join(', ') || 'none'}`, word, known)
}

function override(
  name: string,
  config: Assignment['config'],
  own: Assignment['config'] = {},
): Assignment['config'] {
  for (const field of Object.keys(own))
    if (!Object.hasOwn(config, field)) throw unknown(`${name} has no setting`, field, config)
  return { ...config, ...own }
}

function fillParams(
  protocol: Protocol,
  given: { readonly [name: string]: Json },
): { readonly [name: string]: Json } {
  const known = protocol.params ?? {}
  for (const name of Object.keys(given))
    if (!Object.hasOwn(known, name)) throw unknown(`${protocol.name} has no parameter`, name, known)
  return Object.fromEntries(
    Object.entries(known).map(([name, { default: value }]) => [name, given[name] ?? value]),
  )
}
