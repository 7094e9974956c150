/** The prompt alone on the terminal: lines, completion, several lines at once, stopping and leaving, the debugger. */
import { describe, expect, test } from 'vitest'
import { type Computing, completeLine, newSession } from '../../cli/door.ts'
import { ReplScreen } from '../../cli/screens/repl.ts'
import { fakeCourse, LESSON } from './fakes.ts'
import { TestHost } from './host.ts'

function typing(first: string | null = null, kernel?: Computing): TestHost {
  const course = fakeCourse()
  const host = new TestHost(course)
  host.open(new ReplScreen(kernel ?? course.kernel(LESSON), course, host, first))
  return host
}

const BEGUN = 'cluster dual-write orders inventory<enter>request client orders place tx=t1<enter>'

describe('lines', () => {
  test('begin with the cluster that was asked for, and stay with what came of them', () => {
    const host = typing('cluster two-phase-commit')
    expect(host.text()).toContain('> cluster two-phase-commit')
    expect(host.text()).toContain('Splitbrain › two-phase-commit')
    host.type('request client tm begin<enter>deliver begin<enter>')
    expect(host.text()).toContain('step 2 · 1 ms')
    host.type('crsh tm<enter>')
    expect(host.text()).toMatch(/> crsh tm\n +\^\n/)
    expect(host.text()).toContain('Did you mean "crash"?')
    host.type('<up><up>')
    expect(host.text()).toContain(' > deliver begin')
  })

  test('scroll by pages, and a new one shows the end again', () => {
    const host = typing('cluster two-phase-commit')
    host.type('help<enter>')
    expect(host.text()).not.toContain('Commands act on a cluster')
    host.type('<pgup>'.repeat(20))
    expect(host.text()).toContain('Commands act on a cluster')
    expect(host.text()).toContain('more lines: PgDn')
    host.type('step<enter>')
    expect(host.text()).toContain('> step')
  })

  test('a mistake among pasted lines stops those after it', () => {
    const host = typing()
    host.front.paste!('cluster two-phase-commit\nheal-all\ncrash tm\ndeli')
    expect(host.text()).toContain('no command is called "heal-all"')
    expect(host.text()).toContain('Did you mean "heal"?')
    expect(host.text()).toContain('one line after it did not run')
    expect(host.text()).toContain(' > deli')
    expect(host.text()).toContain('step 0')
  })

  test('lines between open brackets stay together, pasted or typed', () => {
    const course = fakeCourse()
    const asked: string[] = []
    const kernel = course.kernel(LESSON)
    const listening: Computing = {
      ...kernel,
      ask: (ask, { done }) => {
        if (ask.kind === 'line') asked.push(ask.line)
        done({ kind: 'done', result: null, challenge: null })
      },
    }
    const host = typing(null, listening)
    host.front.paste!('const f = (x) => {\n  return "("\n}\ncrash tm\n')
    host.type('g({<enter>')
    expect(host.text()).toContain('> g({↵')
    host.type('})<enter>')
    expect(asked).toEqual(['const f = (x) => {\n  return "("\n}', 'crash tm', 'g({\n})'])
  })
})

describe('leaving', () => {
  test('Esc twice, Ctrl-C twice; any other key in between stays', () => {
    const host = typing()
    host.type('<esc>')
    expect(host.text()).toContain('Once more leaves')
    host.type('x<esc>')
    expect(host.left).toBe(false)
    host.type('<esc>')
    expect(host.left).toBe(true)
    const other = typing()
    expect(other.front.interrupt!()).toBe(true)
    expect(other.front.interrupt!()).toBe(false)
  })

  test('Ctrl-D on an empty line, and the word exit', () => {
    const host = typing()
    host.type('ab<ctrl-d>')
    expect(host.left).toBe(false)
    host.type('<ctrl-u><ctrl-d>')
    expect(host.left).toBe(true)
    const other = typing()
    other.type('exit<enter>')
    expect(other.left).toBe(true)
  })

  test('what runs is stopped by the first', () => {
    const course = fakeCourse()
    let stopped = 0
    const kernel: Computing = {
      ...course.kernel(LESSON),
      ask: (_, { seen }) => seen?.({ kind: 'explore', worlds: 1_234_567, depth: 9 }, 1_000),
      stop: () => {
        stopped++
        return true
      },
    }
    const host = typing('explore AC1', kernel)
    expect(host.text()).toContain('exploring  1,234,567 worlds · depth 9')
    host.type('<esc>')
    expect(host.front.interrupt!()).toBe(true)
    expect([stopped, host.left]).toEqual([2, false])
  })
})

test('Ctrl-T walks the story that a search found, with the run in the list', () => {
  const host = typing()
  host.type('<ctrl-t>')
  expect(host.text()).toContain('There is no cluster yet')
  host.type(`${BEGUN}explore AC1 drops=1<enter><ctrl-t>`)
  expect(host.text()).toContain('the story that breaks AC1')
  host.type('<esc>step<enter><ctrl-t>')
  expect(host.text()).toContain('step 2 of 2')
})

test('? lists all keys where nothing is typed, and is a letter where something is', () => {
  const host = typing()
  host.type('?')
  expect(host.text()).toContain('On a cluster of your own')
  expect(host.text()).not.toContain('back to the page; the line is kept')
  host.type('<esc>1 ?')
  expect(host.text()).toContain(' > 1 ?')
})

describe('completion', () => {
  const session = newSession()
  for (const line of ['cluster two-phase-commit tm rm1 rm2', 'request client tm begin tx=t1'])
    session.execute(line)

  test.each([
    ['cra', ['crash']],
    ['crash r', ['rm1', 'rm2']],
    ['deliver b', ['begin']],
    ['request client tm begin t', ['tx=t1']],
    ['no', ['nodes', 'now']],
    ['nodes.r', ['nodes.rm1', 'nodes.rm2']],
    ['1 + nodes.tm.coll', ['nodes.tm.collecting']],
    ['nodes.tm.collecting.g', ['nodes.tm.collecting.get']],
    ['bars(wire[0].t', ['bars(wire[0].type', 'bars(wire[0].tx', 'bars(wire[0].to']],
    ['wire.fil', ['wire.filter']],
    ['JS', ['JSON']],
    ['lea', ['leader']],
    ['nodes.nobody.x', []],
  ])('of %s', (head, words) => {
    expect(completeLine(session, head, ['leader']).toSorted()).toEqual(words.toSorted())
  })
})
