/** Crews: random runs made on several threads say what one thread says, stop, and tell what failed. */
import { describe, expect, test } from 'vitest'
import { kitFile } from '../../src/exercise/warmVitest.ts'
import { crewOf } from '../../src/lesson/crew.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'
import { keep } from '../../src/scenario/retell.ts'
import { type Crew, type Progress, Session } from '../../src/scenario/session.ts'

const crew = crewOf(kitFile('fuzzer.js'))

interface Asked {
  readonly lines: readonly string[]
  readonly crew?: Crew
  seen?(progress: Progress): boolean
}

/** What the last of these lines gives, as a screen would get it. */
function given({ lines, crew, seen = () => true }: Asked): string {
  const session = new Session({ protocols, alternatives, commands })
  session.onlooker = { maxBytes: 1e9, seen, ...(crew !== undefined && { crew }) }
  return JSON.stringify(lines.map((line) => session.execute(line)).at(-1))
}

const THREE = [
  ['cluster two-phase-commit tm rm1 rm2 rule.inDoubt=abort', 'fuzz AC1 AC2 AC3 AC5 seeds=40'],
  ['cluster raft-election n1 n2 n3 rule.forceVote=never', 'fuzz ElectionSafety seeds=40'],
  [
    'cluster saga',
    `fuzz ${protocols
      .find(({ name }) => name === 'saga')!
      .properties.map(({ name }) => name)
      .join(' ')} seeds=30`,
  ],
] as const

describe('however many workers there are, the same is said', () => {
  test.each(THREE)('%s: %s', { timeout: 60_000 }, (cluster, fuzz) => {
    const one = given({ lines: [cluster, fuzz] })
    for (const workers of [1, 2, 3])
      expect(given({ lines: [cluster, `${fuzz} workers=${workers}`], crew })).toBe(one)
  })

  test('the smallest seed that breaks a property is the one that is told, and something is broken', () => {
    const [cluster, fuzz] = THREE[0]
    expect(given({ lines: [cluster, `${fuzz} workers=3`], crew })).toMatch(/"note":"AC1: seed \d+/)
  })

  test('from the middle of a run, whose choices the workers make again', { timeout: 60_000 }, () => {
    const begun = [
      'cluster two-phase-commit tm rm1 rm2 rule.inDoubt=abort',
      'request client tm begin tx=t1',
      'step',
    ]
    const one = given({ lines: [...begun, 'fuzz AC1 seeds=40'] })
    expect(given({ lines: [...begun, 'fuzz AC1 seeds=40 workers=2'], crew })).toBe(one)
  })
})

test('workers are really asked, and progress and a stop are as with one', { timeout: 60_000 }, () => {
  const [cluster] = THREE[0]
  const asked: number[] = []
  const counted: Crew = {
    runs(workers, job) {
      asked.push(workers)
      return crew.runs(workers, job)
    },
  }
  const seen: number[] = []
  const said = given({
    lines: [cluster, 'fuzz AC2 seeds=5000 workers=2'],
    crew: counted,
    seen(progress) {
      if (progress.kind === 'fuzz') seen.push(progress.runs)
      return seen.at(-1)! < 20
    },
  })
  expect(asked).toEqual([2])
  expect(said).toContain('stopped after 20 runs')
  expect([...new Set(seen)]).toEqual(Array.from({ length: 21 }, (_, runs) => runs))
})

test('what fails on a thread is told', { timeout: 60_000 }, () => {
  const session = new Session({ protocols, alternatives, commands })
  session.execute('cluster two-phase-commit')
  const kept = { ...keep(session)!, program: 'no-such-protocol' }
  const runs = crew.runs(2, { kept, options: {}, firstSeed: 1, seeds: 20 })
  expect(() => [...runs]).toThrow('a worker of fuzz failed: no protocol is called "no-such-protocol"')
})

test.each([
  ['workers=0', 'expected from 1 to 64 workers, found 0'],
  ['workers=65', 'expected from 1 to 64 workers, found 65'],
  ['workers=many', 'expected a number, found "many"'],
])('%s: %s', (word, problem) => {
  expect(() => given({ lines: ['cluster two-phase-commit', `fuzz AC1 ${word}`], crew })).toThrow(problem)
})
