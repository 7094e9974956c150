/** What `check --json` prints; the names are part of the contract. */
import type { CheckReport, CheckResult, ScenarioResult } from './door.ts'

export function jsonOf(report: CheckReport): { readonly [name: string]: unknown } {
  return {
    exercise: report.exercise,
    verdict: report.verdict,
    problem: report.problem,
    checks: report.checks.map(checkJson),
    scenarios: report.scenarios.map(scenarioJson),
    types: report.types,
    seed: report.seed,
    ms: report.ms,
  }
}

function checkJson(check: CheckResult): { readonly [name: string]: unknown } {
  return {
    name: check.name,
    rung: check.rung,
    verdict: check.verdict,
    points: check.earned,
    maxPoints: check.points,
    expected: check.expected,
    happened: check.happened,
    why: check.why,
    trace: check.trace === null ? null : { steps: check.trace.steps, token: check.trace.token },
    bound: check.bound,
    hint: check.hints[0] ?? null,
    section: check.section,
    cost: check.cost,
    reference: check.reference,
    place: check.place,
    log: check.log,
  }
}

/** What was printed stays out, as pictures do: it is for people. */
function scenarioJson({ printed: _, trace, ...scenario }: ScenarioResult): {
  readonly [name: string]: unknown
} {
  return { ...scenario, trace: trace === null ? null : { steps: trace.steps } }
}
