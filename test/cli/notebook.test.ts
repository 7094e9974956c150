/** The notebook as a learner uses it: run, run again, change, add, take back, come back. */
import { expect, test } from 'vitest'
import { parseLesson } from '../../cli/door.ts'
import type { Screen } from '../../cli/screens/screen.ts'
import { fakeCourse, LESSON } from './fakes.ts'
import { TestHost } from './host.ts'

function inLesson(course = fakeCourse()): TestHost {
  const host = new TestHost(course)
  host.size = { columns: 80, rows: 60 }
  host.visit({ kind: 'lesson', id: LESSON.id })
  return host
}

/** The lesson as its author has changed it: the first of the two texts is replaced by the second. */
function changed(from: string, to: string) {
  const text = SOURCE.replace(from, to)
  expect(text).not.toBe(SOURCE)
  return { kind: 'lesson' as const, lesson: parseLesson(LESSON.file, text) }
}

const SOURCE = `---
title: Two-phase commit
unit: Atomic commit
minutes: 25
sources: []
---

Both or neither.

\`\`\`predict id=guess
What can a participant do?
- [ ] Commit :: No.
- [x] Wait :: Yes.
\`\`\`

\`\`\`scenario id=blocked
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
deliver all
\`\`\`

\`\`\`scenario id=next-run
crash tm
show state
\`\`\`

The end.
`
const small = () => fakeCourse([parseLesson(LESSON.file, SOURCE)])

test('outputs, answers and what was typed come back on the next visit', () => {
  const course = small()
  const first = inLesson(course)
  first.type('2n<enter>:crash rm1<enter>crahs<enter><esc>n<enter>')
  const seen = first.text()
  first.type('q')
  const again = inLesson(course)
  again.type('<home>')
  first.type('<home>')
  for (const part of [
    'You expected what happens',
    '> crash rm1',
    '> crahs',
    'no command is called "crahs"',
    '✓ next-run',
  ])
    expect(again.text()).toContain(part)
  expect(again.text().split('\n').slice(2, -2).join('\n')).toContain(
    seen.split('\n').slice(-20, -4).join('\n'),
  )
})

test('the prompt is at the world that is shown, also after a visit: lines typed before are typed again', () => {
  const course = small()
  inLesson(course).type('n<enter>:crash rm1<enter><esc>q')
  const host = inLesson(course)
  host.type('p<home>n:show state<enter>')
  const text = host.text()
  expect(text.match(/> crash rm1/g)).toHaveLength(1)
  expect(text).toMatch(/rm1 .*down/)
})

test('r runs a cell with the lines under it; Enter on a cell with lines starts over without them', () => {
  const host = inLesson(small())
  host.type('n<enter>:crash rm1<enter><esc>r')
  expect(host.text()).toContain('> crash rm1')
  host.type('<enter>')
  expect(host.text()).not.toContain('> crash rm1')
})

test('lines that are not typed again, because somebody stopped, stay where they were', () => {
  const course = small()
  const waiting: (() => void)[] = []
  const kernelOf = course.kernel
  course.kernel = (lesson) => {
    const kernel = kernelOf(lesson)
    return {
      ...kernel,
      ask: (ask, asker) => void waiting.push(() => kernel.ask(ask, asker)),
      stop: () => waiting.length > 0,
    }
  }
  const answer = (n: number): void => {
    for (let i = 0; i < n; i++) waiting.shift()!()
  }
  const host = inLesson(course)
  host.type('n<enter>')
  answer(1)
  host.type(':')
  for (const line of ['crash rm1', 'crash rm2', 'show state']) {
    host.type(`${line}<enter>`)
    answer(1)
  }
  host.type('<esc>r')
  answer(1)
  expect(host.text()).toContain('Running 2 of 4: crash rm1')
  host.type('<esc>')
  answer(1)
  expect(host.text()).toContain('Stopped.')
  expect(waiting).toEqual([])
  expect(host.text()).toMatch(
    /> crash rm1[\s\S]*> crash rm2\n.*not run again[\s\S]*> show state\n.*not run again/,
  )
  // The prompt is not at that world: it is made again first.
  host.type(':')
  answer(4)
  expect(host.text()).not.toContain('not run again')
  expect(host.front.keyed).toBe('prompt')
})

test('u runs up to here, a runs all, and both say that all ran as the lesson says', () => {
  const host = inLesson(small())
  host.type('nu')
  expect(host.text()).toContain('All ran as the lesson says.')
  expect(host.text()).toContain('▷ next-run')
  host.type('a')
  expect(host.text()).toContain('All ran as the lesson says.')
  expect(host.text()).toContain('✓ next-run')
})

test('R begins anew and runs again what had run, with what was typed; what was saved is forgotten', () => {
  const host = inLesson(small())
  host.type('n<enter>:save here<enter>crash rm1<enter><esc>R')
  expect(host.text()).toContain('Begun anew: 1 cell ran again.')
  expect(host.text().match(/> crash rm1/g)).toHaveLength(1)
  expect(host.text()).toContain('▷ next-run')
  host.type('<enter>R:load here<enter>')
  expect(host.text()).toMatch(/> load here\n.*\^/)
})

test('after all has run, the prompt is at the world that is shown under a cell: its lines are typed again', () => {
  const host = inLesson(small())
  host.type('nn<enter>:crash rm1<enter><esc>a:show wire<enter>')
  expect(host.text().match(/> crash rm1/g)).toHaveLength(1)
  host.type('restart rm1<enter>')
  expect(host.text()).not.toMatch(/> restart rm1\n.*\^/)
})

test('a cell is changed in place, and says so; x takes the text of the lesson again, after a question', () => {
  const course = small()
  const host = inLesson(course)
  host.type('nnc<ctrl-u>crash rm1<ctrl-r>')
  expect(host.text()).toMatch(/✓ next-run +changed by you · ran/)
  expect(host.text()).toContain('> crash rm1')
  host.type('q')
  const again = inLesson(course)
  again.type('x')
  expect(again.text()).toContain("Take the lesson's text again?")
  again.type('n')
  expect(again.text()).toContain('> crash rm1')
  again.type('xy')
  expect(again.text()).not.toContain('> crash rm1')
  expect(again.text()).toMatch(/next-run +of an older text/)
})

test('a text that is being written is kept however one leaves', () => {
  for (const leave of [(s: Screen) => s.interrupt!(), (s: Screen) => s.close!()]) {
    const course = small()
    const host = inLesson(course)
    host.type('nnc<ctrl-u>crash rm2')
    leave(host.front)
    expect(inLesson(course).text()).toContain('> crash rm2')
  }
})

test('o adds a cell of one own below; an empty one is not kept; x removes it', () => {
  const course = small()
  const host = inLesson(course)
  host.type('no<esc>')
  expect(host.text()).not.toContain('mine-1')
  host.type('ocrash rm1<enter>show state<ctrl-r>')
  expect(host.text()).toMatch(/✓ mine-1 +yours · ran/)
  // It goes on from the cell above, which has run with it; a cell of one's own does not count.
  expect(host.text()).toContain('1 of 3 cells done')
  expect(course.progress.lessons[LESSON.id]?.done).toEqual(['blocked'])
  host.type('pq')
  const again = inLesson(course)
  expect(again.text()).toMatch(/blocked[\s\S]*mine-1[\s\S]*next-run/)
  again.type('nxy')
  expect(again.text()).not.toContain('mine-1')
})

test('v changes a cell in the editor; without one it says how else', () => {
  const course = small()
  const host = inLesson(course)
  course.edited = (text) => ({ kind: 'text', text: `${text}\ncrash rm1` })
  host.type('nnv')
  expect(host.text()).toMatch(
    /next-run +changed by you[\s\S]*> crash tm[\s\S]*> show state[\s\S]*> crash rm1/,
  )
  course.edited = () => ({ kind: 'problem', says: '$EDITOR is not set.' })
  host.type('v')
  expect(host.text()).toContain('$EDITOR is not set.')
  host.type('ppv')
  expect(host.text()).toContain('Only runs can be changed.')
})

test('an author sees a change at once, at the same place; what ran before is marked, not lost', () => {
  const course = small()
  const host = inLesson(course)
  host.size = { columns: 80, rows: 16 }
  host.type('2n<enter>n<enter>')
  const top = () => host.text().split('\n')[2]
  const before = top()
  course.author(changed('Both or neither.', 'Both or neither.\n\nA line more.\n\nAnother one.'))
  expect(top()).toBe(before)
  course.author(changed('show state', 'show timeline'))
  expect(host.text()).toMatch(/next-run +of an older text, Enter runs it/)
  host.type('<enter>')
  expect(host.text()).toMatch(/✓ next-run +ran/)
  expect(host.text()).toContain('> show timeline')
  course.author(changed('What can a participant do?', 'What is left to do?'))
  host.size = { columns: 80, rows: 60 }
  host.type('<home>')
  expect(host.text()).toContain('To an older text of this question you answered: Wait')
})

test('a cell that the author has removed is still there, at the end; x forgets it after a question', () => {
  const course = small()
  const host = inLesson(course)
  host.type('nn<enter>')
  course.author(changed('```scenario id=next-run\ncrash tm\nshow state\n```\n', ''))
  expect(host.text()).toContain('▸ From an older text of this lesson (1)')
  host.type('nnn<enter>')
  expect(host.text()).toMatch(/next-run[\s\S]*crash tm[\s\S]*tm .*down/)
  host.type('xy')
  expect(host.text()).not.toContain('From an older text')
})

test('a file that no longer parses shows its line and keeps the last good text, until it parses', () => {
  const course = small()
  const host = inLesson(course)
  course.author({ kind: 'problem', says: '09-two-phase-commit.md:11: a prediction needs a right answer' })
  host.type('n')
  expect(host.text()).toContain('✗ 09-two-phase-commit.md:11: a prediction needs a right answer. Shown is')
  expect(host.text()).toContain('Both or neither.')
  course.author({ kind: 'problem', says: '09-two-phase-commit.md:2: did you mean "title"?' })
  expect(host.text()).toContain('did you mean "title"? Shown is')
  course.author(changed('Both or neither.', 'Both, or neither.'))
  expect(host.text()).not.toContain('Shown is')
  expect(host.text()).toContain('Both, or neither.')
})

test('a change of the file waits until the learner has written what they write', () => {
  const course = small()
  const host = inLesson(course)
  host.type('nnc<ctrl-u>crash rm1')
  course.author(changed('Both or neither.', 'Both, or neither.'))
  expect(host.text()).toContain('Both or neither.')
  host.type('<esc>')
  expect(host.text()).toContain('Both, or neither.')
  expect(host.text()).toContain('> crash rm1')
})

test('two at the same lesson: what each has run and written is there at the end', () => {
  const [course, other] = [small(), small()]
  other.notebook = course.notebook
  const [a, b] = [inLesson(course), inLesson(other)]
  a.type('2')
  b.type('n<enter>')
  a.type('nocrash rm1<esc>')
  b.type('ocrash rm2<esc>')
  a.type('q')
  b.type('q')
  const text = inLesson(course).text()
  expect(text).toContain('You expected what happens')
  expect(text).toMatch(/✓ blocked +ran/)
  expect(text).toContain('> crash rm1')
  expect(text).toContain('> crash rm2')
})
