/** The command situation: a new cluster in a named place of its protocol, and what is said where that makes no sense. */
import { expect, test } from 'vitest'
import { alternatives, commands, protocols } from '../../src/index.ts'
import { ScenarioProblem } from '../../src/scenario/command.ts'
import { Session } from '../../src/scenario/session.ts'

/** The roles of all nodes after these lines. */
function after(...lines: string[]): unknown[] {
  const session = new Session({ protocols, alternatives, commands })
  for (const line of lines) session.execute(line)
  return Object.values(session.world.nodes).map(({ state }) => (state as unknown as { role: string }).role)
}

function problem(...lines: string[]): ScenarioProblem {
  try {
    after(...lines)
  } catch (error) {
    if (error instanceof ScenarioProblem) return error
    throw error
  }
  throw new Error('there was no problem')
}

test('plays a new cluster into a situation of its protocol', () => {
  expect(after('cluster raft-log', 'situation split vote')).toEqual(['candidate', 'candidate', 'candidate'])
  expect(after('cluster raft-log', 'situation stale leader')).toEqual(['leader', 'leader', 'follower'])
})

test('says which there are, and which was meant', () => {
  const { message, suggestion } = problem('cluster raft-log', 'situation split vite')
  expect(message).toMatch(/split vote, partitioned leader, stale leader/)
  expect(suggestion).toBe('split vote')
  expect(problem('cluster raft-log', 'situation').suggestion).toBe('split vote')
  expect(problem('cluster deposit', 'situation split vote').message).toMatch(/deposit has no situations/)
})

test('begins at the first step, and only where this cluster can get there', () => {
  const late = problem('cluster raft-log', 'fire n1 election', 'situation split vote')
  expect([late.message, late.suggestion]).toEqual([expect.stringMatching(/this run has 1/), 'goto 0'])
  expect(problem('cluster raft-log n1 n2', 'situation split vote').message).toMatch(/n1 n2 cannot get there/)
})

test('completes the words of a name one by one', () => {
  const session = new Session({ protocols, alternatives, commands })
  session.execute('cluster paxos')
  expect(session.complete('situation ')).toEqual(['duelling', 'half-accepted'])
  expect(session.complete('situation duelling ')).toEqual(['proposers'])
})
