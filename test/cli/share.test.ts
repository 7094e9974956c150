/** The text to post: plain, narrow, with what it takes to see the same, and nothing of the hidden checks' code. */
import { expect, test } from 'vitest'
import { reportLines } from '../../cli/components/report.ts'
import { SHARE_WIDTH, shareText } from '../../cli/components/share.ts'
import { type CheckReport, lineText, textWidth } from '../../cli/door.ts'
import { EXERCISE, reportOf } from './fakes.ts'

const VERSIONS = 'splitbrain 0.1.0, Node 24.1.0, linux'

test('a failure is told with its story, token, seed and versions', () => {
  const report = reportOf(false)
  const text = shareText(report, EXERCISE, VERSIONS)
  for (const part of [
    '1 of 3 held',
    '✗ a yes vote survives a crash',
    'happened ',
    '✗ crash',
    'seed 1',
    VERSIONS,
  ])
    expect(text).toContain(part)
  const { trace } = report.checks.find((check) => check.trace !== null)!
  expect(text).toContain(`\nsplitbrain debug ${trace!.token}\n`)
  expect(text).not.toContain('Your scenarios')
  expect(text).not.toContain('\u001b')
})

test('no line but the one with the token is wider than 72', () => {
  for (const passed of [true, false])
    for (const line of shareText(reportOf(passed), EXERCISE, VERSIONS).split('\n'))
      if (!line.startsWith('splitbrain debug')) expect(textWidth(line)).toBeLessThanOrEqual(SHARE_WIDTH)
})

test('a pass says what was not shown, and how the answer compares with the reference', () => {
  const report = reportOf(true)
  const [first, ...others] = report.checks
  const reference = { messages: 11, syncs: 7, how: 'a prepare, a vote and a decision for each' }
  const look = {
    width: 80,
    ascii: false,
    aloud: false,
    hints: 0,
    brief: false,
    keys: false,
    exercise: EXERCISE,
    next: [],
  }
  const told = (cost: CheckReport['checks'][number]['cost'], of = reference): string => {
    const checks = [{ ...first!, reference: of, cost }, ...others]
    return reportLines({ ...report, checks }, look)
      .map(lineText)
      .join('\n')
  }
  const text = told({ messages: 14, syncs: 7 })
  expect(text).toContain('What was not shown\n  - two coordinators at once')
  expect(text.replace(/\s+/g, ' ')).toContain(
    '14 messages, the reference 11; 7 forced writes, as many as the reference. What the reference does: a prepare, a vote and a decision for each. Which of yours can be left out',
  )
  expect(told({ messages: 11, syncs: 7 })).not.toContain('can be left out')
  expect(told({ messages: 3, syncs: 0 }, { ...reference, syncs: 0 })).not.toContain('forced')
})

test('in a narrow terminal a key is still named, and a text uses the width it has', () => {
  const look = {
    width: 36,
    ascii: false,
    aloud: false,
    hints: 1,
    brief: true,
    keys: true,
    exercise: EXERCISE,
    next: [],
  }
  const lines = reportLines(reportOf(false), look).map(lineText)
  expect(lines).toContain('Your scenarios')
  expect(lines).toContain('worth no points · s walks them')
  expect(lines).toContain('  expected: after its restart rm1')
  expect(lines).toContain('    still knows that it voted yes')
  for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(36)
})
