/** The table of bugs, a row as soon as it is known, and below it how many were not found. */
import type { Row } from './bugRows.ts'

const NAME = 46
const WHAT = 22

/** Prints a line for each row and one for all, times in seconds of CPU; answers how many were not found. */
export function printTable(rows: readonly Row[], print: (line: string) => void): number {
  const began = seconds()
  const missing: string[] = []
  let safe = 0
  for (const row of rows) {
    const start = seconds()
    const { kind, what, how } = row.look()
    if (kind === 'not found') missing.push(row.name)
    if (kind === 'safe') safe++
    print(`${row.name.padEnd(NAME)} ${what.padEnd(WHAT)} ${how}  (${(seconds() - start).toFixed(1)} s)`)
  }
  const found = rows.length - safe - missing.length
  print(
    `${rows.length} bugs: ${found} found, ${safe} safe as they say, ${missing.length} not found (${(seconds() - began).toFixed(0)} s)`,
  )
  for (const name of missing) print(`NOT FOUND: ${name}`)
  return missing.length
}

function seconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
