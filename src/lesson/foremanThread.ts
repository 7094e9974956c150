/** The inside of a foreman's thread: starts the workers of a crew, and tells how each of them ended. An edge. */
import { Worker, workerData } from 'node:worker_threads'
import { type Ended, type ForemanBegin, type FuzzBegin, failureOf, wake } from './crewTalk.ts'

const { fuzzer, memoryMb, begins, port } = workerData as ForemanBegin

for (const begin of begins) {
  try {
    start(begin)
  } catch (error) {
    tell(begin, { kind: 'failed', failure: failureOf(error) })
  }
}

function start(begin: FuzzBegin): void {
  const worker = new Worker(new URL(fuzzer), {
    workerData: begin,
    transferList: [begin.port],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  let how: Ended['how'] | null = null
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    how = memory ? { kind: 'memory' } : { kind: 'failed', failure: failureOf(error) }
  })
  worker.on('exit', (code) => tell(begin, how ?? { kind: 'exit', code }))
}

function tell({ worker, counters }: FuzzBegin, how: Ended['how']): void {
  port.postMessage({ worker, how } satisfies Ended)
  wake(counters)
}
