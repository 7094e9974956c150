/**
 * The watchdog: a thread inside the fork that ends it when the answer stays in its code too long, a check
 * takes too long, memory runs out or the parent is gone. Plain JavaScript: it must start without a loader.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { workerData } from 'node:worker_threads'

const POLL_MS = 20
/** How much memory there was when it was last spoken of. */
let toldMb = process.memoryUsage.rss() / 1024 / 1024
/** A clock stops at its limit of processor time, or at this many times as much by the clock on the wall. */
const WALL_FACTOR = 8
const { control, labels, limits, channel, parent } = workerData
const words = new Int32Array(control)

/**
 * How long each of the two clocks has stood at the same number. Processor time, because on a busy machine
 * an honest handler can be off the processor for a second.
 */
const clocks = [
  { slot: 0, limit: limits.enteredMs, kind: 'hung', value: 0, since: 0, cpuSince: 0 },
  { slot: 2, limit: limits.checkMs, kind: 'overtime', value: 0, since: 0, cpuSince: 0 },
]

setInterval(() => {
  const now = performance.now()
  const cpu = cpuMs()
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  for (const clock of clocks) {
    const value = Atomics.load(words, clock.slot)
    if (value !== clock.value) Object.assign(clock, { value, since: now, cpuSince: cpu })
    else if (
      value !== 0 &&
      (cpu - clock.cpuSince > clock.limit || now - clock.since > clock.limit * WALL_FACTOR)
    )
      end({ kind: clock.kind, label: label(), ms: clock.limit })
  }
  const usedMb = process.memoryUsage.rss() / 1024 / 1024
  if (usedMb > limits.rssMb) end({ kind: 'memory', label: label() })
  // The engine itself ends the process at the limit of its heap, and says nothing of where.
  if (usedMb - toldMb > limits.heapMb / 4) {
    toldMb = usedMb
    if (Atomics.load(words, 0) !== 0) tell({ type: 'heavy', label: label() })
  }
}, POLL_MS)

/** Processor time of the whole process so far. */
function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** What the answer is doing. */
function label() {
  const length = Atomics.load(words, 3)
  const text = new TextDecoder().decode(new Uint8Array(labels).slice(0, length))
  return JSON.parse(text || '[]')[Atomics.load(words, 1)] ?? ''
}

/** @param {object} line */
function tell(line) {
  try {
    writeSync(channel, `${JSON.stringify(line)}\n`)
  } catch {
    // Nobody reads any more, or the channel is full. The watchdog has to stay alive all the same.
  }
}

/** @param {object} report */
function end(report) {
  tell({ type: 'ended', ...report })
  process.kill(process.pid, 'SIGKILL')
}
