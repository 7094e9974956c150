/** Fuel: what pays for itself does the same as before, ends where it must, and says where. */
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { addFuel, type Engine, Refused } from '../../src/sandbox/fuel.ts'

interface Stopped {
  readonly site: number
  readonly deep: boolean
}

/** Runs `code`, which leaves its result in `out.value`; `stop` throws, as the realm's does. */
function fueled(code: string, fuel = 100_000, depth = 200) {
  const { code: text, sites } = addFuel(code, ['out'])
  const out: { value?: unknown } = {}
  const stops: Stopped[] = []
  const stop = (site: number, deep: boolean) => {
    stops.push({ site, deep })
    throw new RangeError('stopped')
  }
  const engine = (runInNewContext(text) as (seen: object) => Engine)({ out, stop })
  engine.fill(fuel, depth)
  let threw: unknown = null
  try {
    engine.run()
  } catch (error) {
    threw = error
  }
  return { value: out.value, stops, threw, at: (n: number) => code.slice(sites[stops[n]!.site]) }
}

function plainly(code: string): unknown {
  const out: { value?: unknown } = {}
  runInNewContext(`'use strict'; (() => {\n${code}\n})()`, { out })
  return out.value
}

describe('what pays does the same as before', () => {
  const PROGRAMS = [
    'let n = 0; for (let i = 0; i < 5; i++) n += i; out.value = n',
    'let n = 0; for (const x of [1, 2, 3]) for (const y in { a: 1 }) n += x + y.length; out.value = n',
    'let n = 9; do n--; while (n > 3); while (n) n--; out.value = n',
    'let n = 0; a: for (;;) { b: for (;;) { if (n++ > 4) break a; if (n % 2) continue a; break b } } out.value = n',
    'if (true) for (let i = 0; i < 2; i++) out.value = i; else out.value = 9',
    'out.value = [3, 1, 2].map((x) => ({ x })).sort((a, b) => a.x - b.x)',
    'const add = (a) => (b) => (c) => a + b + c; out.value = add(1)(2)(3)',
    'const f = (a, b = (x) => x + "=>") => (a, b(a)); out.value = f(1)',
    'const f = ({ a = () => 4 } = {}) => a(); out.value = f()',
    'function* g(n) { for (let i = 0; i < n; i++) yield i } out.value = [...g(4)]',
    'class A { #n = 1; static s = (() => 5)(); get n() { return this.#n } set n(v) { this.#n = v } static { A.t = 6 } } class B extends A { constructor() { super(); this.n = 7 } } const b = new B(); out.value = [b.n, A.s, A.t]',
    'const o = { f() { return this.v }, v: 2, get g() { return 3 }, async: 1, import(x) { return x }, eval(x) { return x } }; out.value = [o.f(), o.g, o.import(4), o.eval(5)]',
    'function f() { try { return 1 } finally { out.value = 2 } } f()',
    'function f(n) { return n === 0 ? 0 : 1 + f(n - 1) } out.value = f(50)',
    'const f = (n) => { if (n > 3) throw n; for (;;) { try { return f(n + 1) } catch (e) { return e } } }; out.value = f(0)',
    "out.value = ['import(a)', `eval(b)` + '<!-- -->', /import(a)?-->/.test('impora-->'), /(?<!a)<!--/.source.length > 0]",
    'const $fuel = 1, $stop = 2, $depth = 3; out.value = $fuel + $stop + $depth',
    'out.value = (() => { return })()',
    'const f = function named(n) { return n ? named(n - 1) : named.name }; out.value = [f(3), (() => 1).name, ((a, ...b) => 1).length]',
    'let s = ""; for (var i in [7, 8]) s += i; for (const [a, b] of new Map([[1, 2]])) s += a + b; out.value = s + i',
    'const l = []; for (let i = 0; i < 3; i++) l.push(() => i); out.value = l.map((f) => f())',
    'switch (1) { case 1: { for (;;) break } default: out.value = 1 }',
  ]
  test.each(PROGRAMS)('%s', (code) => {
    const { value, threw, stops } = fueled(code)
    expect(threw).toBe(null)
    expect(stops).toEqual([])
    expect(value).toEqual(plainly(code))
  })
})

describe('what does not end', () => {
  test.each([
    ['while (true);', 'while (true)', false],
    ['out.value = 1; for (;;) { }', 'for (;;)', false],
    ['do { } while (true)', 'do {', false],
    ['for (const x of (function* () { for (;;) yield 1 })()) out.value = x', 'for ', false],
    ['const f = () => f(); f()', '() => f()', true],
    ['const o = { f() { return o.f() } }; o.f()', 'f() {', true],
    ['class A { get g() { return this.g } } new A().g', 'get g()', true],
    ['const f = (n) => n ? f(n - 1) + f(n - 1) : 0; f(30)', '(n) =>', false],
    ['const l = [1]; for (const x of l) l.push(x)', 'for (const x of l)', false],
    ['class A { static { for (;;); } }', 'for (;;)', false],
  ])('%s', (code, place, deep) => {
    const { stops, threw, at } = fueled(code)
    expect(threw).toMatchObject({ message: 'stopped' })
    expect(stops[0]!.deep).toBe(deep)
    expect(at(0).startsWith(place)).toBe(true)
  })

  test('the same program stops after the same number of turns, wherever it runs', () => {
    expect(fueled('out.value = 0; for (;;) out.value++', 1234).value).toBe(1234)
    expect(fueled('out.value = 0; const f = () => { out.value++; f() }; f()', 1234, 77).value).toBe(77)
  })

  test('who catches it buys nothing', () => {
    const { value, stops } = fueled(
      'out.value = 0; for (let i = 0; i < 99; i++) { try { for (;;) out.value++ } catch {} }',
      500,
    )
    expect(value).toBe(499)
    expect(stops.length).toBe(2)
  })
})

test.each([
  ['async () => 1', /cannot wait/],
  ['const o = { async f() {} }', /cannot wait/],
  ["import('x')", /import\(\) is not there/],
  ["eval('1')", /eval is not in reach/],
])('%s is refused', (code, says) => {
  expect(() => addFuel(code, [])).toThrow(Refused)
  expect(() => addFuel(code, [])).toThrow(says)
})
