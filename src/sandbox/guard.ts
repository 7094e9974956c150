/** Inside the fork: marks when the answer's code is entered and left, so that a clock can run only then. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { Limits } from './limits.ts'

/** The file descriptor of our own channel to the host: lines of JSON, written at once. */
export const CHANNEL = 4

const MAX_LABEL_BYTES = 16_384
const ENTERED = 0
const LABEL = 1
const CHECK = 2
const LABEL_BYTES = 3

const control = new SharedArrayBuffer(16)
const labelBytes = new SharedArrayBuffer(MAX_LABEL_BYTES)
const words = new Int32Array(control)
const labels: string[] = []
let depth = 0
let entries = 0
let checks = 0

/** Starts the watchdog. Called once, before the answer is loaded. */
export function startWatchdog(limits: Limits): void {
  const file = new URL('./watchdog.mjs', import.meta.url)
  const workerData = { control, labels: labelBytes, limits, channel: CHANNEL, parent: process.ppid }
  new Worker(file, { workerData, execArgv: [], stdin: false }).unref()
}

/** Runs a piece of the answer's code under the clock. `label` is what is said if it never comes back. */
export function entered<T>(label: number, run: () => T): T {
  if (depth++ === 0) {
    Atomics.store(words, LABEL, label)
    entries = (entries % 0x7ffffffe) + 1
    Atomics.store(words, ENTERED, entries)
  }
  try {
    return run()
  } finally {
    if (--depth === 0) Atomics.store(words, ENTERED, 0)
  }
}

/** Whether the answer's code is running now. */
export function isEntered(): boolean {
  return depth > 0
}

/** A number for a label, known to the watchdog too. */
export function labelNumber(label: string): number {
  const known = labels.indexOf(label)
  if (known >= 0) return known
  const bytes = new TextEncoder().encode(JSON.stringify([...labels, label]))
  if (bytes.length > MAX_LABEL_BYTES) return 0
  labels.push(label)
  new Uint8Array(labelBytes).set(bytes)
  Atomics.store(words, LABEL_BYTES, bytes.length)
  return labels.length - 1
}

/** Begins the numbers anew, for another answer. */
export function forgetLabels(): void {
  labels.length = 0
  Atomics.store(words, LABEL_BYTES, 0)
}

export function labelText(label: number): string {
  return labels[label] ?? ''
}

/** A check begins; its own clock starts again. */
export function checkBegins(): void {
  Atomics.store(words, CHECK, ++checks)
}

export function checkEnds(): void {
  Atomics.store(words, CHECK, 0)
}

/** Says how this process ends, and ends it: no other code runs after this line. */
export function endFork(report: { readonly kind: string }): never {
  tellHost({ ...report, type: 'ended' })
  process.kill(process.pid, 'SIGKILL')
  throw new Error('a process that was killed goes on')
}

/** Sends a value to the host, at once: it arrives even if the next line never returns. */
export function tellHost(message: { readonly type: string } & Record<string, unknown>): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`)
  for (let at = 0; at < bytes.length; )
    try {
      at += writeSync(CHANNEL, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
}
