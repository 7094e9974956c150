/** What an answer's code sees of the world: the language, as far as it is the same everywhere, and nothing else. */

/** How the answer's code is called in stacks. */
export const ANSWER_FILE = 'splitbrain-answer.cjs'

/** Of the language. Not there: what waits, what keeps memory outside the heap, what a run could not repeat. */
export const LANGUAGE: readonly string[] = [
  'Array',
  'BigInt',
  'Boolean',
  'Error',
  'EvalError',
  'Iterator',
  'JSON',
  'Map',
  'Number',
  'Object',
  'Proxy',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'URIError',
  'WeakMap',
  'WeakSet',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
]

const CHANCE = 'take chance from ctx.pick(list), so that a run can be replayed'
const CLOCK = 'take the time from ctx.now(), so that a run can be replayed'
const CODE = 'write the code out'
const STATE = 'keep what you need in the state: nodes share nothing'
const TIMER = 'arm a timer: ctx.arm(name, milliseconds)'
const VALUES = 'use plain values: strings, numbers, arrays, objects'
const WAIT = 'a handler cannot wait: send a message or arm a timer and go on in its handler'

/** What people reach for, and what to do instead. */
export const OUT_OF_REACH: { readonly [name: string]: string } = {
  process: 'a node has no process: it sees its state, its messages and ctx',
  require: "import from 'splitbrain' only",
  setTimeout: TIMER,
  setInterval: `${TIMER}, and arm it again in its handler`,
  setImmediate: 'arm a timer: ctx.arm(name, 0)',
  clearTimeout: 'disarm a timer: ctx.disarm(name)',
  clearInterval: 'disarm a timer: ctx.disarm(name)',
  queueMicrotask: 'a handler does one step: send a message or arm a timer',
  Date: CLOCK,
  Temporal: CLOCK,
  performance: CLOCK,
  Promise: WAIT,
  fetch: 'send a message: ctx.send(to, body)',
  WebSocket: 'send a message: ctx.send(to, body)',
  crypto: CHANCE,
  Buffer: VALUES,
  ArrayBuffer: VALUES,
  SharedArrayBuffer: VALUES,
  Atomics: STATE,
  DataView: VALUES,
  Int8Array: VALUES,
  Int16Array: VALUES,
  Int32Array: VALUES,
  Uint8Array: VALUES,
  Uint8ClampedArray: VALUES,
  Uint16Array: VALUES,
  Uint32Array: VALUES,
  Float32Array: VALUES,
  Float64Array: VALUES,
  BigInt64Array: VALUES,
  BigUint64Array: VALUES,
  TextEncoder: VALUES,
  TextDecoder: VALUES,
  Intl: 'compare and join strings yourself: a locale differs from machine to machine',
  WeakRef: STATE,
  FinalizationRegistry: STATE,
  structuredClone: 'what you send and keep is copied for you',
  Function: CODE,
  WebAssembly: CODE,
  Compartment: CODE,
  globalThis: STATE,
  global: STATE,
  window: STATE,
  self: `the name of this node is ctx.self`,
}

/** Where chance is asked for by name inside `Math`. */
export const RANDOM_ADVICE = CHANCE
export const EVAL_ADVICE = CODE

/** Every name that the code's wrapper takes as a parameter. */
export const NAMES: readonly string[] = [
  ...new Set(['module', 'exports', 'console', 'Math', ...LANGUAGE, ...Object.keys(OUT_OF_REACH)]),
]

/** How the run of an answer's file itself is called. */
export const OUTSIDE = 'the code outside any handler'
