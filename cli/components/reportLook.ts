/** How a report is drawn: its width, its signs, and a line with a word in front. */
import { type CheckResult, type Exercise, type Line, plain, type Tone, wrapLine } from '../door.ts'

export interface ReportLook {
  readonly width: number
  readonly ascii: boolean
  /** To be read aloud: pictures are sentences, signs are words. */
  readonly aloud: boolean
  /** How many hints of the failed check are open. */
  readonly hints: number
  /** Checks that held are counted, not listed, above the failure. */
  readonly brief: boolean
  /** On a screen, where keys open what a line names; elsewhere it says the command. */
  readonly keys: boolean
  /** The exercise, for what only it knows: its lesson, and what passing does not show. */
  readonly exercise: Exercise | null
  /** What can be done next, in words that fit the place. */
  readonly next: readonly Line[]
}

/** A word in a column of its own, and the text beside it; below it where the width is too small. */
export function labelled(label: string, words: Line | null, look: ReportLook): Line[] {
  if (words === null) return []
  const wide = look.width >= 48
  const head: Line = [{ text: wide ? `  ${label.padEnd(11)}` : `  ${label}: `, tone: 'dim' }]
  return wrapLine(words, look.width, { first: head, rest: plain(wide ? ' '.repeat(13) : '    ') })
}

/** A check and its sign; its name is never cut. */
export function checkLines(check: CheckResult, look: ReportLook): Line[] {
  const [sign, tone] = SIGNS[check.verdict]
  return wrapLine(plain(check.name), look.width, {
    first: [{ text: `${mark(sign, look)} `, tone }],
    rest: plain('  '),
  })
}

export const SIGNS: { readonly [verdict in CheckResult['verdict']]: readonly [string, Tone] } = {
  passed: ['✓', 'good'],
  failed: ['✗', 'bad'],
  gaveUp: ['…', 'warn'],
  error: ['✗', 'bad'],
  skipped: ['·', 'dim'],
}

export function mark(sign: string, look: ReportLook): string {
  if (look.aloud) return { '✓': 'Held:', '✗': 'Failed:', '…': 'Gave up:', '·': 'Not reached:' }[sign] ?? sign
  if (!look.ascii) return sign
  return { '✓': '+', '✗': 'x', '…': '~', '·': '-' }[sign] ?? sign
}
