/** runAnswer: runs a compiled answer in a single-use fork, within limits, and says how it ended. */
import type { Ending, Fork, ForkSupply, Told } from './fork.ts'
import type { Limits } from './limits.ts'

/** What is run: the answer's code, and how to drive the fork that holds it. */
export interface Program {
  readonly code: string
  /** Where the fork comes from. */
  readonly forks: ForkSupply
  /** Handed to the fork beside the code; plain data. */
  readonly input: { readonly [name: string]: unknown }
  /** Called for every line the fork tells; may end the fork. */
  onTold(told: Told, fork: Fork): void
  /** Has the conversation with the fork; when it settles the fork's work is done. */
  drive(fork: Fork): Promise<unknown>
}

/**
 * Runs the program. Never rejects because of what the answer does, and the fork is gone when it settles.
 * `dismissed` means that everything ran to its end. Inside the fork a locked realm and fuel keep the answer in
 * check (`Realm`), around it a clock and limits of memory (`watchdog.mjs`).
 */
export async function runAnswer(program: Program, limits: Limits): Promise<Ending> {
  const fork = program.forks.take()
  fork.onTold((told) => program.onTold(told, fork))
  let late: NodeJS.Timeout | undefined
  try {
    if (!(await fork.ready)) throw new Error(`the sandbox did not start: ${fork.lastWords}`)
    late = setTimeout(() => fork.kill({ kind: 'overtime', label: '', ms: limits.totalMs }), limits.totalMs)
    fork.send({ type: 'answer', code: program.code, limits, input: program.input })
    await Promise.race([program.drive(fork), fork.ended])
  } finally {
    clearTimeout(late)
    fork.kill()
  }
  return fork.ended
}
