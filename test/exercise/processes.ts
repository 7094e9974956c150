/** The processes that a process has started, and those that these have started, for tests. */
import { execFileSync } from 'node:child_process'

export interface Running {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

export function descendants(of: number): readonly Running[] {
  const all = running()
  const below = (pid: number): Running[] =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return below(of)
}

/** What runs under this number, or null. A process that has ended and was not yet looked after does not run. */
export function commandOf(pid: number): string | null {
  return running().find((one) => one.pid === pid)?.command ?? null
}

function running(): readonly Running[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      return command === undefined || state!.startsWith('Z')
        ? []
        : [{ pid: Number(pid), parent: Number(parent), command }]
    })
}
