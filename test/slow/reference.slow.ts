/** The reference protocols under 10,000 seeds of swarm faults each: crashes, partitions, loss, copies, disk loss and clock drift. */
import { expect, test } from 'vitest'
import { abd } from '../../src/protocols/abd.ts'
import { paxos } from '../../src/protocols/paxos.ts'
import { raftElection } from '../../src/protocols/raftElection.ts'
import { raftKeyValue } from '../../src/protocols/raftKeyValue.ts'
import { raftLog } from '../../src/protocols/raftLog.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { makeModel } from '../../src/world/protocol.ts'

/** `SEEDS` in the environment asks for fewer or more. */
const seeds = Number(process.env['SEEDS'] ?? 10_000)
const quick = { params: { electionMs: 50, heartbeatMs: 20 } }

test.each([
  makeModel(twoPhaseCommit, { params: { votes: 'any' } }),
  makeModel(abd),
  makeModel(paxos),
  makeModel(raftElection, quick),
  makeModel(raftLog, quick),
  makeModel(raftKeyValue, quick),
])('$protocol.name', { timeout: 3_600_000 }, (model) => {
  const properties = model.properties.filter(({ judge }) => judge.kind === 'always').map((p) => p.name)
  const { verdicts, runs } = fuzz(model, { seeds, properties, calmMs: 0 })
  console.log(`${model.protocol.name.padEnd(18)}${runs} seeds: ${properties.join(' ')} held`)
  expect(verdicts.map(({ property, kind }) => [property, kind])).toEqual(
    properties.map((name) => [name, 'held']),
  )
})
