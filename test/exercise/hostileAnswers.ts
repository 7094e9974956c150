/** Answers that mean harm, or do it: each with what a learner must read of it. */
import { answerThat } from './answers.ts'

export interface Hostile {
  readonly name: string
  readonly source: string
  /** Other files of the answer. */
  readonly beside?: { readonly [file: string]: string }
  /** What happened, in the report of the first check that did not pass, or as the problem. */
  readonly says: RegExp
  readonly place?: string
}

/** An answer that does this on every prepare, at line 11. */
const does = (name: string, code: string, says: RegExp, place?: string): Hostile => ({
  name,
  source: answerThat(code),
  says,
  ...(place !== undefined && { place }),
})
/** An answer that has this at the top, at line 2. */
const has = (name: string, top: string, says: RegExp, place?: string): Hostile => ({
  name,
  source: answerThat('', top),
  says,
  ...(place !== undefined && { place }),
})

export const HOSTILE: readonly Hostile[] = [
  // Never ends.
  does(
    'while (true)',
    'while (true);',
    /on\.prepare was stopped: it had not returned after 1,000,000/,
    'start.ts:11:7',
  ),
  does('for (;;)', 'for (;;) state.n++', /was stopped: it had not returned/, 'start.ts:11:7'),
  does('do while', 'do { state.n++ } while (true)', /was stopped: it had not returned/, 'start.ts:11:7'),
  does('labels', 'out: while (true) { for (;;) continue out }', /was stopped: it had not returned/),
  does(
    'a loop that catches what stops it',
    'while (true) { try { while (true); } catch {} }',
    /was stopped: it had not returned/,
    'start.ts:11:28',
  ),
  does(
    'a loop that is left by finally',
    'for (;;) { try { for (;;); } finally { continue } }',
    /was stopped: it had not returned/,
    'start.ts:11:24',
  ),
  does(
    'exhaustion caught, then business as usual',
    "try { for (;;); } catch {}\nctx.send(from, { type: 'vote', tx: body.tx, yes: true })",
    /was stopped: it had not returned/,
    'start.ts:11:13',
  ),
  does(
    'recursion',
    'const f = (n: number): number => f(n + 1) + 1; f(0)',
    /1,000 deep and none had returned/,
    'start.ts:11:17',
  ),
  does(
    'two functions that call each other',
    'function a(): void { b() }\nfunction b(): void { a() }\na()',
    /1,000 deep and none had returned/,
  ),
  does(
    'recursion that catches itself',
    'const f = (): void => { try { f() } catch { f() } }; f()',
    /1,000 deep and none had returned/,
  ),
  does(
    'a recursion that doubles',
    'const f = (n: number): number => n < 1 ? 1 : f(n - 1) + f(n - 1); f(40)',
    /was stopped: it had not returned/,
  ),
  does(
    'a getter that calls itself',
    'const o = { get a(): number { return this.a } }; o.a',
    /1,000 deep and none had returned/,
  ),
  does(
    'a toString that calls itself',
    'const o = { toString(): string { return "" + o } }; "" + o',
    /1,000 deep and none had returned/,
  ),
  does(
    'a default parameter that calls itself',
    'const f = (a: unknown = f()): unknown => a; f()',
    /called each other too deep/,
  ),
  does('a class that makes itself', 'class A { a = new A() }; new A()', /called each other too deep/),
  does(
    'a generator without end',
    'function* g() { while (true) yield 1 }\nfor (const _ of g());',
    /was stopped: it had not returned/,
  ),
  does(
    'an iterator without end',
    'for (const _ of { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) });',
    /was stopped: it had not returned/,
  ),
  does(
    'an iterator without end, spread',
    'const all = [...{ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) }]',
    /was stopped: it had not returned/,
  ),
  does(
    'a list that grows while it is walked',
    'const l = [1]; for (const x of l) l.push(x)',
    /was stopped: it had not returned/,
    'start.ts:11:22',
  ),
  does(
    'a proxy that answers for ever',
    'let p = new Proxy({}, { get: () => p }); while (p.a) p = p.b',
    /was stopped: it had not returned/,
  ),
  does(
    'Array.from something huge',
    'Array.from({ length: 4e9 }, () => 1)',
    /was stopped: it had not returned/,
  ),
  does(
    'Array.from something huge, without a function',
    'Array.from({ length: 4e9 })',
    /the clock|memory|too long/,
  ),
  does(
    'sorting something huge',
    'const l = new Array(3e6).fill(0).map((_, i) => (i * 7919) % 3000017); for (;;) l.sort().reverse()',
    /the clock|was stopped/,
  ),
  does('a BigInt', 'let n = 7n; for (;;) n = n ** 9n', /the clock|too large|memory/),
  does(
    'a long BigInt as text',
    'let n = 3n ** 2000000n; for (let i = 0; i < 99; i++) String(n)',
    /the clock/,
  ),
  does(
    'a regular expression',
    "/^(a+)+$/.test('a'.repeat(40) + 'b'); throw new Error('over')",
    /threw: over/,
  ),
  does('a regular expression with a reference back', "/^(a+)+\\1$/.test('a'.repeat(60) + 'b')", /the clock/),
  has(
    'a loop outside any handler',
    'while (true);',
    /the code outside any handler was stopped/,
    'start.ts:2:1',
  ),
  has(
    'a static block',
    'class A { static { for (;;); } }; new A()',
    /the code outside any handler was stopped/,
    'start.ts:2:20',
  ),
  {
    name: 'a loop in a second file',
    source: answerThat('spin()', "import { spin } from './spin.ts'"),
    beside: {
      'spin.ts': '/** A comment. */\n\nexport function spin(): void {\n  for (;;) if (1 > 2) return\n}\n',
    },
    says: /was stopped: it had not returned/,
    place: 'spin.ts:4:3',
  },
  {
    name: 'a throw in a second file',
    source: answerThat('fail()', "import { fail } from './fail.ts'"),
    beside: {
      'fail.ts': "type Long = {\n  a: 1\n}\nexport function fail(): Long {\n  throw new Error('no')\n}\n",
    },
    says: /on\.prepare threw: no/,
    place: 'fail.ts:5:9',
  },
  // Eats memory.
  does(
    'arrays',
    'const all: unknown[] = []; while (true) all.push(new Array(1e4).fill(state.n))',
    /used up its memory in participant: on\.prepare and was stopped/,
  ),
  does('a text that doubles', "let s = 'x'; for (;;) s += s", /became too long|memory/),
  does(
    'texts',
    "const all: string[] = []; for (;;) all.push('x'.repeat(1e6).split('').join('y'))",
    /memory|the clock/,
  ),
  does('a repeated text', "'x'.repeat(2 ** 29).split('')", /memory|too long|the clock/),
  does(
    'Maps',
    'const all: unknown[] = []; for (;;) { const m = new Map(); for (let i = 0; i < 999; i++) m.set(i, [i]); all.push(m) }',
    /memory|had not returned/,
  ),
  does(
    'a state that is too large',
    'for (let i = 0; i < 300_000; i++) (state)[i] = i',
    /state is too large, with more than 200,000 values/,
  ),
  does(
    'a graph that unfolds',
    'let l: unknown = 1; for (let i = 0; i < 40; i++) l = [l, l]; (state).l = l',
    /state is too large, with more than 200,000 values/,
  ),
  does('a holey list', '(state).l = []; (state).l.length = 4e9', /state\.l\[0\] is undefined/),
  has('typed arrays', 'new Uint8Array(1e9)', /Uint8Array is not in reach/),
  has('ArrayBuffer', 'new ArrayBuffer(1e9)', /ArrayBuffer is not in reach/),
  // Prints.
  {
    name: 'an output flood',
    source: answerThat("for (let i = 0; i < 1e6; i++) console.log('line', i)", 'declare const console'),
    says: /more than 10000 times/,
  },
  {
    name: 'a long line',
    source: answerThat("console.log('x'.repeat(1e8)); throw new Error('over')", 'declare const console'),
    says: /threw: over|memory/,
  },
  does(
    'a million sends',
    "for (let i = 0; i < 1e6; i++) ctx.send(from, { type: 'vote', tx: 'x' })",
    /asked for more than 10,000 things/,
  ),
  // Ends the process.
  does('process.exit', 'process.exit(0)', /process is not in reach of an answer/),
  does(
    'process by another way',
    "(ctx).constructor.constructor('return process')().exit(0)",
    /code cannot be made from text/,
  ),
  // Changes what is shared.
  does(
    'Array.prototype',
    '(Array.prototype).map = () => []',
    /Cannot assign to read only property 'map'.*shared and cannot be changed/,
  ),
  does('Object.prototype', '(Object.prototype).toJSON = () => 1', /Cannot add property toJSON.*shared/),
  does('__proto__', '(state).__proto__.polluted = 1', /Cannot add property polluted/),
  does('a message', '(body).tx = 1', /Cannot assign to read only property 'tx'.*shared/),
  does('ctx', '(ctx).send = () => {}', /Cannot set property send of .* which has only a getter/),
  does('peers', '(ctx.peers).push("x")', /Cannot add property|object is not extensible/),
  does(
    'what is on the disk',
    "ctx.disk.append('l', { a: 1 }); (ctx.disk.records('l')).push(2)",
    /Cannot add property|object is not extensible/,
  ),
  does('defineNode', '(defineNode).x = 1', /Cannot add property x/),
  does(
    'the class of an error',
    'try { ctx.send(from, undefined) } catch (e) { (e).constructor.prototype.x = 1 }',
    /Cannot add property x/,
  ),
  does(
    'Error.prepareStackTrace',
    '(Error).prepareStackTrace = (_: unknown, f) => f[0].getThis(); const s = new Error("a").stack; throw new Error(typeof s + s)',
    /on\.prepare threw/,
  ),
  does(
    'Object.defineProperty',
    "Object.defineProperty(Map.prototype, 'get', { value: () => 1 })",
    /Cannot redefine property: get.*shared/,
  ),
  // Reaches out.
  does('require', "require('node:fs')", /"node:fs" cannot be imported/),
  does('require by a name that is computed', "const name = 'node:' + 'fs'; require(name)", /require|cannot/),
  does('fetch', "fetch('http://localhost')", /fetch is not in reach/),
  has(
    'import fs',
    "import { readFileSync } from 'node:fs'; readFileSync('/')",
    /"node:fs" cannot be imported/,
    'start.ts:2:30',
  ),
  has('import fs, unused', "import fs from 'fs'", /"fs" cannot be imported/, 'start.ts:2:16'),
  has('import vitest', "import { expect } from 'vitest'; expect(1)", /"vitest" cannot be imported/),
  has('export from', "export * from 'node:os'", /"node:os" cannot be imported/),
  does('import()', "import('node:fs')", /"node:fs" cannot be imported|import\(\) is not there/),
  does(
    'import() of what is computed',
    "import('node:' + state.n)",
    /import\(\) is not there/,
    'start.ts:11:7',
  ),
  does('import.meta', 'throw new Error(String((import.meta).url))', /threw: undefined/),
  has('the hidden checks', "import './hidden/cluster.ts'", /there is no file/),
  has(
    'the hidden checks, by a path',
    `import '${import.meta.dirname}/../../exercises/09-two-phase-commit/hidden/solution.ts'`,
    /cannot be imported/,
  ),
  has(
    'the hidden checks, by the folder above',
    "import '../hidden/solution.ts'",
    /outside the answer's folder/,
  ),
  // Makes code.
  does('eval', "eval('1')", /eval is not in reach/, 'start.ts:11:7'),
  does('eval by another name', "const e = eval; e('1')", /eval is not in reach/),
  does('Function', "Function('return 1')()", /Function is not in reach/),
  does(
    'the constructor of functions',
    "(() => {}).constructor('return 1')()",
    /code cannot be made from text/,
  ),
  does(
    'the constructor of generators',
    "(function* () {}).constructor('yield 1')()",
    /code cannot be made from text/,
  ),
  does('globalThis', '(globalThis).x = 1', /globalThis is not in reach/),
  does('this', '(function (this) { this.x = 1 })()', /Cannot set properties of undefined/),
  does('arguments.callee', '(function () { return (arguments).callee })()', /callee/),
  does('with', 'with ({}) {}', /[Ww]ith statement/),
  has(
    'source that closes the wrapper',
    '}}}) ; (() => { while (true); })(); ({ a() { if (1) {',
    /Unexpected|Expected/,
  ),
  does('names with escapes', "ev\\u0061l('1')", /eval is not in reach/),
  does(
    'Reflect.construct',
    "Reflect.construct((() => {}).constructor, ['return 1'])",
    /code cannot be made from text/,
  ),
  // Waits.
  has('async', 'export async function later() {}', /async and await are not there/, 'start.ts:2:1'),
  has('top-level await', 'await 1', /async and await are not there/),
  does('for await', 'for await (const x of []) x', /async and await are not there/),
  does('Promise', 'Promise.resolve()', /Promise is not in reach/),
  does('Array.fromAsync', '(Array).fromAsync([])', /fromAsync is not a function/),
  does('a thenable', 'return { then() {} }', /returned an? object/),
  does('setTimeout', 'setTimeout(() => {}, 1)', /setTimeout is not in reach/),
  // Time and chance.
  does('Date', 'state.n = Date.now()', /Date is not in reach/),
  does('Math.random', 'state.n = Math.random()', /Math\.random is not in reach/),
  does(
    'a state outside',
    "ctx.send(from, { type: 'vote', tx: body.tx, yes: outside.n++ % 2 === 0 })\n    } } })\nconst outside = { n: 0 }\nexport const more = defineNode<{ n: number }, { type: 'x' }>({ start: () => ({ n: 0 }), on: { x() {",
    /is not deterministic/,
  ),
  // Throws and hands out strange values.
  does('a throw of a text', "throw 'text'", /on\.prepare threw: text. That is not an Error/),
  does('a throw of null', 'throw null', /on\.prepare threw: null. That is not an Error/),
  does(
    'a throw of an object',
    'throw { toString() { for (;;); } }',
    /on\.prepare threw: an object that is no plain data/,
  ),
  does(
    'a throw of a proxy',
    'throw new Proxy(new Error("x"), { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
    /on\.prepare threw: an object that is no plain data: it is a proxy/,
  ),
  does(
    'an error with a getter',
    'const e = new Error("a"); Object.defineProperty(e, "message", { get() { for (;;); } }); throw e',
    /on\.prepare threw: Error/,
  ),
  does(
    'an error with a stack of its own',
    'const e = new Error("a"); Object.defineProperty(e, "stack", { get() { for (;;); } }); throw e',
    /on\.prepare threw: a/,
  ),
  does(
    'a getter in the state',
    "Object.defineProperty(state, 'g', { enumerable: true, get() { throw new Error('ran') } })",
    /state\.g is a getter/,
  ),
  does('a proxy in the state', '(state).p = new Proxy({}, {})', /state\.p is a proxy/),
  does(
    'a getter in a message',
    "ctx.send(from, { type: 'vote', get tx() { throw new Error('ran') } })",
    /message\.tx is a getter/,
  ),
  does(
    'a toJSON in a message',
    "ctx.send(from, { type: 'vote', toJSON: () => 1 })",
    /message\.toJSON is a function/,
  ),
  does(
    'a Map with a walk of its own',
    "const m = new Map(); (m).forEach = () => { for (;;); }; (m)[Symbol.iterator] = () => { for (;;); }; (state).m = m; ctx.send(from, { type: 'none' })",
    /nothing|announced|sent/,
  ),
  does(
    'a Symbol.species',
    'class L extends Array { static get [Symbol.species]() { return function () { for (;;); } } }; new L(1, 2).map((x) => x)',
    /was stopped|threw/,
  ),
  does(
    'a class instance in the state',
    '(state).c = new (class Counter { n = 1 })()',
    /state\.c is a Counter/,
  ),
  does(
    'a value that is very deep',
    'let v: unknown = 1; for (let i = 0; i < 1e5; i++) v = [v]; (state).v = v',
    /state is nested more than 200 levels deep/,
  ),
  does('a cycle', '(state).me = state', /state\.me is a cycle/),
  does('a symbol', '(state).s = Symbol()', /state\.s is a symbol/),
  does('a frozen state', 'Object.freeze(state); state.n = 1', /Cannot assign to read only property/),
  does(
    'a field called __proto__',
    'ctx.send(from, JSON.parse(\'{"type":"vote","__proto__":{"x":1}}\'))',
    /message\.__proto__/,
  ),
  has(
    'an export that is a proxy',
    'export { p as coordinator2 }; const p = new Proxy({}, {})',
    /rm1 announced nothing/,
  ),
  {
    name: 'an export that is a getter which throws',
    source: "module.exports = { get coordinator() { throw new Error('ran') } }; export {}",
    says: /the export "coordinator" could not be read: ran/,
  },
  {
    name: 'exports that are proxies',
    source: 'export const coordinator = new Proxy({}, { get: () => () => {} }), participant = coordinator\n',
    says: /exports something else as "coordinator"/,
  },
  {
    name: 'handlers behind a getter',
    source:
      "import { defineNode } from 'splitbrain'\nexport const coordinator = { start: () => ({}), get on() { for (;;); } }, participant = coordinator\n",
    says: /exports something else as "coordinator"/,
  },
  // Is too much to read.
  {
    name: 'a source that is too large',
    source: `// ${'x'.repeat(70_000)}\n`,
    says: /more than the 65536 an answer may have/,
  },
  {
    name: 'brackets in brackets',
    source: `export const coordinator = ${'['.repeat(30_000)}${']'.repeat(30_000)}\n`,
    says: /nested too deeply/,
  },
  {
    name: 'many brackets, in a second file',
    source: "import './deep.ts'\n",
    beside: { 'deep.ts': `${'['.repeat(250_000)}${']'.repeat(250_000)}` },
    says: /larger than 65536/,
  },
  { name: 'nothing at all', source: '', says: /exports no "coordinator"/ },
  { name: 'bytes that are no text', source: '\u0000\u0001\ufffe', says: /Unexpected|unexpected/ },
  does(
    'asking whether a name is there',
    "throw new Error(typeof nowhere + ' ' + typeof state + ' ' + (typeof nowhere === 'undefined'))",
    /threw: undefined object true/,
  ),
  {
    name: 'what the censor would refuse',
    source: answerThat(
      "throw new Error('import(x) <!-- --> eval(x)' + /import(a)?<!--/.source + `eval(`)",
      '// import( <!-- -->',
    ),
    says: /threw: import\(x\) <!-- --> eval\(x\)impor.*eval\($/,
  },
  {
    name: 'the name of the check',
    source: answerThat("throw new Error(new Error().stack + '|' + (ctx).task + '|' + Object.keys(ctx))"),
    says: /^on\.prepare threw: +at splitbrain-answer\.cjs:\d+:\d+/,
  },
]
