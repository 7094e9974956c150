/** A crew: threads that make the runs of a fuzz side by side, for a thread that waits for them. An edge. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FuzzRun } from '../run/fuzzRuns.ts'
import type { Crew, CrewJob } from '../scenario/session.ts'
import { BLOCK, type FromFuzzer, type FuzzBegin, SAID } from './crewTalk.ts'

/** So long it waits before whoever asked may look up. */
const LOOK_EVERY_MS = 50

/** `entry` is the built module that runs on each thread. */
export function crewOf(entry: URL): Crew {
  return { runs: (workers, job) => runsInOrder(entry, workers, job) }
}

/**
 * The runs in the order of their seeds, whoever made them first; null where there is none yet. Ends its threads when
 * nobody asks for more. Throws the first error of a thread.
 */
function* runsInOrder(entry: URL, workers: number, job: CrewJob): Generator<FuzzRun | null> {
  const counters = new Int32Array(new SharedArrayBuffer(8))
  const blocks = Math.ceil(job.seeds / BLOCK)
  const threads = Array.from({ length: Math.min(workers, blocks) }, () => {
    const { port1, port2 } = new MessageChannel()
    const begin: FuzzBegin = { ...job, counters, port: port2 }
    return { port: port1, worker: new Worker(entry, { workerData: begin, transferList: [port2] }) }
  })
  const made = new Map<number, readonly FuzzRun[]>()
  try {
    for (let block = 0; block < blocks; block++) {
      while (!made.has(block)) {
        const said = Atomics.load(counters, SAID)
        let heard = 0
        for (const { port } of threads) heard += hear(port, made)
        if (heard > 0) continue
        yield null
        Atomics.wait(counters, SAID, said, LOOK_EVERY_MS)
      }
      yield* made.get(block)!
      made.delete(block)
    }
  } finally {
    for (const { port, worker } of threads) {
      port.close()
      void worker.terminate()
    }
  }
}

/** Takes in what one thread has said meanwhile; answers how many messages that were. */
function hear(port: MessagePort, made: Map<number, readonly FuzzRun[]>): number {
  let heard = 0
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    const told = got.message as FromFuzzer
    if (told.kind === 'failed') throw new Error(`a worker of fuzz failed: ${told.message}`)
    made.set(told.block, told.runs)
    heard++
  }
  return heard
}
