/** The laws of simulate on every protocol and every flawed reading, many seeds each. */
import { test } from 'vitest'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { variant } from '../../src/world/protocol.ts'
import { expectLawfulChoices, expectLawfulRun } from '../run/lawful.ts'

/** Of each protocol; a twentieth of them of each flawed reading. `LAW_SEEDS` in the environment asks for others. */
const seeds = Number(process.env['LAW_SEEDS'] ?? 100)

const flawed = alternatives.map(({ protocol, rule, name, is }) =>
  variant(protocols.find((p) => p.name === protocol)!, name.toLowerCase(), { [rule]: is }),
)

test.each(protocols)('$name', { timeout: 3_600_000 }, (protocol) => {
  for (let seed = 1; seed <= seeds; seed++) expectLawfulRun(protocol, seed)
  for (let seed = 1; seed <= seeds; seed++) expectLawfulChoices(protocol, seed)
})

test.each(flawed)('$name', { timeout: 3_600_000 }, (protocol) => {
  for (let seed = 1; seed <= Math.ceil(seeds / 20); seed++) expectLawfulRun(protocol, seed)
})
