/** What a protocol author writes: a node, as handlers of one event each. */
import type { Json } from '../base/canonical.ts'

/** A message body: JSON with a `type`. */
export type Body = { readonly type: string } & { readonly [field: string]: Json }

/** The identity of a client's operation; a reply carries it back. */
export interface OperationId {
  readonly client: string
  readonly n: number
}

/** A message as its receiver sees it. `op` is there when a client asked; hand the message to `ctx.reply`. */
export interface Message<B = Body> {
  readonly from: string
  readonly body: B
  readonly op: OperationId | null
}

/** What happens to a node. */
export type Event =
  | { readonly kind: 'start'; readonly boot: 'first' | 'restart' }
  | ({ readonly kind: 'receive' } & Message)
  | { readonly kind: 'timer'; readonly timer: string; readonly arg: Json }

/** What a node asks for. Times are in milliseconds. */
export type Effect =
  | { readonly kind: 'send'; readonly to: string; readonly body: Body; readonly op: OperationId | null }
  | {
      readonly kind: 'arm'
      readonly timer: string
      readonly arg: Json
      readonly delayMs: readonly [number, number]
    }
  | { readonly kind: 'disarm'; readonly timer: string; readonly arg: Json }
  | { readonly kind: 'write'; readonly key: string; readonly value: Json }
  | { readonly kind: 'append'; readonly log: string; readonly record: Json }
  | { readonly kind: 'truncate'; readonly log: string; readonly length: number }
  | { readonly kind: 'sync' }
  | { readonly kind: 'output'; readonly body: Body }
  | { readonly kind: 'log'; readonly text: string }

/** How a record that a crash left half written reads. */
export const TORN: Json = Object.freeze({ torn: true })

/** What `ctx.refuse()` returns: the handler returns it, and the event did not happen. */
export const REFUSED: unique symbol = Symbol('refused')
export type Refusal = typeof REFUSED

/** The node's disk. What is not synced may be lost in a crash. Reads see the node's own unsynced writes. */
export interface NodeDisk {
  /** The value last written under `key`, or null. */
  read<T = Json>(key: string): T | null
  write(key: string, value: unknown): void
  /** Every key that was ever written, in canonical order. */
  keys(): readonly string[]
  /** The records of an append-only log, oldest first. One that a crash tore reads as `{ torn: true }`. */
  records<T = Json>(log: string): readonly T[]
  /**
   * Whether a log has a torn record: a crash while it was being written left half of it. Only the last can be torn:
   * cut it off before anything is appended, `truncate(log, records(log).length - 1)`.
   */
  torn(log: string): boolean
  append(log: string, record: unknown): void
  /** Keeps the first `length` records of a log. */
  truncate(log: string, length: number): void
  /** Forces everything written so far to the medium: from here on a crash cannot lose it. */
  sync(): void
}

/** Everything a handler can reach besides its state. */
export interface Context {
  /** This node's name. */
  readonly self: string
  /** The names of the nodes it works with, in a fixed order. */
  readonly peers: readonly string[]
  /** Parameters of this node, as the protocol assigned them. */
  readonly config: { readonly [name: string]: Json }
  /** In `start` only: the first boot, or a restart after a crash. An empty disk alone cannot tell. */
  readonly boot: 'first' | 'restart'
  readonly disk: NodeDisk
  send(to: string, body: Body): void
  /** Sends to every peer, in the order of `peers`. */
  broadcast(body: Body): void
  /** Answers a client's request, now or from a later handler. */
  reply(request: { readonly from: string; readonly op: OperationId | null }, body: Body): void
  /** Arms a timer, or moves the deadline of one that is armed. A range lets the world roll the dice. */
  arm(timer: string, delayMs: number | readonly [number, number], arg?: Json): void
  disarm(timer: string, arg?: Json): void
  /** This node's own clock, in milliseconds. It may drift. */
  now(): number
  /** A choice nobody controls: the simulator draws one, the explorer tries all. */
  pick<T>(list: readonly T[]): T
  /** A signature of this node on a value; nobody else can make it. */
  sign(value: unknown): string
  /** Whether `signature` is that of node `by` on this very value. */
  verify(by: string, value: unknown, signature: unknown): boolean
  /** Announces something to the outside. Properties judge outputs, never private state. */
  output(body: Body): void
  /** A note for whoever reads the trace. */
  log(...parts: unknown[]): void
  /** `return ctx.refuse()`: this event is not possible now; nothing that was asked for happens. */
  refuse(): Refusal
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler that falls off its end returns void
type HandlerResult = void | Refusal

type Handler<State, Messages, Type> = (
  state: State,
  message: Message<Extract<Messages, { type: Type }>>,
  ctx: Context,
) => HandlerResult

/**
 * A node. `State` is what it holds in memory (JSON, Map, Set); `Messages` is a union of bodies by `type`.
 * Handlers are synchronous, edit their own draft of the state, and ask for effects through `ctx`.
 */
export interface NodeDefinition<State = never, Messages extends { type: string } = never> {
  /** First boot, and again after every restart: returns the state to begin with. */
  start(ctx: Context): State
  /** One handler a message type. A message without a handler is refused. */
  readonly on: { readonly [Type in Messages['type']]?: Handler<State, Messages, Type> }
  /** One handler a timer name; `arg` is what the timer was armed with, or null. */
  readonly timers?: { readonly [timer: string]: (state: State, ctx: Context, arg: Json) => HandlerResult }
}

/** A node of any state and messages, as the engine holds it. */
export interface AnyNode {
  start(ctx: Context): unknown
  readonly on: { readonly [type: string]: unknown }
  readonly timers?: { readonly [timer: string]: unknown }
}

/** Defines a node; it exists for its types, and checks the shape that types cannot. */
export function defineNode<State, Messages extends { type: string }>(
  definition: NodeDefinition<State, Messages>,
): NodeDefinition<State, Messages> {
  if (typeof definition?.start !== 'function')
    throw new TypeError('defineNode: "start" must be a function that returns the first state')
  for (const [group, handlers] of [
    ['on', definition.on],
    ['timers', definition.timers ?? {}],
  ] as const) {
    if (typeof handlers !== 'object' || handlers === null)
      throw new TypeError(`defineNode: "${group}" must be an object of handlers`)
    for (const [name, handler] of Object.entries(handlers))
      if (typeof handler !== 'function')
        throw new TypeError(`defineNode: ${group}.${name} must be a function`)
  }
  return definition
}
