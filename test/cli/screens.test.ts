/** The screens as a learner uses them, without a terminal. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineWidth, newNotebook } from '../../cli/door.ts'
import { LessonScreen } from '../../cli/screens/lesson.ts'
import { MapScreen } from '../../cli/screens/map.ts'
import { EXERCISE, fakeCourse, LESSON } from './fakes.ts'
import { TestHost } from './host.ts'

function atMap(course = fakeCourse()): TestHost {
  const host = new TestHost(course)
  host.open(new MapScreen(course, host))
  return host
}

function inLesson(course = fakeCourse()): TestHost {
  const host = new TestHost(course)
  host.open(new LessonScreen(LESSON, course, host))
  return host
}

describe('the course map', () => {
  test('shows what there is, with what is next', () => {
    const host = atMap()
    expect(host.text()).toContain('▸ ○ 09 Two-phase commit')
    expect(host.text()).toContain('exercise: Two-phase commit')
    expect(host.text()).toContain('0 of 1 lesson')
  })

  test('finds by number and by name, and says when nothing is found', () => {
    const host = atMap()
    host.type('09')
    expect(host.text()).toContain(' / 09')
    host.type('<enter>')
    expect(host.text()).toContain('Splitbrain › 09 Two-phase commit')
    host.type('q/zab')
    expect(host.text()).toContain('Nothing has that number or name.')
    host.type('<esc>')
    expect(host.text()).toContain('09 Two-phase commit')
  })

  test('goes back to where the learner was', () => {
    const course = fakeCourse()
    const first = new TestHost(course)
    first.open(new LessonScreen(LESSON, course, first))
    const host = new TestHost(course)
    const map = new MapScreen(course, host)
    host.open(map)
    map.resume(course.progress.last)
    expect(host.text()).toContain('Splitbrain › 09')
    host.type('q<down><up>')
    expect(host.text()).toContain('▸')
  })
})

describe('a lesson', () => {
  test('a prediction is answered by a number, and says why', () => {
    const host = inLesson()
    host.type('1')
    expect(host.text()).toContain('You expected something else')
    expect(host.text()).toContain('It does not know that the other one did.')
    expect(host.text()).toContain('✓ 2 Nothing but wait')
  })

  test('Enter runs a cell with what it depends on', () => {
    const host = inLesson()
    host.type('nn<enter>')
    expect(host.text()).toContain('✓ next-run')
    host.type('p')
    expect(host.text()).toContain('✓ blocked')
  })

  test('a line at the prompt runs on the world of the cell; a mistake gets a caret and the nearest word', () => {
    const host = inLesson()
    host.type('n:crash rm9<enter>')
    expect(host.text()).toMatch(/> crash rm9\n.*\^/)
    expect(host.text()).toContain('Did you mean')
    host.type('crash tm<enter>')
    expect(host.text()).toContain('> crash tm')
    host.type('<up>')
    expect(host.text()).toContain(' > crash tm')
    host.type('<esc>')
    expect(host.front.keyed).toBe('lesson')
  })

  test('a challenge is judged after every line', () => {
    const host = inLesson()
    host.type('nnn<enter>')
    expect(host.front.keyed).toBe('prompt')
    expect(host.text()).toContain('0 of 9 steps')
    host.type('deliver prepare rm1<enter>crash tm<enter>')
    expect(host.text()).toMatch(/Done: NonBlocking is broken|NonBlocking holds/)
  })

  test('a folded section opens and closes', () => {
    const host = inLesson()
    host.type('<end>nnnnnnn')
    host.type('<home>nnnn')
    expect(host.text()).toContain('▸ Also said')
    expect(host.text()).not.toContain('Some say otherwise.')
    host.type('<enter>')
    expect(host.text()).toContain('Some say otherwise.')
  })

  test('t walks the run in both directions and shows what changed', () => {
    const host = inLesson()
    host.type('n<enter>t<home>')
    expect(host.text()).toContain('Before the first step')
    host.type('<right>')
    expect(host.text()).toContain('After step 1')
    host.type('<end><left>')
    expect(host.text()).toMatch(/step (\d+) of (?!\1)/)
    host.type('<esc>')
    expect(host.text()).toContain('✓ blocked')
  })

  test('what was done is kept, and the place on the page', () => {
    const course = fakeCourse()
    const host = inLesson(course)
    host.type('2n<enter>q')
    expect(course.progress.lessons[LESSON.id]?.done).toEqual(['guess', 'blocked'])
    const again = inLesson(fakeCourseLike(course))
    expect(again.text()).toContain('ran before, Enter shows it')
    expect(again.text()).toContain('2 of 4 cells done')
  })

  test('y copies a run as the scenario that reaches the same world, and anything else as its words', () => {
    const host = inLesson()
    host.type('y')
    expect(host.copied).toMatch(
      /^The coordinator dies .*\n\n1 Commit: everybody voted yes\n2 Nothing but wait\n$/,
    )
    host.type('n<enter>:crash tm<enter>crahs tm<enter><esc>y')
    const [commands, printed] = host.copied!.split('----\n')
    expect(commands).toBe(
      'cluster two-phase-commit tm rm1 rm2\nrequest client tm begin tx=t1\ndeliver all\nshow timeline\ncrash tm\n',
    )
    const again = newNotebook(LESSON)
    for (const line of commands!.trimEnd().split('\n')) again.prompt(line)
    expect(again.session.world.nodes['tm']!.state).toBeNull()
    expect(printed).toContain('prepare')
    expect(host.text()).toContain('Copied blocked.')
  })

  test('only what changed is drawn anew, and only what can be seen is handed out', () => {
    const host = inLesson()
    expect(host.front.draw(host.size).lines).toHaveLength(24)
    host.type('<down><down><down>')
    expect(host.front.draw(host.size).lines).toHaveLength(24)
  })
})

/** A second visit: the same progress, everything else new. */
function fakeCourseLike(course: ReturnType<typeof fakeCourse>): ReturnType<typeof fakeCourse> {
  const again = fakeCourse()
  again.record(() => course.progress)
  return again
}

describe('an exercise', () => {
  async function checked(passes: boolean): Promise<TestHost> {
    const course = fakeCourse()
    course.passes = passes
    const host = new TestHost(course)
    host.visit({ kind: 'exercise', id: EXERCISE.id })
    host.type('c')
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    return host
  }

  test('says where the answer is, and what to do without an editor', async () => {
    const course = fakeCourse()
    const host = new TestHost(course)
    host.visit({ kind: 'exercise', id: EXERCISE.id })
    expect(host.text()).toContain('~/splitbrain/answers/two-phase-commit/start.ts')
    host.type('e')
    expect(host.text()).toContain('$EDITOR is not set')
  })

  test('shows the first failure largest: expected, happened, why, where, the story', async () => {
    const host = await checked(false)
    for (const part of [
      '1 of 3 held · 2/10 points',
      '✗ a yes vote survives a crash',
      'rung 3 of 4',
      'expected ',
      'happened ',
      'why ',
      'start.ts:31',
      '✗ crash',
    ])
      expect(host.text()).toContain(part)
    host.type('h')
    expect(host.text()).toContain('hint 1 of 1')
    host.type('d')
    await expect.poll(() => host.text()).toContain('step 4 of 4')
    host.type('<left>')
    expect(host.text()).toContain('step 3 of 4')
    expect(host.text()).toContain('After step 3 of 4: rm1 receives prepare')
  })

  test('scenarios of the learner stand under the verdict, and s walks them', async () => {
    const host = await checked(false)
    host.type('<end>')
    for (const part of [
      'Your scenarios',
      'worth no points',
      '✗ first.scenario:4',
      'expected   sent vote from rm1 to tm',
    ])
      expect(host.text()).toContain(part)
    host.type('s')
    await expect.poll(() => host.text()).toContain('step 4 of 4')
    expect(host.text()).toContain('Line 4: no vote was sent')
  })

  test('success is unmistakable, and nothing else happens', async () => {
    const host = await checked(true)
    expect(host.text()).toContain('✓ All 3 checks held.')
    expect(host.text()).toContain('all 41,302 worlds up to depth 14')
    expect(host.text()).not.toContain('correct')
    expect(host.stack).toHaveLength(1)
  })

  test('a reset asks first', async () => {
    const host = await checked(false)
    host.type('r')
    expect(host.text()).toContain('Start over?')
    host.type('n')
    expect(host.text()).toContain('a yes vote survives a crash')
    host.type('ry')
    expect(host.text()).toContain('Your answer is in start.2026-01-01.ts')
  })
})

describe('whatever is typed at whatever size', () => {
  const key = fc.constantFrom(
    ...[
      '<enter>',
      '<up>',
      '<down>',
      '<left>',
      '<right>',
      '<pgdn>',
      '<pgup>',
      '<home>',
      '<end>',
      '<esc>',
      '<tab>',
    ],
    ...[
      'n',
      'p',
      'j',
      'k',
      '1',
      '2',
      '9',
      ':',
      't',
      'e',
      'h',
      'd',
      '?',
      '/',
      'q',
      'a',
      'crash tm<enter>',
      'step<enter>',
      'x',
      '語',
    ],
  )
  const size = fc.record({ columns: fc.integer({ min: 1, max: 130 }), rows: fc.integer({ min: 1, max: 50 }) })

  test('a screen has exactly the rows of the terminal, and no line is wider', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, size), { minLength: 1, maxLength: 40 }), (steps) => {
        const host = atMap()
        for (const [keys, now] of steps) {
          if (host.left) return
          host.size = now
          host.type(keys)
          if (host.left) return
          const { lines, cursor } = host.front.draw(now)
          expect(lines).toHaveLength(now.rows)
          for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(now.columns)
          if (cursor !== null) expect(cursor.x < now.columns && cursor.y < now.rows).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})
