/** Crews: random runs made on several threads say what one thread says, stop, and tell what failed. */
import { describe, expect, test } from 'vitest'
import { kitFile } from '../../src/exercise/warmVitest.ts'
import { type CrewParts, crewOf } from '../../src/lesson/crew.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import type { Result } from '../../src/scenario/command.ts'
import { commands } from '../../src/scenario/commands/index.ts'
import { keep } from '../../src/scenario/retell.ts'
import { type Crew, type Progress, Session } from '../../src/scenario/session.ts'

const PARTS = { fuzzer: kitFile('fuzzer.js'), foreman: kitFile('foreman.js') }
const crew = crewOf(PARTS)

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

const COMMIT = 'cluster two-phase-commit tm rm1 rm2 rule.inDoubt=abort'
/** AC3 breaks seldom: once in 95 runs. */
const RARE = 'cluster two-phase-commit tm rm1 rm2 rule.unknown=commit'
const ELECTION = 'cluster raft-election n1 n2 n3 rule.forceVote=never'
const SAGA = protocols.find(({ name }) => name === 'saga')!.properties.map(({ name }) => name)

/** A worker's program with something of ours before each message; there `seed` is that of the run, 0 for an error. */
function fuzzerThat(does: string): URL {
  const text = `import { workerData } from 'node:worker_threads'
    const { port, options } = workerData
    const tell = port.postMessage.bind(port)
    port.postMessage = (message) => {
      const seed = message.run?.seed ?? 0
      ${does}
      tell(message)
    }
    await import(${JSON.stringify(PARTS.fuzzer.href)})`
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

const crewThat = (does: string, parts: Partial<CrewParts> = {}) =>
  crewOf({ ...PARTS, ...parts, fuzzer: fuzzerThat(does) })

describe('however many workers there are, the same is said', () => {
  test.each([
    [COMMIT, 'fuzz AC1 AC2 AC3 AC5 seeds=40'],
    [ELECTION, 'fuzz ElectionSafety seeds=40'],
    ['cluster saga', `fuzz ${SAGA.join(' ')} seeds=30`],
  ])('%s: %s', { timeout: 60_000 }, (cluster, fuzz) => {
    const one = given({ lines: [cluster, fuzz] })
    for (const workers of [1, 2, 3, 5])
      expect(given({ lines: [cluster, `${fuzz} workers=${workers}`], crew })).toBe(one)
  })

  test.each([
    ['first', 95],
    ['in the middle', 86],
    ['last', 76],
    ['after the last', 75],
  ])('a run that breaks it is %s of 20', { timeout: 60_000 }, (where, first) => {
    const fuzz = `fuzz AC2 AC3 seeds=20 seed=${first}`
    const one = given({ lines: [RARE, fuzz] })
    expect(one.includes('AC3: seed 95,')).toBe(where !== 'after the last')
    for (const workers of [2, 3, 5])
      expect(given({ lines: [RARE, `${fuzz} workers=${workers}`], crew })).toBe(one)
  })

  test('of several runs that break it the one with the smallest seed is told, though it comes last', () => {
    expect(given({ lines: [ELECTION, 'fuzz ElectionSafety seeds=15 seed=6'] })).toContain('broken')
    const one = given({ lines: [ELECTION, 'fuzz ElectionSafety seeds=20'] })
    expect(one).toContain('ElectionSafety: seed 5,')
    const slow = crewThat('if (seed === 5) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)')
    for (const workers of [2, 5])
      expect(
        given({ lines: [ELECTION, `fuzz ElectionSafety seeds=20 workers=${workers}`], crew: slow }),
      ).toBe(one)
  })

  test('from the middle of a run, whose choices the workers make again', { timeout: 60_000 }, () => {
    const begun = [COMMIT, 'request client tm begin tx=t1', 'step']
    const one = given({ lines: [...begun, 'fuzz AC1 seeds=40'] })
    expect(given({ lines: [...begun, 'fuzz AC1 seeds=40 workers=2'], crew })).toBe(one)
  })

  test('of more workers than seeds only so many begin', () => {
    const one = given({ lines: [COMMIT, 'fuzz AC2 seeds=2'] })
    expect(given({ lines: [COMMIT, 'fuzz AC2 seeds=2 workers=64'], crew })).toBe(one)
    const dies = crewThat('process.exit(7)')
    expect(given({ lines: [COMMIT, 'fuzz AC2 seeds=2 workers=64'], crew: dies })).toContain('of 2 ended')
  })
})

test('workers are really asked, and progress and a stop are as with one', { timeout: 60_000 }, () => {
  const asked: number[] = []
  const counted: Crew = {
    runs(workers, job) {
      asked.push(workers)
      return crew.runs(workers, job)
    },
  }
  const seen: number[] = []
  const said = given({
    lines: [COMMIT, 'fuzz AC2 seeds=5000 workers=2'],
    crew: counted,
    seen(progress) {
      if (progress.kind === 'fuzz') seen.push(progress.runs)
      return seen.at(-1)! < 20
    },
  })
  expect(asked).toEqual([2])
  expect(said).toContain('gave up: stopped after 20 runs')
  expect([...new Set(seen)]).toEqual(Array.from({ length: 21 }, (_, runs) => runs))
})

describe('a worker that does not come back', { timeout: 60_000 }, () => {
  const GROWS = 'const all = []; for (;;) all.push(new Array(100_000).fill(seed))'
  const HANGS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'
  const told = (crew: Crew, fuzz = 'fuzz AC2 AC3 seeds=30 seed=80 workers=3') => {
    const { view, note } = JSON.parse(given({ lines: [RARE, fuzz], crew })) as Result
    const all = view?.kind === 'stack' ? view.views : [view]
    return { verdicts: all.filter((one) => one?.kind === 'verdict'), note }
  }

  test.each([
    ['process.exit(7)', {}, /^gave up: worker \d of 3 ended in the run of seed 90, with exit code 7$/],
    ['process.exit(0)', {}, /^gave up: worker \d of 3 ended in the run of seed 90, with exit code 0$/],
    [GROWS, { memoryMb: 64 }, /^gave up: worker \d of 3 ran out of memory in the run of seed 90$/],
    [HANGS, { patienceMs: 6000 }, /^gave up: worker \d of 3 does not come to an end in the run of seed 90$/],
  ])('%s: which worker, where and why, what it means and what to do', (does, parts, why) => {
    const dies = crewThat(`if (seed === 90) { ${does} }`, parts)
    const { verdicts, note } = told(dies)
    // Both properties share one verdict.
    expect(verdicts).toMatchObject([{ property: 'AC2 AC3', verdict: 'gaveUp' }])
    expect(verdicts[0]!.headline).toMatch(why)
    // Seeds 80 to 89, whoever made them.
    expect(verdicts[0]!.why).toMatch(/^This is not a pass: .* It saw 10 random runs;/)
    expect(note).toBe('no later run counts; next: seed 90 alone, one seed and one worker')
  })

  test('what broke before it in the order of the seeds is told, and what would have come after it is not', () => {
    const kinds = (seed: number) =>
      told(crewThat(`if (seed === ${seed}) process.exit(7)`)).verdicts.map(({ verdict }) => verdict)
    expect(kinds(96)).toEqual(['gaveUp', 'broken'])
    expect(kinds(94)).toEqual(['gaveUp'])
  })

  test('where all is broken before, nobody hears of it', () => {
    const late = crewThat('if (seed > 95) process.exit(7)')
    const fuzz = 'fuzz AC3 seeds=30 seed=80'
    expect(given({ lines: [RARE, `${fuzz} workers=3`], crew: late })).toBe(given({ lines: [RARE, fuzz] }))
  })

  test('where all are gone before the first run, fewer workers are what is left', () => {
    const gone = crewOf({ ...PARTS, fuzzer: new URL('data:text/javascript,process.exit(1)') })
    const { verdicts, note } = told(gone)
    expect(verdicts[0]!.headline).toMatch(
      /^gave up: worker \d of 3 ended before its first run, with exit code 1$/,
    )
    expect(verdicts[0]!.why).toContain('It saw 0 random runs;')
    expect(note).toBe('next: the same with one worker')
  })

  test('one that is gone before its first run leaves its runs to the others', () => {
    const first = `import { workerData } from 'node:worker_threads'
      if (workerData.worker === 0) process.exit(1)
      await import(${JSON.stringify(PARTS.fuzzer.href)})`
    const two = crewOf({ ...PARTS, fuzzer: new URL(`data:text/javascript,${encodeURIComponent(first)}`) })
    const fuzz = 'fuzz AC2 seeds=10'
    expect(given({ lines: [RARE, `${fuzz} workers=3`], crew: two })).toBe(given({ lines: [RARE, fuzz] }))
  })
})

describe('a mistake in a worker is an error, told with its place', { timeout: 60_000 }, () => {
  const runsOf = (crew: Crew, program = 'two-phase-commit') => {
    const session = new Session({ protocols, alternatives, commands })
    session.execute('cluster two-phase-commit')
    const kept = { ...keep(session)!, program }
    return [...crew.runs(2, { kept, options: {}, firstSeed: 1, seeds: 20 })]
  }

  test('of the program', () => {
    expect(() => runsOf(crew, 'no-such-protocol')).toThrow(
      /^worker \d of 2 failed before its first run: no protocol is called "no-such-protocol"$/,
    )
  })

  test('in a run, and what makes no sense stays a RangeError', () => {
    const throws = (what: string) => crewThat(`if (seed === 9) throw new ${what}('no such chip')`)
    expect(() => runsOf(throws('Error'))).toThrow(
      /^worker \d of 2 failed in the run of seed 9: no such chip$/,
    )
    expect(() => runsOf(throws('RangeError'))).toThrow(RangeError)
  })

  test.each([
    ['throw new Error("no such chip")', 'no such chip'],
    ['let let', 'Unexpected strict mode reserved word'],
    ['import "file:///no/such/module.js"', 'Cannot find module'],
  ])('while it is loaded: %s', (text, says) => {
    const broken = crewOf({ ...PARTS, fuzzer: new URL(`data:text/javascript,${encodeURIComponent(text)}`) })
    expect(() => runsOf(broken)).toThrow(`failed before its first run: ${says}`)
  })
})

test('runs that nobody asks for are not begun', { timeout: 60_000 }, async () => {
  const session = new Session({ protocols, alternatives, commands })
  session.execute(COMMIT)
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const counts = crewThat('Atomics.add(options.beats, 0, 1)')
  const job = { kept: keep(session)!, options: { beats } as object, firstSeed: 1, seeds: 3 }
  const unwanted = counts.runs(2, job)
  expect([...counts.runs(2, job)].flatMap((run) => (run === null ? [] : [run.seed]))).toEqual([1, 2, 3])
  expect(unwanted).toBeDefined()
  expect(Atomics.load(beats, 0)).toBe(3)
})

test('whoever asks no more leaves no thread behind, not even one that never looks up', {
  timeout: 60_000,
}, async () => {
  const session = new Session({ protocols, alternatives, commands })
  session.execute(COMMIT)
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const busy = crewThat('if (seed > 1) for (;;) Atomics.add(options.beats, 0, 1)')
  const options = { beats } as object
  const runs = busy.runs(3, { kept: keep(session)!, options, firstSeed: 1, seeds: 20 })
  const asking = runs[Symbol.iterator]()
  for (let looks = 0; looks < 600 && Atomics.load(beats, 0) === 0; looks++) asking.next()
  expect(Atomics.load(beats, 0)).toBeGreaterThan(0)
  asking.return!()
  const stands = async () => {
    const before = Atomics.load(beats, 0)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return Atomics.load(beats, 0) === before
  }
  await expect.poll(stands, { timeout: 30_000 }).toBe(true)
})

test.each([
  ['workers=0', 'expected from 1 to 64 workers, found 0'],
  ['workers=65', 'expected from 1 to 64 workers, found 65'],
  ['workers=1000', 'expected from 1 to 64 workers, found 1000'],
  ['workers=many', 'expected a number, found "many"'],
])('%s: %s', (word, problem) => {
  expect(() => given({ lines: ['cluster two-phase-commit', `fuzz AC1 ${word}`], crew })).toThrow(problem)
})
