/** A crew: threads that make the runs of a fuzz side by side, for a thread that waits for them. An edge. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FuzzRun, Lost } from '../run/fuzzRuns.ts'
import type { Crew, CrewJob } from '../scenario/session.ts'
import {
  AT,
  type Counters,
  type Ended,
  type Failure,
  type ForemanBegin,
  type FromFuzzer,
  SAID,
} from './crewTalk.ts'

/** So long it waits before whoever asked may look up. */
const LOOK_EVERY_MS = 50

export interface CrewParts {
  /** The built module that runs on each worker. */
  readonly fuzzer: URL
  /** The built module that starts the workers: a thread that waits does not hear how another one ends. */
  readonly foreman: URL
  /** The most that the heap of a worker may hold. Default: 1,024; a usual run needs less than a tenth of it. */
  readonly memoryMb?: number
  /** So long no run may end before those under way are given up. Default: two minutes. */
  readonly patienceMs?: number
}

export function crewOf(parts: CrewParts): Crew {
  return {
    // No thread is started before somebody asks for the first run: only then they are ended as well.
    *runs(workers, job) {
      yield* new Runs(parts, Math.min(workers, job.seeds), job).inOrder()
    },
  }
}

class Runs {
  private readonly counters: Counters
  private readonly ports: readonly MessagePort[]
  private readonly ends: MessagePort
  private readonly foreman: Worker
  /** Runs that are not wanted yet, by their place in the order of the seeds, from 0 on. */
  private readonly made = new Map<number, FuzzRun>()
  private readonly ended = new Map<number, Ended['how']>()

  constructor(
    private readonly parts: CrewParts,
    private readonly workers: number,
    private readonly job: CrewJob,
  ) {
    this.counters = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * (AT + workers)))
    const channels = Array.from({ length: workers }, () => new MessageChannel())
    const ends = new MessageChannel()
    const begin: ForemanBegin = {
      fuzzer: parts.fuzzer.href,
      memoryMb: parts.memoryMb ?? 1024,
      begins: channels.map(({ port2 }, worker) => ({ ...job, worker, counters: this.counters, port: port2 })),
      port: ends.port2,
    }
    this.ports = channels.map(({ port1 }) => port1)
    this.ends = ends.port1
    const transferList = [ends.port2, ...channels.map(({ port2 }) => port2)]
    this.foreman = new Worker(parts.foreman, { workerData: begin, transferList })
  }

  /**
   * The runs in the order of their seeds, whoever made them first; null where there is none yet. A run whose worker is
   * gone, or that does not end, is lost, and the last one. Ends its threads when nobody asks for more. Throws the error
   * of a worker when it comes to the seed where that happened.
   */
  *inOrder(): Generator<FuzzRun | Lost | null> {
    try {
      for (let at = 0; at < this.job.seeds; at++) {
        yield* this.awaited(at)
        const run = this.made.get(at)
        if (run === undefined) return yield this.lost(at)
        yield run
        this.made.delete(at)
      }
    } finally {
      for (const port of [...this.ports, this.ends]) port.close()
      // Its workers end with it.
      void this.foreman.terminate()
    }
  }

  /** Until this run is made, or nobody is going to make it. */
  private *awaited(at: number): Generator<null> {
    const most = Math.ceil((this.parts.patienceMs ?? 120_000) / LOOK_EVERY_MS)
    // Looks are counted, not minutes: a machine that was asleep has not waited.
    for (let looks = 0; looks < most && !this.made.has(at) && !this.isLost(at); looks++) {
      const said = Atomics.load(this.counters, SAID)
      if (this.hear() > 0) {
        looks = -1
        continue
      }
      yield null
      Atomics.wait(this.counters, SAID, said, LOOK_EVERY_MS)
    }
  }

  /** Takes in what was said meanwhile; answers how many messages that were. */
  private hear(): number {
    const ends = messagesOn<Ended>(this.ends)
    // What a worker said it said before its end, so that it is all heard now.
    const told = this.ports.map((port) => messagesOn<FromFuzzer>(port))
    for (const [worker, messages] of told.entries())
      for (const message of messages)
        if (message.kind === 'run') this.made.set(message.run.seed - this.job.firstSeed, message.run)
        else this.ended.set(worker, message)
    for (const { worker, how } of ends) if (!this.ended.has(worker)) this.ended.set(worker, how)
    return ends.length + told.flat().length
  }

  /** Where the worker is gone that was at this run, or all of them are. */
  private isLost(at: number): boolean {
    return this.ended.size === this.workers || this.ended.has(this.workerAt(at))
  }

  /** The number of the worker whose latest run this is; -1 where nobody has begun it. */
  private workerAt(at: number): number {
    return this.counters.subarray(AT).indexOf(at + 1)
  }

  /** Why this run is not made. Throws what a worker threw. */
  private lost(at: number): Lost {
    const begun = this.workerAt(at)
    const seed = begun < 0 ? null : this.job.firstSeed + at
    // Where nobody has begun it, all have ended, unless the foreman never came.
    const worker = begun < 0 ? this.ended.keys().next().value : begun
    if (worker === undefined) return { seed, why: `none of ${this.workers} workers has begun` }
    const who = `worker ${worker + 1} of ${this.workers}`
    const where = this.whereabouts(worker)
    const how = this.ended.get(worker)
    if (how === undefined) return { seed, why: `${who} does not come to an end ${where}` }
    switch (how.kind) {
      case 'failed':
        throw errorOf(how.failure, `${who} failed ${where}`)
      case 'memory':
        return { seed, why: `${who} ran out of memory ${where}` }
      case 'exit':
        return { seed, why: `${who} ended ${where}, with exit code ${how.code}` }
    }
  }

  private whereabouts(worker: number): string {
    const at = this.counters[AT + worker]! - 1
    if (at < 0) return 'before its first run'
    const { firstSeed } = this.job
    return this.made.has(at)
      ? `after the run of seed ${firstSeed + at}`
      : `in the run of seed ${firstSeed + at}`
  }
}

function messagesOn<T>(port: MessagePort): readonly T[] {
  const heard: T[] = []
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port))
    heard.push(got.message as T)
  return heard
}

function errorOf({ message, range }: Failure, what: string): Error {
  return range ? new RangeError(message) : new Error(`${what}: ${message}`)
}
