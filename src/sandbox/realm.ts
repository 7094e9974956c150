/**
 * Inside the fork: what the answer's code can see. For now the shared language with what is not in reach
 * taken out of sight; this keeps honest answers honest and is not yet a wall (see SECURITY.md).
 */
import { compileFunction } from 'node:vm'
import { canonicalText } from '../base/canonical.ts'
import { defineNode } from '../node/node.ts'
import { entered, labelNumber } from './guard.ts'
import type { Limits } from './limits.ts'

/** How the answer's file is called in stacks. */
export const ANSWER_FILE = 'splitbrain-answer.cjs'

/** What an answer may import from 'splitbrain'. Types cost nothing and are all there. */
const GIVEN: { readonly [name: string]: unknown } = { defineNode }

const OUT_OF_REACH: { readonly [name: string]: string } = {
  process: 'a node has no process: it sees its state, its messages and ctx',
  require: "import from 'splitbrain' only",
  setTimeout: 'arm a timer: ctx.arm(name, milliseconds)',
  setInterval: 'arm a timer: ctx.arm(name, milliseconds), and arm it again in its handler',
  setImmediate: 'arm a timer: ctx.arm(name, 0)',
  queueMicrotask: 'a handler does one step: send a message or arm a timer',
  Date: 'take the time from ctx.now(), so that a run can be replayed',
  performance: 'take the time from ctx.now(), so that a run can be replayed',
  Promise: 'a handler cannot wait: send a message or arm a timer and go on in its handler',
  fetch: 'send a message: ctx.send(to, body)',
  crypto: 'take chance from ctx.pick(list), so that a run can be replayed',
  Buffer: 'use plain values: strings, numbers, arrays, objects',
  eval: 'write the code out',
  Function: 'write the code out',
  WebAssembly: 'write the code out',
  SharedArrayBuffer: 'keep what you need in the state',
  Atomics: 'keep what you need in the state',
  globalThis: 'keep what you need in the state: nodes share nothing',
  global: 'keep what you need in the state: nodes share nothing',
}

/** So many lines beyond those kept are a flood. */
const MOST_LINES = 10_000

export interface Log {
  readonly lines: string[]
  /** Lines that were not kept. */
  dropped: number
}

/** Evaluates the answer's file and hands out what it exports. Throws what the file throws. */
export function loadAnswer(code: string, limits: Limits, log: Log): { readonly [name: string]: unknown } {
  const module = { exports: {} as Record<string, unknown> }
  const scope: Record<string, unknown> = { ...hidden(), Math: tameMath(), console: makeConsole(limits, log) }
  scope['require'] = (name: string) =>
    name === 'splitbrain' ? GIVEN : outOfReach('require', OUT_OF_REACH['require']!)
  const names = Object.keys(scope)
  const run = compileFunction(code, ['module', 'exports', ...names], { filename: ANSWER_FILE }) as (
    ...args: unknown[]
  ) => void
  entered(labelNumber('the file itself, outside any handler'), () =>
    run(module, module.exports, ...names.map((name) => scope[name])),
  )
  return module.exports
}

function hidden(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(OUT_OF_REACH)
      .filter(([name]) => name !== 'eval')
      .map(([name, advice]) => [name, unreachable(name, advice)]),
  )
}

/** A value that cannot be used in any way without being told why. */
function unreachable(name: string, advice: string): unknown {
  const refuse = () => outOfReach(name, advice)
  return new Proxy(() => {}, { get: refuse, set: refuse, apply: refuse, construct: refuse, has: refuse })
}

function outOfReach(name: string, advice: string): never {
  throw new ReferenceError(`${name} is not in reach of an answer: ${advice}`)
}

function tameMath(): typeof Math {
  const own = Object.create(null) as Record<string, unknown>
  for (const name of Object.getOwnPropertyNames(Math))
    own[name] = (Math as unknown as Record<string, unknown>)[name]
  own['random'] = () =>
    outOfReach('Math.random', 'take chance from ctx.pick(list), so that a run can be replayed')
  return Object.freeze(own) as unknown as typeof Math
}

function makeConsole(limits: Limits, log: Log): { readonly [name: string]: (...parts: unknown[]) => void } {
  let chars = 0
  const write = (...parts: unknown[]) => {
    if (log.lines.length >= limits.logLines || chars >= limits.logChars) {
      if (++log.dropped > MOST_LINES)
        throw new RangeError(`console.log was called more than ${MOST_LINES} times in one check: log less`)
      return
    }
    const text = parts.map((part) => (typeof part === 'string' ? part : canonicalText(part))).join(' ')
    const kept = text.slice(0, limits.logChars - chars)
    chars += kept.length
    log.lines.push(kept)
  }
  return Object.freeze({ log: write, info: write, warn: write, error: write, debug: write, table: write })
}
