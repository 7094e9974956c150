/** Properties: named predicates over what nodes and clients let the outside see, which say why they fail. */
import type { Value } from '../base/canonical.ts'
import type { Body, OperationId } from '../node/node.ts'

/** What the outside can see happen. A disturbance is anything that excuses a protocol from being live. */
export type Observation =
  | { readonly kind: 'output'; readonly node: string; readonly body: Body }
  | { readonly kind: 'invoke'; readonly op: OperationId; readonly to: string; readonly body: Body }
  | { readonly kind: 'return'; readonly op: OperationId; readonly body: Body }
  | { readonly kind: 'disturbance'; readonly what: Disturbance }
  /** From here on nothing may be demanded of the node, and nothing it says need be true. */
  | { readonly kind: 'traitor'; readonly node: string }

export type Disturbance =
  | 'crash'
  | 'loss'
  | 'duplicate'
  | 'partition'
  | 'timeout'
  | 'pause'
  | 'clock'
  | 'corruption'
  | 'lie'

/** Who is in the cluster, for properties that speak of every participant. */
export interface Cluster {
  readonly names: readonly string[]
  readonly roleOf: { readonly [name: string]: string }
}

/** Something a node still owes: `what` names it (`rm1 decides t1`), `why` says what is wrong if it never comes. */
export interface Obligation {
  readonly node: string
  readonly what: string
  readonly why: string
  /** The state of a node that owes this and cannot deliver, as a picture says it: `in doubt`. */
  readonly state: string
}

/**
 * When a property is judged.
 * - `always`: in every world.
 * - `atRest`: where nothing more can happen without a repair.
 * - `nonBlocking`: broken in a world where a node that is up owes something, and no world in which it has
 *   delivered can be reached without a restart or a heal.
 * - `afterRepair`: everything is repaired in one step and no more faults come; broken if some world can
 *   then be reached from which an obligation can never be met.
 * - `eventually`: broken if from some world a weakly fair run without more faults never meets it.
 * - `sometimes`: broken if no world shows it. It guards a check against passing because nothing happened.
 */
export type Judge<F> =
  | { readonly kind: 'always' | 'atRest'; broken(fold: F, cluster: Cluster): string | null }
  | { readonly kind: 'nonBlocking' | 'afterRepair'; open(fold: F, cluster: Cluster): readonly Obligation[] }
  | { readonly kind: 'eventually'; met(fold: F, cluster: Cluster): boolean; readonly why: string }
  | { readonly kind: 'sometimes'; shown(fold: F, cluster: Cluster): boolean }

/**
 * A property. Instead of the list of outputs, which would multiply worlds, it keeps a fold of them: the
 * least it must remember. `see` returns a new fold and never changes the old one.
 */
export interface Property<F extends Value = Value> {
  readonly name: string
  /** What it demands, in one sentence. */
  readonly says: string
  readonly first: F
  see(fold: F, seen: Observation, cluster: Cluster): F
  readonly judge: Judge<F>
}

/** Any property, as drivers hold them. The fold is handed back only to the property that made it. */
export type AnyProperty = Property<Value>

/** Forgets the type of a property's fold. Safe because a driver returns each fold to its own property. */
export function property<F extends Value>(definition: Property<F>): AnyProperty {
  return definition as unknown as AnyProperty
}
