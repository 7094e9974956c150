/** explore against the plain-object world on models that take it minutes, and on Lamport's two-phase commit at its sizes. */
import { expect, test } from 'vitest'
import { twoPhase } from '../../src/protocols/twoPhase.ts'
import { explore } from '../../src/run/explore.ts'
import { makeModel } from '../../src/world/protocol.ts'
import { sameOnRandomProtocols, sameTwoPhaseCommit } from '../run/sameSearch.ts'

const MINUTE = 60_000

test.each([{}, { inDoubt: () => 'abort' }])(
  'two-phase commit with a crash and a timeout is the same in plain objects',
  { timeout: 30 * MINUTE },
  (rules) => sameTwoPhaseCommit(rules, { crashes: 1, timeouts: 1 }),
)

test.each([undefined, 'fifo' as const])(
  'a thousand random protocols are the same in plain objects (wire %s)',
  { timeout: 60 * MINUTE },
  (wire) => {
    const { broken, worlds } = sameOnRandomProtocols(1000, wire)
    expect(broken).toBeGreaterThan(100)
    expect(worlds).toBeGreaterThan(5000)
  },
)

/** TLC's counts of TwoPhase with so many resource managers, without symmetry. `LARGEST` in the environment asks for more. */
const DISTINCT = new Map([
  [3, 288],
  [7, 296_448],
  [8, 1_745_408],
  [9, 10_340_352],
  [10, 61_515_776],
])
const largest = Number(process.env['LARGEST'] ?? 9)

test.each([...DISTINCT].filter(([n]) => n <= largest))(
  'TwoPhase with %d resource managers has %d worlds',
  { timeout: 120 * MINUTE },
  (n, distinct) => {
    const names = ['tm', ...Array.from({ length: n }, (_, i) => `rm${i + 1}`)]
    const model = makeModel(twoPhase, { names })
    const budgets = { timeouts: Number.POSITIVE_INFINITY }
    const before = process.memoryUsage().rss
    const start = process.cpuUsage()
    const seen = explore(model, { properties: ['AC1'], budgets, maxWorlds: 80_000_000 })
    const { user, system } = process.cpuUsage(start)
    const seconds = (user + system) / 1e6
    const bytes = process.resourceUsage().maxRSS * 1024 - before
    console.log(
      `n=${n}: ${seen.distinct} worlds, ${seen.generated} choices, depth ${seen.depth}, ${seconds.toFixed(0)} s, ${(bytes / seen.distinct).toFixed(0)} bytes a world`,
    )
    expect(seen.distinct).toBe(distinct)
    expect(seen.verdicts[0]!.kind).toBe('held')
    if (n <= 7)
      expect(explore(model, { properties: ['AC1'], budgets, exact: true })).toMatchObject({ distinct })
  },
)
