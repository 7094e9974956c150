/** An answer whose checks all held: what was shown and how far, what was not, and what it spends. */
import { type CheckReport, count, grouped, type Line, plain, toned, wrapLine } from '../door.ts'
import { checkLines, mark, type ReportLook } from './reportLook.ts'

/** Every check with what was looked at; never the word correct. What to do next stands at once under the good news. */
export function held(report: CheckReport, look: ReportLook): Line[] {
  const bounded = report.checks.filter((check) => check.bound !== null)
  const stories = report.checks.filter((check) => check.bound === null)
  const rule: Line[] = look.aloud ? [] : [toned('good', '─'.repeat(look.width))]
  return [
    ...rule,
    toned('good', `${look.aloud ? '' : `${mark('✓', look)} `}All ${report.checks.length} checks held.`),
    ...look.next,
    ...rule,
    ...(bounded.length === 0 ? [] : [plain(''), toned('strong', 'What was shown, with its limits')]),
    ...bounded.flatMap((check) => [
      ...checkLines(check, look),
      ...wrapLine(toned('dim', check.bound ?? ''), look.width, { first: plain('    '), rest: plain('    ') }),
    ]),
    ...notShown(look),
    ...spent(report, look),
    ...(stories.length === 0 ? [] : [plain(''), toned('strong', 'And in one story each')]),
    ...stories.flatMap((check) => checkLines(check, look)),
  ]
}

/** Said before anything else can be concluded from a pass. */
function notShown({ exercise, width }: ReportLook): Line[] {
  if (exercise === null || exercise.notShown.length === 0) return []
  return [
    plain(''),
    toned('strong', 'What was not shown'),
    ...exercise.notShown.flatMap((one) =>
      wrapLine(plain(one), width, { first: plain('  - '), rest: plain('    ') }),
    ),
  ]
}

function spent({ checks }: CheckReport, { width }: ReportLook): Line[] {
  return checks.flatMap(({ name, cost, reference }) => {
    if (cost === null || reference === null) return []
    const both = [
      compared(cost.messages, reference.messages, 'message'),
      compared(cost.syncs, reference.syncs, 'forced write'),
    ].filter((words) => words !== null)
    const isMore = cost.messages > reference.messages || cost.syncs > reference.syncs
    const says = [
      `In "${name}", a run without faults: ${both.join('; ')}.`,
      `What the reference does: ${reference.how}.`,
      ...(isMore ? ['Which of yours can be left out, and which are there for a reason?'] : []),
    ]
    return [
      plain(''),
      toned('strong', 'Compared with the reference'),
      ...says.flatMap((one) => wrapLine(plain(one), width, { first: plain('  '), rest: plain('  ') })),
    ]
  })
}

/** Null where there is nothing to compare: neither of them spends any. */
function compared(own: number, reference: number, noun: string): string | null {
  if (own === 0 && reference === 0) return null
  const words = count(own, noun)
  if (own === reference) return `${words}, as many as the reference`
  return `${words}, the reference ${grouped(reference)}`
}
