/** A look: how a bug is looked for, in a search through all worlds or in random runs. */
import type { FuzzOptions } from '../../src/run/fuzz.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import type { Model, ModelInput } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'

export interface Look extends ModelInput {
  /** What clients ask before it begins, each a client of its own: whom, and what. */
  readonly asks?: readonly (readonly [to: string, body: Ask])[]
  /** Where it begins, in place of what clients ask; `where` says it in words. */
  readonly from?: (model: Model) => World
  readonly where?: string
  /** Budgets of a search through all worlds; without them, it is fuzzed. */
  readonly within?: Partial<Budgets>
  /** What has to be met in the end, to be judged in a fuzz. */
  readonly inTheEnd?: string
  /** Of a fuzz. */
  readonly limits?: FuzzOptions['limits']
  readonly faultsMs?: number
}

type Ask = { readonly type: string; readonly [field: string]: string | number | boolean }

export const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }
export const SET = { options: { wire: 'set' } } as const
