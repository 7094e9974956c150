/** marked: processes that carry a mark in their environment, wherever they have gone, and their end. An edge. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'

/** A process may start others while it is looked for; more rounds than this only one that never stops would need. */
const MOST_ROUNDS = 50

/**
 * Ends all that have one of these marks (NAME=VALUE) in their environment, and what those have started: processes that
 * left the group of their parent and stayed, with `setsid` or as a daemon. Where the system has no /proc it ends nothing.
 */
export function endMarked(marks: readonly string[]): void {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found = markedProcesses(marks)
    if (found.length === 0) return
    for (const pid of found) end(pid)
  }
}

/** The ids of those that are there, with those that they have started and that wait for nobody. */
export function markedProcesses(marks: readonly string[]): readonly number[] {
  const wanted = marks.map((mark) => `\0${mark}\0`)
  if (wanted.length === 0) return []
  const parents = new Map<number, number>()
  const found = new Set<number>()
  for (const pid of processIds()) {
    const parent = parentOf(pid)
    if (parent === null || pid === process.pid) continue
    parents.set(pid, parent)
    const environment = `\0${textOf(`/proc/${pid}/environ`)}\0`
    if (wanted.some((mark) => environment.includes(mark))) found.add(pid)
  }
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  return [...found]
}

/** Ends what carries a mark, and removes a folder, when this very process is killed before it could. Call it to dismiss. */
export function endWithUs(markBegins: string, folder: string): () => void {
  const script = `
    trap '' INT TERM HUP
    read -r _
    for round in 1 2 3 4 5; do
      for file in $(grep -lzsF "$1" /proc/[0-9]*/environ); do
        pid=\${file#/proc/}
        kill -9 "\${pid%/environ}"
      done
    done
    rm -rf "$2"`
  const guard = spawn('/bin/sh', ['-c', script, 'splitbrain-guard', markBegins, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => {})
  guard.stdin.on('error', () => {})
  guard.unref()
  ;(guard.stdin as unknown as { unref(): void }).unref()
  return () => guard.kill('SIGKILL')
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

/** Null where it is gone, or dead and only not yet waited for. */
function parentOf(pid: number): number | null {
  const status = textOf(`/proc/${pid}/stat`)
  // After the name of the program, which may hold anything: the state, then the parent.
  const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return state === undefined || state === '' || state === 'Z' || state === 'X' ? null : Number(parent)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
