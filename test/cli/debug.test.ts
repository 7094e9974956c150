/** The world debugger as plain text, for pipes, for whoever listens, and for programs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { EXIT, type Io, type Options, UsageProblem } from '../../cli/command.ts'
import { debug } from '../../cli/commands/debug.ts'
import { newSession, textWidth } from '../../cli/door.ts'
import { PLAIN } from '../../cli/theme.ts'
import { storyText } from '../../cli/walk.ts'

const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const session = newSession()
for (const line of [
  'cluster two-phase-commit tm rm1 rm2',
  'request client tm begin tx=t1',
  'deliver begin',
  'deliver prepare rm1',
  'crash tm',
])
  session.execute(line)
const TOKEN = session.token()

async function told(word: string, options: Options = {}, some: Partial<Io> = {}) {
  const said = { code: -1, out: '', err: '' }
  const io: Io = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    columns: 80,
    theme: PLAIN,
    interactive: false,
    ascii: false,
    aloud: false,
    versions: '',
    workspace: join(folder, 'workspace'),
    nodeDisk: null,
    read: () => '',
    readFile: (file) => {
      try {
        return { text: readFileSync(file, 'utf8') }
      } catch {
        return { problem: `${file}: there is no such file` }
      }
    },
    writeFile: () => {},
    stopsBy: () => {},
    async *lines() {},
    ...some,
  }
  said.code = await debug.run(io, [word, undefined], options)
  return said
}

describe('a story as text', () => {
  test('the timeline, and all that is there at its end', async () => {
    const { code, out } = await told(TOKEN)
    expect(code).toBe(EXIT.good)
    expect(out).toContain('●──begin')
    expect(out).toContain('After step 4 of 4: tm crashes (2 ms)')
    expect(out).toContain('✗ NonBlocking broken: rm1 voted on t1')
    expect(Math.max(...out.split('\n').map(textWidth))).toBeLessThanOrEqual(80)
  })

  test.each([
    ['2', 'After step 2 of 4: tm receives begin'],
    ['start', 'Before the first step'],
    ['fault', 'After step 4 of 4: tm crashes'],
    ['broken', 'After step 4 of 4: tm crashes'],
  ])('at %s', async (at, says) => {
    expect((await told(TOKEN, { at })).out).toContain(says)
  })

  test('every place of it', async () => {
    const { out } = await told(TOKEN, { every: true })
    expect(out.match(/── nodes/g)).toHaveLength(5)
  })

  test('what may happen next, and a branch with its token, which is a story again', async () => {
    const { out } = await told(TOKEN, { at: '4', next: true })
    const number = /^ +(\d+) {2}tm restarts$/m.exec(out)![1]!
    const branch = await told(TOKEN, { take: `${number},1` })
    expect(branch.out).toContain('After step 6 of 6')
    const token = branch.out.trimEnd().split('\n').at(-1)!
    expect((await told(token, { at: '5' })).out).toContain('After step 5 of 6: tm restarts')
  })

  test('only some of it: faults, nodes, messages; and closer', async () => {
    expect((await told(TOKEN, { faults: true })).out).toContain('· 3 steps')
    expect((await told(TOKEN, { node: 'rm2' })).out).not.toMatch(/^.. +rm1 /m)
    expect((await told(TOKEN, { type: 'begin' })).out).not.toContain('─prepare─')
    expect((await told(TOKEN, { zoom: 'detail' })).out).toContain('■ syncs its disk')
  })

  test('in sentences for whoever listens: no picture, no table', async () => {
    const { out } = await told(TOKEN, {}, { aloud: true })
    expect(out).toContain('At 2 ms: rm1 receives prepare from tm.')
    expect(out).toContain('On the disk of rm1, phase t1: coordinator tm, phase prepared, row a, synced.')
    expect(out).toContain('NonBlocking is broken: rm1 voted on t1 and is in doubt')
    expect(out).not.toMatch(/[─│●▶✗✓→]/)
  })

  test('as data', async () => {
    const { out } = await told(TOKEN, { json: true, next: true, at: '3' })
    const data = JSON.parse(out)
    expect(data).toMatchObject({ schemaVersion: 1, nodes: ['tm', 'rm1', 'rm2'], brokenAt: 4 })
    expect(data.steps).toHaveLength(4)
    expect(data.places).toMatchObject([{ at: 3, says: expect.stringContaining('rm1 receives prepare') }])
    expect(data.next[0]).toEqual({ number: 1, says: expect.any(String) })
  })
})

describe('where a story comes from', () => {
  test('a story file, a file with a token, and a story that was saved here', async () => {
    const file = join(folder, 'told.story')
    writeFileSync(file, storyText(session))
    expect((await told(file)).out).toContain('After step 4 of 4')
    writeFileSync(file, `${TOKEN}\n`)
    expect((await told(file)).out).toContain('After step 4 of 4')
    const { err } = await told(TOKEN, { save: 'blocked' })
    expect(err).toMatch(/^Saved: splitbrain debug .*blocked\.story\n$/)
    expect((await told(join(folder, 'workspace', 'stories', 'blocked.story'))).out).toContain('step 4 of 4')
    await expect(told(TOKEN, { save: 'blocked' })).rejects.toThrow('There is a story "blocked" already')
    await expect(told(TOKEN, { save: '../x' })).rejects.toThrow('letters, digits and dashes')
  })

  test.each([
    [{ at: '9' }, 'this story has 4 steps, and no step 9'],
    [{ at: 'brokn' }, 'a place is the number of a step, start, end, fault or broken, not "brokn"'],
    [{ node: 'rm3' }, 'there is no node "rm3" in this story; there are tm, rm1, rm2'],
    [{ take: '99' }, 'and no number 99'],
    [{ take: 'x' }, '--take wants numbers'],
    [{ zoom: 'near' }, 'zoom is overview, steps, detail, not "near"'],
  ] as const)('%o is a mistake that says what there is', async (options, says) => {
    await expect(told(TOKEN, options)).rejects.toThrow(UsageProblem)
    await expect(told(TOKEN, options)).rejects.toThrow(says)
  })

  test('a name that is nothing names what it could have been', async () => {
    await expect(told('two-phase-comit')).rejects.toMatchObject({ next: 'did you mean 09-two-phase-commit?' })
    await expect(told('./no-such.story')).rejects.toThrow('there is no such file')
  })
})
