/** The laws of simulate, one seed a protocol; `test/slow/simulateLaws.slow.ts` has many, and the flawed readings. */
import { describe, test } from 'vitest'
import { protocols } from '../../src/protocols/index.ts'
import { expectLawfulChoices, expectLawfulRun } from './lawful.ts'

describe.each(protocols.map((p, i) => [p.name, p, i + 1] as const))('%s', (_name, protocol, seed) => {
  test('a run is that of the plain world, and replays to the same end', () => {
    expectLawfulRun(protocol, seed)
  })

  test('any choice at all does to a world that changes in place what it does to a plain one', () => {
    expectLawfulChoices(protocol, seed)
  })
})
