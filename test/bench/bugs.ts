/** `npm run bench -- --bugs`: how many seeds or worlds it takes to find each flawed reading. Words name the readings to look for. */
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { explore } from '../../src/run/explore.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import type { Alternative, ModelInput } from '../../src/world/protocol.ts'
import { makeModel, variant } from '../../src/world/protocol.ts'

const MOST_SEEDS = 2000
const MOST_WORLDS = 1_000_000

/** Settings without which nothing can be seen: a quorum of half needs an even cluster. */
const inputs: { readonly [reading: string]: ModelInput } = {
  'raft-election/isMajority=half': { names: ['n1', 'n2', 'n3', 'n4'] },
  'raft-log/isMajority=half': { names: ['n1', 'n2', 'n3', 'n4'] },
  'raft-kv/isMajority=half': { names: ['n1', 'n2', 'n3', 'n4'] },
  'raft-key-value/isMajority=half': { names: ['n1', 'n2', 'n3', 'n4'] },
  'abd/quorum=half': { names: ['s1', 's2', 's3', 's4'] },
  'paxos/quorum=half': { names: ['p1', 'p2', 'a1', 'a2', 'a3', 'a4'] },
  'paxos-lamport/quorum=half': { params: { acceptors: ['a1', 'a2', 'a3', 'a4'] } },
  'paxos-lamport/chooseValue=largest': { params: { ballots: 3 } },
  'paxos-lamport/chooseValue=lowest-ballot': { params: { ballots: 3 } },
  'paxos-lamport/chooseValue=any': { params: { ballots: 3 } },
  'paxos-lamport/report=promised': { params: { ballots: 3 } },
  'two-phase-commit/mayCommit=majority': {
    names: ['tm', 'rm1', 'rm2', 'rm3'],
    params: { votes: 'any' },
  },
  'two-phase-commit/forceVote=never': { params: { open: 't1' } },
  'three-phase-commit/onSilence=by-phase': { params: { begun: true, mayStop: ['c'] } },
  'three-phase-commit/terminate=commit-at-once': { params: { begun: true, mayStop: ['c', 'p1'] } },
  'three-phase-commit/terminate=commit-uncertain': { params: { begun: true, mayStop: ['c'] } },
}

/** These have no virtual time of their own, or assume what a random run does not give. */
const searched = ['paxos-lamport', 'three-phase-commit']

const words = process.argv.slice(2)
for (const reading of alternatives) {
  const name = `${reading.protocol}/${reading.rule}=${reading.name}`
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue
  console.log(`${name.padEnd(46)}${found(name, reading)}`)
}

function found(name: string, { protocol, rule, name: own, is, says }: Alternative): string {
  if (says.includes('(safe')) return 'breaks no safety property'
  const base = protocols.find((p) => p.name === protocol)!
  const raft = protocol.startsWith('raft') ? { params: { electionMs: 50, heartbeatMs: 20 } } : {}
  const model = makeModel(variant(base, own, { [rule]: is }), { ...raft, ...inputs[name] })
  const properties = model.properties.filter(({ judge }) => judge.kind === 'always').map((p) => p.name)
  if (searched.includes(protocol)) {
    const seen = explore(model, {
      properties,
      budgets: { timeouts: Number.POSITIVE_INFINITY },
      maxWorlds: MOST_WORLDS,
    })
    const broken = seen.verdicts.find((verdict) => verdict.kind === 'broken')
    const worlds = `${seen.distinct} worlds`
    return broken?.kind === 'broken'
      ? `${broken.property} in ${broken.trace.length} steps, of ${worlds}`
      : `NOT FOUND in ${worlds}`
  }
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const [finding] = fuzz(model, { seeds: 1, firstSeed: seed, properties, calmMs: 0 }).findings
    if (finding === undefined) continue
    const steps = `${finding.foundSteps} steps, shrunk to ${finding.trace.length}`
    const from = finding.situation === null ? '' : `, from: ${finding.situation}`
    return `${finding.property} after ${seed} seeds: ${steps}${from}`
  }
  return `NOT FOUND in ${MOST_SEEDS} seeds`
}
