/** Measuring: time of the processor, and peak memory. */

/** Figures by what they are; budgets stand in the names. */
export type Figures = { readonly [what: string]: number | string }

/** Seconds of processor time that `work` took, in all threads (compiling and collecting included), and its result. */
export function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { result, seconds: (user + system) / 1e6 }
}

/** What the process holds now. Compare with `peakBytes` to see what some work needed at its height. */
export function heldBytes(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().rss
}

/** The most that the process has held so far. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The value below which this part of all values lies: 0.5 is the median. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}
