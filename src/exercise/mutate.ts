/** mutate: which mechanical changes of the solution no check notices. An edge: it writes each change to a file and runs it. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Explanation, explanationsIn } from './equivalent.ts'
import type { Exercise } from './exercise.ts'
import { inLanes } from './lanes.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { SharedChecker } from './sharedChecker.ts'

export interface Mutation {
  readonly id: string
  /** How many changes were run, and how many of them a check noticed. */
  readonly mutants: number
  readonly killed: number
  readonly survivors: readonly (Mutant & {
    /** Why it is as good as the solution, or null where nobody has said so. */
    readonly explained: string | null
  })[]
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly string[]
  readonly ms: number
}

export interface MutateOptions {
  readonly workers?: number
  /** Called after each mutant. */
  onMutant?(mutant: Mutant, killedBy: string | null, done: number, all: number): void
}

/** Every mutant of `hidden/solution.ts` against the checks, up to the first that fails. */
export async function mutate(
  exercise: Exercise,
  { workers = 1, onMutant = () => {} }: MutateOptions = {},
): Promise<Mutation> {
  const began = performance.now()
  const hidden = join(exercise.folder, 'hidden')
  const mutants = mutantsOf(readFileSync(join(hidden, 'solution.ts'), 'utf8'))
  const notes = join(hidden, 'equivalent.md')
  const explanations = existsSync(notes) ? explanationsIn(readFileSync(notes, 'utf8')) : []
  const benches = Array.from({ length: workers }, () => new Bench(exercise, hidden))
  let done = 0
  try {
    const killers = await inLanes(mutants, benches, async (mutant, bench) => {
      const killer = await bench.killerOf(mutant)
      onMutant(mutant, killer, ++done, mutants.length)
      return killer
    })
    const survivors = mutants
      .filter((_, i) => killers[i] === null)
      .map((mutant) => ({
        ...mutant,
        explained: explanations.find(({ diff }) => diff === mutant.diff)?.why || null,
      }))
    return {
      id: exercise.id,
      mutants: mutants.length,
      killed: mutants.length - survivors.length,
      survivors,
      problems: [
        ...survivors
          .filter(({ explained }) => explained === null)
          .map(({ line, change }) => `no check notices hidden/solution.ts:${line}, ${change}`),
        ...explanations.flatMap((one) => aboutExplanation(one, mutants, killers)),
      ],
      ms: Math.round(performance.now() - began),
    }
  } finally {
    await Promise.all(benches.map((bench) => bench.close()))
  }
}

/** A checker with a folder of its own, in which the solution is changed. */
class Bench {
  private readonly checker: SharedChecker
  private readonly folder = mkdtempSync(join(tmpdir(), 'splitbrain-mutant-'))

  constructor(exercise: Exercise, hidden: string) {
    this.checker = new SharedChecker(exercise)
    for (const name of readdirSync(hidden))
      if (name.endsWith('.ts') && !name.endsWith('.test.ts'))
        copyFileSync(join(hidden, name), join(this.folder, name))
  }

  /** The check that fails, or what else stops it; null where the mutant passes. */
  async killerOf({ text }: Mutant): Promise<string | null> {
    const file = join(this.folder, 'solution.ts')
    writeFileSync(file, text)
    const report = await this.checker.check(file, { types: false, stopAtFirst: true })
    if (report.verdict === 'passed') return null
    return report.checks.find(({ verdict }) => verdict !== 'passed')?.name ?? 'it does not compile'
  }

  async close(): Promise<void> {
    await this.checker.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function aboutExplanation(
  { diff, why, line }: Explanation,
  mutants: readonly Mutant[],
  killers: readonly (string | null)[],
): string[] {
  const place = `hidden/equivalent.md:${line}`
  const at = mutants.findIndex((mutant) => mutant.diff === diff)
  if (at < 0)
    return [`${place} explains a change that the solution no longer has: take it out, or copy the new one`]
  const killer = killers[at] ?? null
  if (killer !== null) return [`${place} explains a change that "${killer}" notices: take it out`]
  return why === ''
    ? [`${place} gives no reason: write under the block why the change cannot be told apart`]
    : []
}
