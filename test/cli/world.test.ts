/** The world debugger as someone uses it, without a terminal. */
import { describe, expect, test } from 'vitest'
import { newSession, type Session } from '../../cli/door.ts'
import { LessonScreen } from '../../cli/screens/lesson.ts'
import { WorldScreen } from '../../cli/screens/world.ts'
import { sessionWalk } from '../../cli/walk.ts'
import { type FakeCourse, fakeCourse, LESSON } from './fakes.ts'
import { TestHost } from './host.ts'

/** tm is lost after one participant was asked: the other hears of it later, and both votes are lost. */
const BLOCKED = [
  'cluster two-phase-commit tm rm1 rm2',
  'request client tm begin tx=t1',
  'deliver begin',
  'deliver prepare rm1',
  'crash tm',
  'deliver all',
]

function played(lines: readonly string[] = BLOCKED): Session {
  const session = newSession()
  for (const line of lines) session.execute(line)
  return session
}

function walking(lines?: readonly string[], course: FakeCourse = fakeCourse()): TestHost {
  const host = new TestHost(course)
  const walk = sessionWalk(played(lines))!
  host.open(new WorldScreen(['Splitbrain', 'story'], [{ name: 'the original', walk }], host))
  return host
}

/** What was chosen is carried out as soon as nothing else is to be done. */
async function settled(host: TestHost): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve))
  return host.text()
}

describe('walking', () => {
  test('opens at the end; Home and End, letters and arrows', () => {
    const host = walking()
    expect(host.text()).toMatch(/step (\d+) of \1/)
    host.type('g')
    expect(host.text()).toContain('Before the first step')
    host.type('l<right>')
    expect(host.text()).toContain('After step 2 of')
    host.type('h<left><left>')
    expect(host.text()).toContain('step 0 of')
  })

  test('at the cursor: what changed, disks, the wire, clients, clocks, and what holds', () => {
    const host = walking()
    host.size = { columns: 140, rows: 60 }
    host.type('glll')
    const text = host.text()
    expect(text).toContain('After step 3 of 7: rm1 receives prepare')
    expect(text).toMatch(/\+ {2}rm1 +t1 +prepared/)
    expect(text).toMatch(/rm1 +phase t1 +synced +coordinator tm/)
    expect(text).toMatch(/\+ {2}rm1 +→ tm +3 ms +vote tx=t1 yes=true/)
    expect(text).toMatch(/client +tm +no answer yet +begin/)
    expect(text).toContain('every clock shows 2 ms, which is true')
    expect(text).toContain('✓ AC1, AC2, AC3')
    expect(text).toContain('○ AC5 open: still to come: rm1 decides t1')
    expect(text).not.toContain('✗ NonBlocking')
    host.type('l')
    expect(host.text()).toContain('✗ NonBlocking broken: rm1 voted on t1 and is in doubt')
  })

  test('to the next fault and back, to the events of one node, and to the step that breaks a property', () => {
    const host = walking()
    host.type('gx')
    expect(host.text()).toContain('After step 4 of 7: tm crashes')
    host.type('x')
    expect(host.text()).toContain('the network loses vote')
    host.type('X')
    expect(host.text()).toContain('After step 4 of 7')
    host.type('X')
    expect(host.text()).toContain('No fault comes before this step.')
    host.type('hn')
    expect(host.text()).toContain('Nothing happens at rm1 later than this.')
    host.type('lN')
    expect(host.text()).toContain('After step 2 of 7: tm receives begin')
    host.type('Gv')
    expect(host.text()).toContain('Broken from here on: NonBlocking.')
    expect(host.text()).toContain('After step 4 of 7')
  })

  test('a story in which nothing breaks says so', () => {
    const host = walking(BLOCKED.slice(0, 4))
    host.type('v')
    expect(host.text()).toContain('No property is broken at the end of this story.')
  })

  test('Tab goes from section to section, j and k line by line', () => {
    const host = walking()
    host.type('<tab>')
    expect(host.text()).toContain('── disks')
    host.type('<tab><tab><tab><tab>')
    expect(host.text()).toContain('── properties')
    host.type('<shift-tab>')
    expect(host.text()).not.toMatch(/── nodes/)
    host.type('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk')
    expect(host.text()).toContain('── nodes')
  })
})

describe('looking for something', () => {
  test('faults only: the others are folded, and walking goes from fault to fault', () => {
    const host = walking()
    host.type('F')
    expect(host.text()).toContain('faults only')
    expect(host.text()).toContain('· 3 steps')
    expect(host.text()).not.toContain('─begin─')
    host.type('ghl')
    expect(host.text()).toContain('After step 4 of 7')
    host.type('l')
    expect(host.text()).toContain('the network loses vote')
    host.type('F')
    expect(host.text()).toContain('─begin─')
  })

  test('nodes and messages by a list', () => {
    const host = walking()
    host.type('f')
    expect(host.text()).toContain('[x] rm2')
    host.type('jjj<space>')
    expect(host.text()).toContain('[ ] rm2')
    host.type('jj<space><esc>')
    expect(host.text()).toContain('without rm2 prepare')
    expect(host.text()).not.toContain('prepare──')
    host.type('z')
    host.type('z')
    expect(host.text()).not.toMatch(/^ +rm2 /m)
    host.type('fa<esc>')
    expect(host.text()).toMatch(/^ +rm2 /m)
  })

  test('closer: what each node writes and sends; farther: only what the outside sees', () => {
    const host = walking()
    host.size = { columns: 80, rows: 60 }
    host.type('+')
    expect(host.text()).toContain('■ syncs its disk')
    expect(host.text()).toContain('» sends prepare to rm1, rm2')
    host.type('--')
    expect(host.text()).toContain('overview')
    expect(host.text()).not.toContain('─prepare─')
    expect(host.text()).toContain('✗ crash')
  })
})

describe('branches', () => {
  test('Enter lists what may happen, letters narrow it down, and what is taken is a branch; O is the original', async () => {
    const host = walking()
    host.type('gllll<enter>')
    expect(await settled(host)).toContain('What happens next?')
    host.type('tm rest')
    expect(host.text()).toContain('1 of ')
    host.type('<enter>')
    const text = await settled(host)
    expect(text).toContain('branch 1, from step 4')
    expect(text).toContain('After step 5 of 5: tm restarts')
    host.type('<enter>')
    await settled(host)
    host.type('timer inq<enter>')
    expect(await settled(host)).toContain('step 6 of 6')
    host.type('o')
    expect(host.text()).toContain('branch 1, from step 4, 6 steps (here)')
    host.type('<esc>O')
    expect(host.text()).toContain('step 4 of 7')
    host.type('o<down><enter>')
    expect(host.text()).toContain('step 6 of 6')
  })

  test('a branch is saved under a name, as a file that tells it again, and its token copied', async () => {
    const course = fakeCourse()
    const host = walking(BLOCKED, course)
    host.type('gllll<enter>')
    await settled(host)
    host.type('restarts<enter>')
    await settled(host)
    host.type('safter-restart<enter>')
    expect(host.text()).toContain('Saved: after-restart')
    const file = JSON.parse(course.stories.get('after-restart')!)
    expect(file).toMatchObject({ program: 'two-phase-commit', trace: { length: 5 } })
    host.type('o')
    expect(host.text()).toContain('after-restart, 5 steps (here)')
    host.type('<esc>y')
    expect(host.text()).toContain('sb1.')
    const again = newSession()
    again.execute(`replay ${host.copied}`)
    expect(again.current.moments).toHaveLength(5)
    host.type('<esc>hY')
    again.execute(`replay ${host.copied}`)
    expect(again.current.moments).toHaveLength(4)
  })

  test('a list that nothing is in says so, and Esc leaves everything as it is', async () => {
    const host = walking()
    host.type('<enter>')
    await settled(host)
    host.type('no such thing')
    expect(host.text()).toContain('Nothing has these letters.')
    host.type('<enter><esc>')
    expect(host.text()).toContain('step 7 of 7')
  })

  test('the story of an answer branches in a process of its own', async () => {
    const course = fakeCourse()
    const host = new TestHost(course)
    host.visit({ kind: 'exercise', id: 'two-phase-commit' })
    host.type('c')
    await settled(host)
    host.type('d')
    expect(await settled(host)).toContain('step 4 of 4')
    host.type('h<enter>')
    await settled(host)
    host.type('prepare rm2 from<backspace><backspace><backspace><backspace><enter>')
    await settled(host)
    expect(host.text()).toContain('branch 1, from step 3')
    expect(host.text()).toContain('After step 4 of 4: rm2 receives prepare')
  })
})

test('t on a cell that found a counterexample walks the counterexample; its run is in the list', () => {
  const course = fakeCourse()
  const host = new TestHost(course)
  host.open(new LessonScreen(LESSON, course, host))
  host.type(
    'n:cluster dual-write orders inventory<enter>request client orders place tx=t1<enter>explore AC1 drops=1<enter><esc>t',
  )
  expect(host.text()).toContain('the story that breaks AC1')
  expect(host.text()).toContain('✗ AC1 broken')
  host.type('o')
  expect(host.text()).toContain('the run of this cell')
})

test('no width and no size breaks it: as many lines as the terminal has, none wider', async () => {
  for (const [columns, rows] of [
    [40, 20],
    [40, 10],
    [80, 24],
    [120, 40],
  ] as const) {
    const host = walking()
    host.size = { columns, rows }
    for (const keys of ['', 'hhh', '+', 'z', 'z', 'zF', '?', '<esc>f', '<esc><enter>']) {
      host.type(keys)
      await settled(host)
      const { lines } = host.front.draw(host.size)
      expect(lines).toHaveLength(rows)
      for (const line of host.text().split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    }
  }
})

test('what does not fit is counted, and the words for it are never cut', () => {
  const host = walking()
  host.size = { columns: 80, rows: 24 }
  expect(host.text()).toMatch(/\d+ more lines: ↓ or j, Tab for the next section$/m)
  host.size = { columns: 40, rows: 20 }
  expect(host.text()).toMatch(/\d+ more lines: ↓ or j$/m)
})
