/** Histories at the prompt: written by hand or played, clients that ask by themselves, and what a mistake is told. */
import { describe, expect, test } from 'vitest'
import { historyView } from '../../src/draw/history.ts'
import { historyOfEvents } from '../../src/history/read.ts'
import {
  alternatives,
  commands,
  explainProblem,
  goldenText,
  Notebook,
  parseLesson,
  protocols,
  ScenarioProblem,
  Session,
  storyOf,
  timelineSentences,
} from '../../src/index.ts'
import { keep, retell } from '../../src/scenario/retell.ts'

const input = { protocols, alternatives, commands }

function played(...lines: readonly string[]): Session {
  const session = new Session(input)
  for (const line of lines) session.execute(line)
  return session
}

const verdictsOf = (session: Session, line: string) =>
  session.execute(line).verdicts.map(({ property, kind }) => [property, kind])

describe('judge', () => {
  test('the history of the run: the one copy, and the copy that is behind', () => {
    const clients = (cluster: string, second: string) =>
      played(
        cluster,
        'request ann p put value=A',
        'deliver put p',
        'deliver put_ok ann',
        `request bob ${second} get`,
        `deliver get ${second}`,
        'deliver get_ok bob',
      )
    const asked = 'judge Linearizable SequentiallyConsistent'
    expect(verdictsOf(clients('cluster replicated-register p r1', 'p'), asked)).toEqual([
      ['Linearizable', 'held'],
      ['SequentiallyConsistent', 'held'],
    ])
    expect(verdictsOf(clients('cluster replicated-register p r1', 'r1'), asked)).toEqual([
      ['Linearizable', 'broken'],
      ['SequentiallyConsistent', 'held'],
    ])
  })

  test('a history written by hand stands until a cluster or another one is begun', () => {
    const session = played('history', 'history ann write 1 ok', 'history bob read ok nothing')
    expect(verdictsOf(session, 'judge Linearizable')).toEqual([['Linearizable', 'broken']])
    session.execute('history')
    session.execute('history bob read ok nothing')
    expect(verdictsOf(session, 'judge Linearizable')).toEqual([['Linearizable', 'held']])
    session.execute('cluster single-copy-register s1')
    expect(session.written).toBe(null)
  })

  test('what has no answer may still happen; what failed never does', () => {
    for (const [outcome, kind] of [
      ['', 'held'],
      ['info', 'held'],
      ['fail', 'broken'],
    ] as const)
      expect(
        verdictsOf(
          played('history', `history ann write 1 ${outcome}`, 'history bob read ok 1'),
          'judge Linearizable',
        ),
      ).toEqual([['Linearizable', kind]])
  })

  test('transactions are judged by isolation, with what they read and wrote', () => {
    const skew = played(
      'history',
      'history t1 txn read x=nothing write y=1',
      'history t2 txn read y=nothing write x=1 ok',
      'history t1 ok',
    )
    expect(verdictsOf(skew, 'judge SnapshotIsolated Serializable')).toEqual([
      ['SnapshotIsolated', 'held'],
      ['Serializable', 'broken'],
    ])
  })

  test('the picture: a bracket from question to answer, open where there is none', () => {
    const session = played('history', 'history ann write x=1', 'history bob read x ok 1', 'history ann info')
    expect(goldenText([session.execute('judge Linearizable').view!])).toMatchInlineSnapshot(`
      "          ann             bob
           1    ┌ write x=1
           2    │               ┌ read x
           3    │               └ 1
                ╎ no answer

      held  Linearizable"
    `)
  })

  test('read aloud, questions and answers are told apart', () => {
    const view = historyView(
      historyOfEvents([
        {
          type: 'invoke',
          process: 'ann',
          f: 'txn',
          value: [
            ['read', 'x', null],
            ['write', 'x', 1],
          ],
        },
        { type: 'ok', process: 'ann', f: 'txn', value: null },
      ]),
    )
    expect(timelineSentences(view)).toEqual([
      'Step 1: ann asks: read x=nothing.',
      'ann asks: write x=1.',
      'Step 2: ann is told: committed.',
    ])
  })
})

describe('client', () => {
  const lines = [
    'cluster replicated-register p r1 r2',
    'client ann p put value=A then r1 get',
    'client bob r2 get',
  ]

  test('asks the next thing in the step in which it is answered', () => {
    const session = played(...lines, 'deliver put', 'deliver put_ok ann')
    expect(session.world.wire.map(({ body, from }) => `${from} ${body.type}`).sort()).toEqual([
      'ann get',
      'bob get',
      'p copy',
      'p copy',
    ])
  })

  test('travels in tokens, and is made again from what is kept', () => {
    const session = played(...lines, 'deliver put', 'deliver put_ok ann')
    const story = storyOf(session.token())
    expect(Object.keys(story.clients ?? {})).toEqual(['ann', 'bob'])
    for (const again of [story, keep(session)!]) {
      const other = new Session(input)
      expect(retell(other, again)).toBe(null)
      expect(other.world).toEqual(session.world)
    }
  })

  test('a token without clients is as short as before', () => {
    expect(storyOf(played('cluster abd').token())).not.toHaveProperty('clients')
  })
})

test('a cell that begins with history begins anew, and the notebook takes the history along', () => {
  const cell = (id: string, ...text: string[]) => `\`\`\`scenario id=${id}\n${text.join('\n')}\n\`\`\`\n`
  const source = `---\ntitle: T\nunit: U\nminutes: 1\n---\n${cell('a', 'history', 'history ann write 1 ok')}\n${cell('b', 'history bob read ok nothing', 'judge Linearizable')}\n${cell('c', 'history', 'history bob read ok nothing', 'judge Linearizable')}`
  const lesson = parseLesson('01-t.md', source)
  const notebook = new Notebook(lesson, input)
  expect(notebook.run('b').verdicts).toMatchObject([{ kind: 'broken' }])
  const other = new Notebook(lesson, input)
  other.adopt(notebook.record, new Session(input))
  expect(other.prompt('judge Linearizable').verdicts).toMatchObject([{ kind: 'broken' }])
  expect(notebook.run('c').verdicts).toMatchObject([{ kind: 'held' }])
})

describe('a mistake names the place and changes nothing', () => {
  test.each<[string, readonly string[], string]>([
    [
      'no history at all',
      ['cluster single-copy-register s1', 'judge Linearizable'],
      '^ no client has asked anything yet',
    ],
    ['an empty one', ['history', 'judge Linearizable'], '^ the history is empty: write one'],
    ['no property', ['history', 'history ann write 1 ok', 'judge'], 'expected a property: Linearizable'],
    [
      'a property of other histories',
      ['history', 'history ann write 1 ok', 'judge Serializable'],
      '      ^ no property of such a history is called "Serializable"',
    ],
    [
      'an unknown event',
      ['history', 'history ann says 1'],
      '            ^ no event is called "says"; there are read, write, txn, ok, fail, info',
    ],
    ['no event', ['history ann'], 'expected event: read'],
    [
      'two questions at once',
      ['history', 'history ann write 1', 'history ann read'],
      '^ ann asks before it was told of ann.1',
    ],
    ['an answer to nothing', ['history', 'history ann ok'], '^ ann is told ok, but has asked nothing'],
    [
      'a write of nothing',
      ['history', 'history ann write'],
      'expected what is written, such as 1 or x=1. Try: 1',
    ],
    [
      'a key here and none there',
      ['history', 'history ann write x=1 ok', 'history ann write 2 ok'],
      'expected a key, such as x=1, as elsewhere in this history; found 2',
    ],
    [
      'a value where there is none',
      ['history', 'history ann write 1 ok 2'],
      '^ only the answer to a read carries a value; found "2"',
    ],
    ['two values', ['history', 'history ann read ok 1 2'], '^ expected one value, or none'],
    [
      'a step without a value',
      ['history', 'history t txn read x ok'],
      '^ expected a key and a value, such as read x=1. Try: x=1',
    ],
    ['no steps', ['history', 'history t txn ok'], 'expected steps, such as: read x=0 write x=1'],
    [
      'a client after the first step',
      ['cluster abd', 'request c s1 get', 'client ann s1 get'],
      '^ what clients ask by themselves is settled before the first step',
    ],
    ['a client that is a node', ['cluster abd', 'client s1 s2 get'], '^ s1 is a node'],
    ['a client without a request', ['cluster abd', 'client ann s1'], 'expected request: put'],
    ['a client that asks nobody', ['cluster abd', 'client ann s1 get then'], 'expected node: s1'],
    ['a field that is none', ['cluster abd', 'client ann s1 get x=1'], '"get" has no field "x"'],
    [
      'a word too many',
      ['cluster abd', 'client ann s1 get s2 get'],
      '^ expected a field such as value=A, or "then", found "s2". Try: then',
    ],
  ])('%s', (_name, lines, message) => {
    const session = played(...lines.slice(0, -1))
    const last = lines.at(-1)!
    const before = [session.run, session.written]
    let told = ''
    try {
      session.execute(last)
    } catch (error) {
      if (!(error instanceof ScenarioProblem)) throw error
      told = explainProblem(last, error)
    }
    expect(told).toContain(message)
    expect([session.run, session.written]).toEqual(before)
  })
})

test.each<[string, readonly string[]]>([
  ['client ', ['client']],
  ['client ann ', ['s1', 's2', 's3']],
  ['client ann s1 g', ['get']],
  ['client ann s1 get ', ['then']],
  ['client ann s1 get then s2 p', ['put']],
  ['history ', []],
  ['history ann w', ['write']],
  ['judge Lin', ['Linearizable']],
])('completion of "%s"', (line, options) => {
  expect(played('cluster abd').complete(line)).toEqual(options)
})
