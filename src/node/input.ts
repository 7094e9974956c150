/** What a step is given. */
import type { Json, Value } from '../base/canonical.ts'
import type { AnyNode, Event } from './node.ts'
import type { Signatures } from './signatures.ts'

/** What a node is called, works with and was configured with. */
export interface Identity {
  readonly self: string
  readonly peers: readonly string[]
  readonly config: { readonly [name: string]: Json }
}

/** What lies on a disk: values by key, and append-only logs. */
export interface DiskImage {
  readonly keys: { readonly [key: string]: Json }
  readonly logs: { readonly [log: string]: readonly Json[] }
}

export interface StepInput {
  readonly node: AnyNode
  readonly identity: Identity
  /** Null before the first start and after a crash. */
  readonly state: Value
  readonly disk: DiskImage
  readonly event: Event
  /** The node's own clock in milliseconds. */
  readonly nowMs: number
  readonly signatures: Signatures
  /** Indexes for `ctx.pick`, in call order; a missing one is what `draw` says, or 0. */
  readonly picks: readonly number[]
  /** Gives an index for a `ctx.pick` by the length of its list, and adds it to `picks`. */
  readonly draw?: ((arity: number) => number) | undefined
}
