/** mutate: which mechanical changes of the solution no check notices. An edge: it writes each change to a file and runs it. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type Explanation, explanationsIn } from './equivalent.ts'
import type { CheckReport, Exercise } from './exercise.ts'
import { inLanes } from './lanes.ts'
import type { Mutant } from './mutants.ts'
import { SharedChecker } from './sharedChecker.ts'
import { solutionFiles } from './solution.ts'

/** A mutant, and which file of the solution it changes: `hidden/solution.ts`. */
export interface Change extends Mutant {
  readonly file: string
}

/** What became of a mutant: a check failed it, nothing did, or it could not be judged, and why. */
export type Fate =
  | { readonly kind: 'noticed'; readonly check: string }
  | { readonly kind: 'passes' }
  | { readonly kind: 'unrunnable' | 'breaksCheck'; readonly why: string }

export interface Mutation {
  readonly id: string
  /** How many changes were run, and how many of them a check failed. */
  readonly mutants: number
  readonly killed: number
  readonly survivors: readonly (Change & {
    /** Why it is as good as the solution, or null where nobody has said so. */
    readonly explained: string | null
  })[]
  /** Changes after which the solution could not be run, and so say nothing of the checks. */
  readonly unrunnable: readonly (Change & { readonly why: string })[]
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly string[]
  readonly ms: number
}

export interface MutateOptions {
  readonly workers?: number
  /** Called after each mutant. */
  onMutant?(mutant: Change, fate: Fate, done: number, all: number): void
}

/** Every mutant of the solution against the checks, up to the first that fails; none where the solution itself fails. */
export async function mutate(
  exercise: Exercise,
  { workers = 1, onMutant = () => {} }: MutateOptions = {},
): Promise<Mutation> {
  const began = performance.now()
  const notes = join(exercise.folder, 'hidden', 'equivalent.md')
  const explanations = existsSync(notes) ? explanationsIn(readFileSync(notes, 'utf8')) : []
  const benches = Array.from({ length: workers }, () => new Bench(exercise))
  const changes = await changesOf(exercise)
  let done = 0
  try {
    const unchanged = await benches[0]!.fateOf(null)
    if (unchanged.kind !== 'passes')
      return { ...nothing(exercise, unchanged), ms: Math.round(performance.now() - began) }
    const fates = await inLanes(changes, benches, async (change, bench) => {
      const fate = await bench.fateOf(change)
      onMutant(change, fate, ++done, changes.length)
      return fate
    })
    const of = (kind: Fate['kind']) => changes.filter((_, i) => fates[i]!.kind === kind)
    const whyOf = (change: Change) => (fates[changes.indexOf(change)] as { readonly why: string }).why
    const survivors = of('passes').map((change) => ({
      ...change,
      explained: explanations.find(({ diff }) => diff === change.diff)?.why || null,
    }))
    return {
      id: exercise.id,
      mutants: changes.length,
      killed: of('noticed').length,
      survivors,
      unrunnable: of('unrunnable').map((change) => ({ ...change, why: whyOf(change) })),
      problems: [
        ...survivors
          .filter(({ explained }) => explained === null)
          .map(({ file, line, change }) => `no check notices ${file}:${line}, ${change}`),
        ...of('breaksCheck').map(
          (one) => `${whyOf(one)} with ${one.file}:${one.line}, ${one.change}: let the check fail instead`,
        ),
        ...explanations.flatMap((one) => aboutExplanation(one, changes, fates)),
      ],
      ms: Math.round(performance.now() - began),
    }
  } finally {
    await Promise.all(benches.map((bench) => bench.close()))
  }
}

async function changesOf(exercise: Exercise): Promise<readonly Change[]> {
  // Only when it is needed: it brings the whole of Vite along, and forks load this file too.
  const { mutantsOf } = await import('./mutants.ts')
  const files = solutionFiles(exercise)
  return files.flatMap(({ name, path }) =>
    mutantsOf(readFileSync(path, 'utf8')).map((mutant) => ({
      ...mutant,
      file: relative(exercise.folder, path),
      diff: files.length === 1 ? mutant.diff : mutant.diff.replace('@@', `@@ ${name}`),
    })),
  )
}

function nothing({ id }: Exercise, fate: Exclude<Fate, { kind: 'passes' }>): Omit<Mutation, 'ms'> {
  const happened = fate.kind === 'noticed' ? `"${fate.check}" fails` : fate.why
  const problem = `the solution must pass as it is, but ${happened}: run splitbrain audit ${id} first`
  return { id, mutants: 0, killed: 0, survivors: [], unrunnable: [], problems: [problem] }
}

/** A checker with a folder of its own, in which the solution is changed. */
class Bench {
  private readonly checker: SharedChecker
  private readonly folder = mkdtempSync(join(tmpdir(), 'splitbrain-mutant-'))
  private readonly entry: string

  constructor(private readonly exercise: Exercise) {
    this.checker = new SharedChecker(exercise)
    cpSync(join(exercise.folder, 'hidden'), join(this.folder, 'hidden'), { recursive: true })
    this.entry = this.own(solutionFiles(exercise)[0]!.path)
  }

  async fateOf(change: Change | null): Promise<Fate> {
    const before = solutionFiles(this.exercise).map(({ path }) => ({
      path,
      text: readFileSync(path, 'utf8'),
    }))
    for (const { path, text } of before)
      writeFileSync(
        this.own(path),
        change?.file === relative(this.exercise.folder, path) ? change.text : text,
      )
    return fateIn(await this.checker.check(this.entry, { types: false, stopAtFirst: true }))
  }

  async close(): Promise<void> {
    await this.checker.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private own(path: string): string {
    return join(this.folder, relative(this.exercise.folder, path))
  }
}

function fateIn({ verdict, problem, checks }: CheckReport): Fate {
  if (problem !== null) return { kind: 'unrunnable', why: problem.message }
  if (verdict === 'passed') return { kind: 'passes' }
  const first = checks.find((check) => check.verdict !== 'passed')!
  return first.verdict === 'error'
    ? { kind: 'breaksCheck', why: `the check "${first.name}" itself breaks` }
    : { kind: 'noticed', check: first.name }
}

function aboutExplanation(
  { diff, why, line }: Explanation,
  mutants: readonly Mutant[],
  fates: readonly Fate[],
): string[] {
  const place = `hidden/equivalent.md:${line}`
  const at = mutants.findIndex((mutant) => mutant.diff === diff)
  if (at < 0)
    return [`${place} explains a change that the solution no longer has: take it out, or copy the new one`]
  const fate = fates[at]!
  if (fate.kind === 'noticed') return [`${place} explains a change that "${fate.check}" notices: take it out`]
  return why === ''
    ? [`${place} gives no reason: write under the block why the change cannot be told apart`]
    : []
}
