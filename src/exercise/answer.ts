/** answer: what the learner's file exports, as nodes whose every handler runs under the sandbox's clock. */
import type { AnyNode } from '../node/node.ts'
import { entered, labelNumber } from '../sandbox/guard.ts'
import { CheckFailed, keepEvidence } from './evidence.ts'

let load: (() => { readonly [name: string]: unknown }) | null = null

/** Says where answers come from. The fork's entry calls it once. */
export function setAnswer(loader: () => { readonly [name: string]: unknown }): void {
  load = loader
}

/**
 * The nodes that the answer exports under these names, loaded afresh. Fails the check, in the learner's
 * words, where the file throws or an export is missing.
 */
export function answer<Name extends string>(...names: readonly Name[]): { readonly [name in Name]: AnyNode } {
  if (load === null) throw new Error('answer() is there only while an answer is being checked')
  let exported: { readonly [name: string]: unknown }
  try {
    exported = load()
  } catch (error) {
    return fail(
      `the file could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
  return Object.fromEntries(names.map((name) => [name, guarded(name, exported[name])])) as {
    readonly [name in Name]: AnyNode
  }
}

function guarded(name: string, value: unknown): AnyNode {
  if (!isNode(value)) {
    const found = value === undefined ? 'the answer exports no' : 'the answer exports something else as'
    return fail(`${found} "${name}"; it needs: export const ${name} = defineNode({ ... })`)
  }
  const wrap = (label: string, handler: unknown) => {
    const number = labelNumber(`${name}: ${label}`)
    return (...args: unknown[]) =>
      entered(number, () => (handler as (...args: unknown[]) => unknown)(...args))
  }
  const table = (group: string, handlers: { readonly [name: string]: unknown }) =>
    Object.fromEntries(
      Object.entries(handlers).map(([key, handler]) => [key, wrap(`${group}.${key}`, handler)]),
    )
  return {
    start: wrap('start', value.start),
    on: table('on', value.on),
    timers: table('timers', value.timers ?? {}),
  }
}

function isNode(value: unknown): value is AnyNode {
  const node = value as Partial<AnyNode> | null | undefined
  return (
    typeof node === 'object' &&
    node !== null &&
    typeof node.start === 'function' &&
    typeof node.on === 'object'
  )
}

function fail(happened: string, error?: unknown): never {
  const threw =
    error instanceof Error ? { handler: '', message: error.message, stack: error.stack ?? '' } : undefined
  const evidence = {
    verdict: 'failed',
    happened,
    why: 'nothing of it can run like this',
    ...(threw && { threw }),
  } as const
  keepEvidence(evidence)
  throw new CheckFailed(evidence)
}
