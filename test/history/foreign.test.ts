/** Histories from elsewhere: EDN read strictly, every format judged as the history itself is, and damage told at its line. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/base/canonical.ts'
import { EdnReader } from '../../src/history/foreign/edn.ts'
import { type Format, readForeign } from '../../src/history/foreign/foreign.ts'
import { judgeForeign, judgeTransactions } from '../../src/history/foreign/judgeForeign.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { casRegister, counter, growSet, keyValue, queue, register } from '../../src/history/models.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'
import { isolated } from '../../src/history/transactions/isolated.ts'
import type { TransactionModel } from '../../src/history/transactions/transaction.ts'
import { RECIPES, type Recipe, randomEvents } from './random.ts'
import { randomTransactions } from './randomTransactions.ts'

describe('EDN', () => {
  test.each<[string, Json]>([
    ['nil', null],
    [':read', 'read'],
    ['-1.5e3', -1500],
    ['3N', 3],
    ['123456789012345678901', '123456789012345678901'],
    ['"a\\n\\u0041\\""', 'a\nA"'],
    ['\\newline', '\n'],
    ['\\c', 'c'],
    ['[1 (2 3), #{4}]', [1, [2, 3], [4]]],
    ['{:a {1 true} "b" sym}', { a: { 1: true }, b: 'sym' }],
    ['#jepsen.history.Op{:index 0}', { index: 0 }],
    ['; so\n #_{:not 1} 7', 7],
  ])('%s', (text, value) => {
    const reader = new EdnReader(text)
    expect([reader.next(), reader.done]).toEqual([value, true])
  })

  test.each([
    ['{:a 1', 0, '"{" is never closed'],
    ['[1 {:a}]', 3, 'a map with a key that has no value'],
    ['  ]', 2, '"]" closes nothing'],
    ['"abc', 0, 'a text that is never closed'],
    ['"a\\q"', 3, '"\\q" stands for nothing'],
    ['1x', 0, '"1x" is no number'],
    ['# {}', 0, '"#" is followed by a set or the name of a tag'],
    ['', 0, 'the text ends in the middle'],
  ])('%s is damaged at its place', (text, at, message) => {
    expect(() => new EdnReader(text).next()).toThrow(expect.objectContaining({ at, message }))
  })
})

/** Written as the formats have it; whatever is text becomes a keyword or a string. */
function edn(value: Json): string {
  if (value === null) return 'nil'
  if (Array.isArray(value)) return `[${value.map(edn).join(' ')}]`
  return typeof value === 'string' ? `"${value}"` : String(value)
}
const map = ({ type, process, f, value }: HistoryEvent, i: number) =>
  `{:type :${type}, :f :${f}, :value ${edn(value)}, :process ${edn(process)}, :time ${i * 1000}, :index ${i}}`

const WRITTEN: { readonly [format: string]: (events: readonly HistoryEvent[]) => string } = {
  'one map a line': (events) => events.map(map).join('\n'),
  'one vector': (events) => `; a run\n[${events.map(map).join('\n ')}]\n`,
  'tagged maps': (events) => events.map((event, i) => `#jepsen.history.Op${map(event, i)}`).join('\n'),
  'log lines': (events) =>
    events
      .map(({ type, process, f, value }) => {
        const forms = `"${process}"`.replace(/"/g, '')
        return `INFO  jepsen.core - noise\nINFO  jepsen.util - ${forms}\t:${type}\t:${f}\t${edn(value)}`
      })
      .join('\n'),
  'JSON lines': (events) => events.map((event) => `${JSON.stringify(event)}\n`).join('\n'),
  'a JSON array': (events) => JSON.stringify(events),
}

const OBJECTS = {
  register: register(),
  'cas-register': casRegister(),
  kv: keyValue(),
  queue: queue(),
  set: growSet(),
  counter: counter(),
} as const
const recipeOf: { readonly [model in keyof typeof OBJECTS]: Recipe } = {
  register: RECIPES.register,
  'cas-register': RECIPES.casRegister,
  kv: RECIPES.keyValue,
  queue: RECIPES.queue,
  set: RECIPES.growSet,
  counter: RECIPES.counter,
}

describe.each(Object.keys(WRITTEN))('%s', (format) => {
  test.each(Object.keys(OBJECTS) as (keyof typeof OBJECTS)[])(
    'of a %s is judged as the history is',
    (model) => {
      const seen = { held: 0, broken: 0, gaveUp: 0 }
      for (let seed = 1; seed <= 60; seed++) {
        const events = randomEvents(recipeOf[model], seed)
        const { verdict } = judgeForeign(WRITTEN[format]!(events), model)
        expect(verdict).toEqual(linearizable(historyOfEvents(events, model === 'kv'), OBJECTS[model]))
        seen[verdict.kind]++
      }
      expect(Math.min(seen.held, seen.broken)).toBeGreaterThan(3)
    },
  )
})

test("Jepsen's nemesis asks nothing, and numbers of processes become names", () => {
  const text = `{:type :info, :f :start, :process :nemesis, :value nil}
{:type :invoke, :f :read, :process 3, :value nil}`
  expect(readForeign(text)).toEqual([
    { type: 'invoke', f: 'read', process: 'p3', value: null, place: 'line 2' },
  ])
})

test('log lines of newer versions, and an error behind the value', () => {
  const text = '2020-01-01 10:00:00 INFO [jepsen worker 1] jepsen.util: 1 :info :write 4 :timed-out'
  expect(readForeign(text)).toMatchObject([{ type: 'info', process: 'p1', f: 'write', value: 4 }])
})

describe('a drain', () => {
  const drained = (taken: string) => `{:type :invoke, :f :enqueue, :process 0, :value 1}
{:type :ok, :f :enqueue, :process 0, :value 1}
{:type :invoke, :f :drain, :process 1, :value nil}
{:type :ok, :f :drain, :process 1, :value ${taken}}`

  test('is as many dequeues', () => {
    expect(judgeForeign(drained('[1]'), 'queue').verdict.kind).toBe('held')
    expect(judgeForeign(drained('[1 1]'), 'queue').verdict.kind).toBe('broken')
    expect(judgeForeign(drained('[]'), 'queue').history).toHaveLength(1)
  })

  test('of unknown outcome cannot be judged', () => {
    const text = drained('[1]').replace(/:ok, :f :drain/, ':info, :f :drain')
    expect(() => judgeForeign(text, 'queue')).toThrow('line 4: a drain of unknown outcome')
  })
})

describe('damage is told at its line', () => {
  const good = '{:type :invoke, :f :read, :process 0, :value nil}\n'
  test.each<[string, string, Format | undefined, string]>([
    ['nothing', '', undefined, 'line 1: there is no operation in this file'],
    ['a map that is cut short', `${good}{:type :ok, :f`, undefined, 'line 2: "{" is never closed'],
    ['a vector that is cut short', `[${good}`, undefined, 'line 2: the vector of operations is never closed'],
    [
      'a type that is none',
      good.replace('invoke', 'begin'),
      undefined,
      'line 1: "type" is one of invoke, ok, fail, info, not "begin"',
    ],
    ['no process', '{:type :ok, :f :read}', undefined, 'line 1: "process" is the number or name'],
    ['no f', '{:type :ok, :process 1}', undefined, 'line 1: "f" is what is asked'],
    ['JSON that is none', '{"type":"ok"}\n{"type":', undefined, 'line 2: this is no JSON'],
    ['EDN said to be JSON', good, 'jsonl', 'line 1: this is no JSON'],
    [
      'an answer to nothing',
      good.replace('invoke', 'ok'),
      undefined,
      'line 1: p0 is told ok, but has asked nothing',
    ],
    ['two questions at once', `${good}\n${good}`, undefined, 'line 3: p0 asks before it was told of p0.1'],
    [
      'an operation of another object',
      good.replace('read', 'pop'),
      undefined,
      'line 1: a register knows read, write, not pop',
    ],
  ])('%s', (_what, text, format, message) => {
    expect(() => judgeForeign(text, 'register', format && { format })).toThrow(message)
  })
})

test('within its memory it gives up, and says of which budget', () => {
  const many = (type: string) =>
    Array.from({ length: 40 }, (_, i) => `{:type :${type}, :f :write, :process ${i}, :value ${i >> 1}}`)
  // Each value is written by two at once, so that a read of it does not tell whose it is.
  const reads = [1, 2, 1, 2, 1, 2].flatMap((value) => [
    '{:type :invoke, :f :read, :process 99, :value nil}',
    `{:type :ok, :f :read, :process 99, :value ${value}}`,
  ])
  const text = [...many('invoke'), ...reads, ...many('ok')].join('\n')
  const { verdict } = judgeForeign(text, 'register', { maxMegabytes: 4 })
  expect(verdict).toMatchObject({ kind: 'gaveUp', why: expect.stringContaining('4 MB') })
})

describe('transactions', () => {
  const WORDS: { readonly [verb: string]: string } = { read: 'r', append: 'append', write: 'w' }
  type Step = readonly [verb: string, key: string, value: Json]

  /** What a client and its answer would be in a file: reads are asked for without a value. */
  function eventsOf(history: ReturnType<typeof historyOfEvents>): readonly HistoryEvent[] {
    return history
      .flatMap(({ process, invoke, return: end, outcome, value }) => {
        const steps = value as unknown as readonly Step[]
        const words = (told: boolean) =>
          steps.map(([verb, key, given]) => [WORDS[verb]!, key, verb === 'read' && !told ? null : given])
        const event = (type: HistoryEvent['type'], at: number, told: boolean) =>
          [at, { type, process, f: 'txn', value: words(told) } satisfies HistoryEvent] as const
        return [
          event('invoke', invoke, false),
          ...(end === null ? [] : [event(outcome, end, outcome === 'ok')]),
        ]
      })
      .sort(([a], [b]) => a - b)
      .map(([, event]) => event)
  }

  // Keywords, as Jepsen has them, in EDN; texts in JSON.
  const asKeywords = (text: string) => text.replace(/"(r|w|append)"/g, ':$1')

  test.each(['one map a line', 'one vector', 'JSON lines', 'a JSON array'])(
    '%s of both models is judged as the history is',
    (format) => {
      const seen = { held: 0, broken: 0, gaveUp: 0 }
      for (const model of ['list-append', 'rw-register'] as const satisfies readonly TransactionModel[])
        for (let seed = 1; seed <= 40; seed++) {
          const history = randomTransactions(
            {
              ...{ model, transactions: [4, 12], keys: 2, steps: [1, 3], behind: 2 },
              ...{ torn: 0.1, unknown: 0, failed: 0.05, halfMs: 14 },
            },
            seed,
          )
          const text = WRITTEN[format]!(eventsOf(history))
          const { verdict } = judgeTransactions(format.includes('JSON') ? text : asKeywords(text), model)
          const { kind, property } = isolated(history, { model })
          expect([seed, verdict.kind, verdict.property]).toEqual([seed, kind, property])
          seen[kind]++
        }
      expect(Math.min(seen.held, seen.broken)).toBeGreaterThan(3)
    },
  )

  const asked = '{:type :invoke, :f :txn, :process 0, :value [[:append 3 1] [:r 3 nil]]}\n'
  const told = '{:type :ok, :f :txn, :process 0, :value [[:append 3 1] [:r 3 [1]]]}\n'

  test('what was read stands in the answer; keys that are numbers become names', () => {
    const { history, verdict } = judgeTransactions(asked + told, 'list-append')
    expect(history[0]!.value).toEqual([
      ['append', '3', 1],
      ['read', '3', [1]],
    ])
    expect(verdict.kind).toBe('held')
  })

  test('without an answer nobody knows what was read', () => {
    const { history } = judgeTransactions(asked, 'list-append')
    expect(history[0]).toMatchObject({
      outcome: 'info',
      value: [
        ['append', '3', 1],
        ['read', '3'],
      ],
    })
  })

  test('log lines are read as well', () => {
    const line = 'INFO  jepsen.util - 0\t:invoke\t:txn\t[[:append 3 1] [:r 3 nil]]\n'
    expect(judgeTransactions(line, 'list-append').history).toHaveLength(1)
  })

  test.each<[string, string, string]>([
    [
      'a step of another model',
      asked.replace(':append', ':w'),
      'line 1: a step of list-append is [:r key list] or [:append key value], not ["w",3,1]',
    ],
    [
      'steps that are no list',
      asked.replace(/\[\[.*\]\]/, '7'),
      'line 1: the value of a txn is the list of its steps, not 7',
    ],
    [
      'a read that finds no list',
      asked + told.replace('[1]]]', '1]]'),
      'line 2: a read of list-append finds a list or nil, not 1',
    ],
    [
      'an answer to another question',
      asked + told.replace('[:append 3 1] ', ''),
      'line 2: the answer has other steps than were asked for at line 1',
    ],
    [
      'another operation',
      asked.replace(':txn', ':read'),
      'line 1: "f" is txn in a history of list-append, not "read"',
    ],
    ['a key that is missing', asked.replace('[:r 3 nil]', '[:r]'), 'line 1: a step of list-append is'],
  ])('%s is told at its line', (_what, text, message) => {
    expect(() => judgeTransactions(text, 'list-append')).toThrow(message)
  })
})
