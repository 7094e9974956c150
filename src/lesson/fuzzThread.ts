/** The inside of a worker's thread: makes the runs of the seeds that it draws, one after the other. An edge. */
import { workerData } from 'node:worker_threads'
import { alternatives, protocols } from '../protocols/index.ts'
import { fuzzRuns } from '../run/fuzzRuns.ts'
import { retell } from '../scenario/retell.ts'
import { Session } from '../scenario/session.ts'
import { AT, DEALT, type FromFuzzer, type FuzzBegin, failureOf, wake } from './crewTalk.ts'

const { kept, options, firstSeed, seeds, worker, counters, port } = workerData as FuzzBegin

try {
  const session = new Session({ protocols, alternatives, commands: [] })
  const problem = retell(session, kept)
  if (problem !== null) throw new Error(problem)
  const from = kept.trace.length === 0 ? {} : { from: session.world }
  for (const run of fuzzRuns(session.current.model, { ...options, ...from }, drawn()))
    say({ kind: 'run', run })
} catch (error) {
  say({ kind: 'failed', failure: failureOf(error) })
}

/** Seeds that nobody else has drawn, ascending. */
function* drawn(): Generator<number> {
  for (let at = Atomics.add(counters, DEALT, 1); at < seeds; at = Atomics.add(counters, DEALT, 1)) {
    Atomics.store(counters, AT + worker, at + 1)
    yield firstSeed + at
  }
}

function say(message: FromFuzzer): void {
  port.postMessage(message)
  wake(counters)
}
