/** collectChecks: the names, rungs, points and hints in a file of checks, without running any of them. */
import { basename } from 'node:path'
import { compileFunction } from 'node:vm'
import { throughMap } from '../sandbox/maps.ts'
import { checksBundle } from './checksBundle.ts'
import type { CheckInfo, ReferenceCost } from './exercise.ts'
import { anything, standIn } from './standIn.ts'

/** A file of checks that says too little; the message names the file's mistake and what to write. */
export class ChecksProblem extends Error {
  override readonly name = 'ChecksProblem'
}

/**
 * Loads the file with stand-ins for Vitest and the kit: `describe` runs its body, `test` notes what it is
 * given. The file is the course's own, and no test body is called.
 */
export function collectChecks(file: string): readonly CheckInfo[] {
  const found: CheckInfo[] = []
  const { code, map } = checksBundle(file)
  const vitest = standIn({
    describe: suite(''),
    test: testOf(found),
    it: testOf(found),
    expect: anything,
    beforeEach: () => {},
    afterEach: () => {},
  })
  const load = (name: string) => (name === 'vitest' ? vitest : anything)
  const module = { exports: {} }
  const run = compileFunction(code, ['require', 'module', 'exports'], {
    filename: BUNDLE,
  }) as (...args: unknown[]) => void
  try {
    run(load, module, module.exports)
  } catch (error) {
    throw placed(error, map)
  }
  if (found.length === 0)
    throw new ChecksProblem('no check is declared: write test(name, { meta: { ... } }, () => { ... })')
  const names = found.map((check) => check.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new ChecksProblem(`two checks are called "${twice}"`)
  const climbs = found.findIndex((check, i) => i > 0 && check.rung < found[i - 1]!.rung)
  if (climbs > 0)
    throw new ChecksProblem(`"${names[climbs]}" stands after a check of a higher rung: order them 1 to 4`)
  return found
}

const BUNDLE = 'checks.cjs'

/** With the line of the checks, or of a file beside them, at which it was thrown: `checks.test.ts:12`. */
function placed(error: unknown, map: string): Error {
  const message = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error)
  const [, line, column] = (error instanceof Error && /checks\.cjs:(\d+):(\d+)/.exec(error.stack ?? '')) || []
  const at = line === undefined ? null : throughMap(map)(Number(line), Number(column))
  const where = at === null ? '' : ` (${basename(at.source)}:${at.line})`
  return error instanceof ChecksProblem
    ? new ChecksProblem(`${message}${where}`)
    : new Error(`${message}${where}`, { cause: error })
}

function suite(_name: string) {
  return (_title: string, ...rest: unknown[]) => {
    for (const part of rest) if (typeof part === 'function') part()
  }
}

function testOf(found: CheckInfo[]) {
  const declare = (name: unknown, options: unknown, body: unknown) => {
    if (typeof name !== 'string' || typeof body !== 'function')
      throw new ChecksProblem(
        `a check is test(name, { meta: { rung, points, expected, why, hints } }, () => { ... }); "${String(name)}" is not`,
      )
    found.push(checked(name, (options as { meta?: Record<string, unknown> }).meta ?? {}))
  }
  const never = () => {
    throw new ChecksProblem('skip, only and todo are not for checks: every check of an exercise counts')
  }
  const each = (cases: unknown) => (title: string, options: unknown, body: unknown) => {
    if (!Array.isArray(cases))
      throw new ChecksProblem(`"${title}": give test.each a list of cases, not a table in a text`)
    cases.forEach((one: unknown, i) => declare(titleOf(title, one, i), options, body))
  }
  const fixtures = (): unknown => testOf(found)
  return Object.assign(declare, {
    each,
    for: each,
    extend: fixtures,
    override: fixtures,
    skip: never,
    only: never,
    todo: never,
  })
}

/** The name that Vitest will give to one case: `%s` takes the values in their order, `$name` the field of that name. */
function titleOf(title: string, one: unknown, index: number): string {
  const values: unknown[] = Array.isArray(one) ? [...one] : [one]
  const named = title.replace(/\$([A-Za-z_]\w*)/g, (whole, field: string) => {
    const found =
      typeof one === 'object' && one !== null ? (one as Record<string, unknown>)[field] : undefined
    return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
      ? String(found)
      : whole
  })
  return named.replace(/%(.)/g, (_whole, kind: string) => {
    if (kind === '%') return '%'
    if (kind === '#') return String(index)
    if (kind === '$') return String(index + 1)
    if (kind === 's' || kind === 'd' || kind === 'i') return String(values.shift())
    throw new ChecksProblem(
      `"${title}": name each case by $field of an object, or by %s; %${kind} is not read here`,
    )
  })
}

function checked(name: string, meta: Record<string, unknown>): CheckInfo {
  const { rung, points, expected, why, hints, section = null, reference = null } = meta
  const complain = (what: string) => {
    throw new ChecksProblem(`"${name}" needs ${what} in its meta`)
  }
  if (rung !== 1 && rung !== 2 && rung !== 3 && rung !== 4) return complain('rung: 1, 2, 3 or 4')
  if (typeof points !== 'number' || !Number.isInteger(points) || points < 1)
    return complain('points: a whole number, 1 or more')
  if (typeof expected !== 'string' || expected === '')
    return complain('expected: what a right answer does, one sentence')
  if (typeof why !== 'string' || why === '') return complain('why: why anything else is wrong, one sentence')
  if (!Array.isArray(hints) || hints.length === 0 || !hints.every((hint) => typeof hint === 'string'))
    return complain('hints: a list of one sentence or more')
  if (section !== null && typeof section !== 'string') return complain('section: a heading of its lesson')
  if (reference !== null && !isCost(reference))
    return complain('reference: { messages, syncs, how }, what the solution spends and on what')
  return { name, rung, points, hints, section, reference }
}

function isCost(value: unknown): value is ReferenceCost {
  const { messages, syncs, how } = (value ?? {}) as Partial<Record<keyof ReferenceCost, unknown>>
  return Number.isInteger(messages) && Number.isInteger(syncs) && typeof how === 'string' && how !== ''
}
