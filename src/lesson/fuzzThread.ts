/** The inside of a thread of a crew: makes runs of a fuzz, block by block. An edge. */
import { workerData } from 'node:worker_threads'
import { alternatives, protocols } from '../protocols/index.ts'
import { fuzzRuns } from '../run/fuzzRuns.ts'
import { retell } from '../scenario/retell.ts'
import { Session } from '../scenario/session.ts'
import { BLOCK, type FromFuzzer, type FuzzBegin, NEXT, SAID } from './crewTalk.ts'

const { kept, options, firstSeed, seeds, counters, port } = workerData as FuzzBegin

try {
  const session = new Session({ protocols, alternatives, commands: [] })
  const problem = retell(session, kept)
  if (problem !== null) throw new Error(problem)
  const from = kept.trace.length === 0 ? {} : { from: session.world }
  for (let block = takeBlock(); block * BLOCK < seeds; block = takeBlock()) {
    const count = Math.min(BLOCK, seeds - block * BLOCK)
    const runs = fuzzRuns(session.current.model, { ...options, ...from }, firstSeed + block * BLOCK, count)
    say({ kind: 'block', block, runs: [...runs] })
  }
} catch (error) {
  say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}

function takeBlock(): number {
  return Atomics.add(counters, NEXT, 1)
}

function say(message: FromFuzzer): void {
  port.postMessage(message)
  Atomics.add(counters, SAID, 1)
  Atomics.notify(counters, SAID)
}
