/** `audit`: whether exercises keep their promises: what must fail fails by the check it names, what must pass passes. */
import {
  type CliCommand,
  columnsOf,
  EXIT,
  InvalidFiles,
  type Io,
  named,
  print,
  printJson,
} from '../command.ts'
import { mutationLines } from '../components/mutation.ts'
import {
  type Audit,
  audit as auditExercise,
  cutLine,
  type Exercise,
  headingsOf,
  inLanes,
  type Line,
  type Mutation,
  mutate,
  plain,
  toned,
  wrapLine,
} from '../door.ts'
import { exercisesOf } from '../exercises.ts'
import { readLessons } from '../library.ts'

/** An audit is bound by processes that start: more of them than this only wait for each other. */
const LANES = [1, 2]

export const audit: CliCommand = {
  usage: 'audit [exercise]',
  says: 'for authors: test the hidden checks with the right and wrong answers beside them',
  options: [
    ['--mutate', 'change the solution in small ways, and list the changes that no check notices'],
    ['--json', 'one JSON object'],
  ],
  async run(io, [id], options) {
    const all = exercisesOf()
    const chosen = id === undefined ? all : [named(all, id, 'exercise')]
    if (options['mutate'] === true) return mutateAll(chosen, io, options['json'] === true)
    const audits = await auditAll(chosen, io)
    if (options['json'] === true) {
      printJson(io, { exercises: audits.map(jsonOf) })
      for (const one of audits) for (const problem of one.problems) io.err(`${one.id}: ${problem}\n`)
    } else print(io, [...(id === undefined ? [] : wrongLines(audits[0]!, io)), ...tableLines(audits, io)])
    return audits.every(isGood) ? EXIT.good : EXIT.failed
  },
}

/** Several exercises side by side; where there is only one, its answers. */
async function auditAll(exercises: readonly Exercise[], io: Io): Promise<readonly Audit[]> {
  const { lessons, problems } = readLessons()
  if (problems.length > 0) throw new InvalidFiles(problems)
  const linked = lessons.map((lesson) => ({ ...lesson, headings: headingsOf(lesson) }))
  const workers = exercises.length === 1 ? LANES.length : 1
  let done = 0
  return inLanes(exercises, LANES, async (exercise) => {
    const found = await auditExercise(exercise, { lessons: linked, workers })
    done++
    io.err(`${done} of ${exercises.length}  ${exercise.id}  ${isGood(found) ? 'ok' : 'not ok'}\n`)
    return found
  })
}

/** One exercise after the other, the changes of each side by side. */
async function mutateAll(exercises: readonly Exercise[], io: Io, json: boolean): Promise<number> {
  const found: Mutation[] = []
  for (const exercise of exercises)
    found.push(
      await mutate(exercise, {
        workers: LANES.length,
        onMutant({ file, line, change }, { kind }, done, all) {
          if (kind === 'passes' || done % 20 === 0 || done === all)
            io.err(
              `${exercise.id}  ${done} of ${all}${kind === 'passes' ? `  unnoticed: ${file}:${line}, ${change}` : ''}\n`,
            )
        },
      }),
    )
  if (json)
    printJson(io, {
      exercises: found.map(({ survivors, unrunnable, ...rest }) => ({
        ...rest,
        survivors: survivors.map(({ text: _, ...one }) => one),
        unrunnable: unrunnable.map(({ text: _, ...one }) => one),
      })),
    })
  else
    print(
      io,
      found.flatMap((one) => mutationLines(one, io.columns)),
    )
  return found.every(({ problems }) => problems.length === 0) ? EXIT.good : EXIT.failed
}

function isGood({ problems }: Audit): boolean {
  return problems.length === 0
}

/** The names are part of the contract. */
function jsonOf(audit: Audit): { readonly [name: string]: unknown } {
  const { id, start, solution, wrong, right, ms } = audit
  return { id, start, solution, wrong, right, ok: isGood(audit), ms }
}

/** Each wrong answer, and the check that caught it. */
function wrongLines({ wrong }: Audit, io: Io): Line[] {
  const rows = wrong.map(({ name, expected, actual }) => [
    actual === expected ? '✓' : '✗',
    name,
    actual ?? 'passes',
  ])
  return [...columnsOf(rows).map((row) => cutLine(plain(row), io.columns)), plain('')]
}

function tableLines(audits: readonly Audit[], io: Io): Line[] {
  const rows = audits.map((audit) => {
    const { id, start, solution, wrong, right, ms } = audit
    const caught = wrong.filter(({ expected, actual }) => expected === actual).length
    const passed = right.filter(({ verdict }) => verdict === 'passed').length
    return [
      isGood(audit) ? '✓' : '✗',
      id,
      start,
      solution,
      `${caught} of ${wrong.length}`,
      `${passed} of ${right.length}`,
      `${(ms / 1000).toFixed(1)} s`,
    ]
  })
  const [head, ...table] = columnsOf([
    ['', 'exercise', 'start', 'solution', 'wrong caught', 'right passed', 'took'],
    ...rows,
  ])
  return [
    cutLine(toned('dim', head!), io.columns),
    ...table.flatMap((row, i) => [
      cutLine(toned(isGood(audits[i]!) ? 'plain' : 'bad', row), io.columns),
      ...audits[i]!.problems.flatMap((problem) => problemLines(problem, io)),
    ]),
  ]
}

function problemLines(problem: string, io: Io): Line[] {
  return wrapLine(plain(problem), io.columns, { first: plain('   - '), rest: plain('     ') })
}
