/** What there is to see at a place of a story: what changed, what a loss of power could take, what holds. */
import { describe, expect, test } from 'vitest'
import { type Sight, sightOf } from '../../src/draw/sight.ts'
import { sightSections } from '../../src/draw/sightView.ts'
import { stepsOf } from '../../src/draw/steps.ts'
import { viewText } from '../../src/draw/text.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { nextChoices } from '../../src/run/next.ts'
import { brokenNow } from '../../src/run/now.ts'
import { commands } from '../../src/scenario/commands/index.ts'
import { Session } from '../../src/scenario/session.ts'
import { apply } from '../../src/world/apply.ts'
import { type Disk, EMPTY_DISK, writeDisk } from '../../src/world/disk.ts'

function played(...lines: readonly string[]): Session {
  const session = new Session({ protocols, alternatives, commands })
  for (const line of lines) session.execute(line)
  return session
}

function sightAt(session: Session, at = session.current.moments.length): Sight {
  const { model, worlds, moments } = session.current
  return sightOf(model, worlds[at]!, worlds[at - 1] ?? null, moments[at - 1] ?? null)
}

const BEGUN = ['cluster two-phase-commit tm rm1 rm2', 'request client tm begin tx=t1']

describe('what changed', () => {
  test('is marked against one step before: new, changed, gone', () => {
    const session = played(...BEGUN, 'deliver begin', 'deliver prepare rm1', 'crash tm')
    const at = (place: number) =>
      sightAt(session, place)
        .memory.filter((fact) => fact.change !== ' ')
        .map((fact) => `${fact.change}${fact.node} ${fact.name}`)
    expect(at(0)).toEqual([])
    expect(at(2)).toEqual(['~tm collecting', '+tm timers'])
    expect(at(3)).toEqual(['+rm1 t1', '+rm1 locked', '+rm1 timers'])
    expect(at(4)).toEqual(['+tm power', '-tm collecting', '-tm timers'])
  })

  test('messages: what was just sent is new, and what lies behind a cut cannot come', () => {
    const session = played(...BEGUN, 'deliver begin', 'partition tm | rm1 rm2', 'heal', 'deliver prepare rm1')
    expect(sightAt(session, 2).wire.map(({ to, isNew }) => [to, isNew])).toEqual([
      ['rm1', true],
      ['rm2', true],
    ])
    expect(sightAt(session, 3).wire.every(({ isCut, isNew }) => isCut && !isNew)).toBe(true)
    expect(sightAt(session, 4).wire.some(({ isCut }) => isCut)).toBe(false)
    expect(sightAt(session, 5).wire.map(({ to, isNew }) => [to, isNew])).toEqual([
      ['rm2', false],
      ['tm', true],
    ])
  })

  test('clients: asked, then answered', () => {
    const session = played(...BEGUN, 'deliver all')
    expect(sightAt(session, 1).clients).toMatchObject([{ client: 'client', outcome: 'open', change: '+' }])
    expect(sightAt(session, 2).clients).toMatchObject([{ change: ' ' }])
    expect(sightAt(session).clients).toMatchObject([{ outcome: 'ok', change: '~' }])
  })
})

describe('disks', () => {
  /** The sight of a cluster in which rm1 has this disk. */
  function withDisk(disk: Disk): Sight {
    const { model, worlds } = played(...BEGUN).current
    const { nodes } = worlds[0]!
    const world = { ...worlds[0]!, nodes: { ...nodes, rm1: { ...nodes['rm1']!, disk } } }
    return sightOf(model, world, null, null)
  }
  const written = (...texts: readonly ('a' | 'b' | 'log' | 'sync')[]) =>
    texts.reduce(
      (disk, text) =>
        writeDisk(
          disk,
          text === 'sync'
            ? { kind: 'sync' }
            : text === 'log'
              ? { kind: 'append', log: 'log', record: 'r' }
              : { kind: 'write', key: text, value: 1 },
          'subset',
        ),
      EMPTY_DISK,
    )
  const unsafe = (disk: Disk) => withDisk(disk).disk.flatMap((fact) => (fact.safe ? [] : [fact.name]))

  test('what was written since the last sync is marked, key by key and record by record', () => {
    expect(unsafe(written('a', 'sync', 'b'))).toEqual(['b'])
    expect(unsafe(written('a', 'log', 'sync', 'log', 'log'))).toEqual(['log 2', 'log 3'])
    expect(unsafe(written('a', 'log', 'sync'))).toEqual([])
  })

  test('in words for eyes, and in sentences for ears', () => {
    const section = sightSections(withDisk(written('a', 'sync', 'b'))).find(({ title }) => title === 'disks')!
    expect(viewText(section.view)).toMatch(/rm1 +a +synced +1\n +b +NOT synced +1/)
    expect(section.sentences.at(-1)).toBe(
      'On the disk of rm1, b: 1, not synced: a loss of power may take it.',
    )
  })
})

test('clocks: true ones in a sentence, the others with how far they are off', () => {
  const session = played(BEGUN[0]!, 'clock rm1 +50ms', 'run 10ms')
  const before = sightSections(sightAt(session, 0)).find(({ title }) => title === 'clocks')!
  expect(before.sentences).toEqual(['Every clock shows 0 ms, which is true.'])
  const clock = sightAt(session).clocks.find(({ node }) => node === 'rm1')!
  expect(clock.us - session.world.timeUs).toBe(50_000)
})

describe('what holds', () => {
  test('every property says the same as check, at every place of many runs', () => {
    for (const protocol of ['two-phase-commit', 'dual-write']) {
      for (let seed = 1; seed <= 5; seed++) {
        const session = played(`cluster ${protocol}`)
        session.execute(`simulate seed=${seed} until=200ms crashes=1`)
        const { model, worlds } = session.current
        for (let at = 0; at < worlds.length; at += 7) {
          const { properties } = sightAt(session, at)
          for (const [i, property] of model.properties.entries()) {
            const { judge } = property
            if (judge.kind !== 'always' && judge.kind !== 'atRest' && judge.kind !== 'nonBlocking') continue
            const why = brokenNow(model, worlds[at]!, property)
            expect([properties[i]!.kind === 'broken', property.name]).toEqual([why !== null, property.name])
          }
        }
      }
    }
  })

  test('what is never seen in one story is open, not broken', () => {
    const session = played(...BEGUN, 'crash tm')
    expect(sightAt(session).properties.find((now) => now.property === 'SomeCommit')).toEqual({
      property: 'SomeCommit',
      kind: 'open',
      why: 'not seen yet',
    })
  })
})

test('whatever may happen next can be carried out, wherever a story is', () => {
  for (const { name } of protocols) {
    const session = played(`cluster ${name}`)
    session.execute('simulate until=40ms')
    const { model, worlds, moments } = session.current
    expect(stepsOf(model, moments)).toHaveLength(moments.length)
    for (const at of [0, Math.floor(worlds.length / 2), worlds.length - 1]) {
      const world = worlds[at]!
      for (const choice of nextChoices(model, world).slice(0, 60))
        expect([name, apply(model, world, choice).kind, choice.kind]).toEqual([name, 'applied', choice.kind])
    }
  }
})
