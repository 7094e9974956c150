/** answer: what the learner's file exports, as nodes whose every handler runs in the sandbox. */
import type { AnyNode } from '../node/node.ts'
import { foreignNode } from '../sandbox/foreignNode.ts'
import type { ForeignModule } from '../sandbox/module.ts'
import type { OutOfFuel } from '../sandbox/realm.ts'
import { CheckFailed, keepEvidence } from './evidence.ts'

let open: (() => ForeignModule) | null = null
let module: ForeignModule | null = null

let arrived: () => void = () => {}

/** Until then the checks are loaded and wait. */
export const answerArrived: Promise<void> = new Promise((resolve) => {
  arrived = resolve
})

export function hasAnswer(): boolean {
  return open !== null
}

/** Says where answers come from. The fork's entry calls it once. */
export function setAnswer(opener: () => ForeignModule): void {
  open = opener
  arrived()
}

/** The next check gets the answer as if nothing had ever run. */
export function forgetAnswer(): void {
  module = null
}

/** Set where the answer ran out of fuel in this check. */
export function spentFuel(): OutOfFuel | null {
  return module?.realm.spent ?? null
}

/**
 * The nodes that the answer exports under these names; loaded afresh for each check. Fails the check, in the
 * learner's words, where the file throws or an export is missing.
 */
export function answer<Name extends string>(...names: readonly Name[]): { readonly [name in Name]: AnyNode } {
  const from = loaded()
  return Object.fromEntries(names.map((name) => [name, nodeOf(from, name)])) as {
    readonly [name in Name]: AnyNode
  }
}

function loaded(): ForeignModule {
  if (open === null)
    throw new Error('answer() is there only inside of a check: call it in a test, not around it')
  if (module !== null) return module
  try {
    module = open()
    module.load()
    return module
  } catch (error) {
    return fail(
      `the file could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
}

function nodeOf(from: ForeignModule, name: string): AnyNode {
  const node = readNode(from, name)
  if (!('kind' in node)) return node
  const needs = `it needs: export const ${name} = defineNode({ ... })`
  if (node.kind === 'strange') return fail(`the answer exports something else as "${name}"; ${needs}`)
  const instead = node.names.map((other) => `"${other}"`).join(' and ')
  return fail(`the answer exports ${instead === '' ? '' : `${instead}, and `}no "${name}"; ${needs}`)
}

function readNode(from: ForeignModule, name: string) {
  try {
    return foreignNode(from, name)
  } catch (error) {
    return fail(`the export "${name}" could not be read: ${(error as Error).message}`, error)
  }
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
