/** The kernel: the same as the notebook it computes for, and stopped whenever someone asks. */
import { afterEach, expect, test } from 'vitest'
import {
  type Ask,
  Kernel,
  kitFile,
  Notebook,
  type Outcome,
  type Progress,
  parseLesson,
} from '../../src/index.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'

const INPUT = { protocols, alternatives, commands }
const HEAVY = 'explore LogMatching crashes=2 drops=2 timeouts=6 worlds=50000000'

const LESSON = parseLesson(
  '09-two-phase-commit.md',
  `---
title: Two-phase commit
unit: Atomic commit
minutes: 25
sources: [Gray 1978]
---

Both or neither.

\`\`\`predict id=guess
Which?
- [x] Both :: Yes.
- [ ] Neither :: No.
\`\`\`

\`\`\`scenario id=first
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
deliver all
\`\`\`

\`\`\`scenario id=second
crash tm
show state
\`\`\`

\`\`\`challenge id=doubt property=NonBlocking steps=9
Leave a participant in doubt.
----
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
\`\`\`

<!-- solution:
deliver all
-->
`,
)

let kernel: Kernel

function start(): Kernel {
  kernel = new Kernel(LESSON, INPUT, kitFile('kernel.js'))
  return kernel
}

afterEach(() => kernel.close())

function ask(what: Ask, seen?: (progress: Progress) => void): Promise<Outcome> {
  return new Promise((done) => kernel.ask(what, { done, ...(seen && { seen }) }))
}

const line = (text: string, seen?: (progress: Progress) => void) => ask({ kind: 'line', line: text }, seen)

const LINES = [
  'deliver all',
  'branch kept 2',
  'crash rm1',
  'load kept',
  'back 1',
  'check',
  'crahs tm',
  'show timeline',
]

test('what it reached is what a notebook on this thread reaches, line by line', async () => {
  start()
  const here = new Notebook(LESSON, INPUT)
  for (const id of ['first', 'second', 'doubt']) {
    await ask({ kind: 'cell', id })
    here.run(id)
    expect(kernel.notebook.cells).toEqual(here.cells)
  }
  for (const text of LINES) {
    const outcome = await line(text)
    try {
      const result = here.prompt(text)
      expect(outcome).toEqual({ kind: 'done', result, challenge: here.challengeState() })
    } catch (problem) {
      expect(outcome).toEqual({ kind: 'problem', problem })
    }
    expect(kernel.notebook.session.run!.worlds).toEqual(here.session.run!.worlds)
    expect(kernel.notebook.session.run!.moments).toEqual(here.session.run!.moments)
  }
})

test('a search that is stopped gave up, and says that it was stopped by hand', async () => {
  start()
  await line('cluster raft-log n1 n2 n3')
  const seen: Progress[] = []
  const outcome = await line(HEAVY, (progress) => {
    seen.push(progress)
    if (seen.length === 3) expect(kernel.stop()).toBe(true)
  })
  expect(outcome).toMatchObject({
    kind: 'done',
    result: { view: { verdict: 'gaveUp', headline: 'gave up: stopped by hand' } },
  })
  const worlds = seen.flatMap((progress) => (progress.kind === 'explore' ? [progress.worlds] : []))
  expect(worlds).toHaveLength(seen.length)
  expect(worlds).toEqual([...worlds].sort((a, b) => a - b))
  expect(kernel.stop()).toBe(false)
})

test('after a thread was ended by force, a new one goes on from what was reached', async () => {
  start()
  await ask({ kind: 'cell', id: 'first' })
  kernel.notebook.predict('guess', 0)
  await line('save before')
  // Nothing looks whether to stop while time passes in a run: it is ended by force.
  await line('cluster raft-log n1 n2 n3')
  const asked = line('run 3000s')
  kernel.stop()
  const outcome = await asked
  expect(outcome.kind).toBe('ended')
  expect(kernel.notebook.session.run!.moments).toHaveLength(0)
  expect((await line('load before')).kind).toBe('done')
  expect(kernel.notebook.session.run!.origin.program).toBe('two-phase-commit')
  expect(kernel.notebook.cells.find((state) => state.cell.id === 'first')!.status).toBe('done')
  expect(kernel.notebook.cells.find((state) => state.cell.id === 'guess')!.chosen).toBe(0)
})

test('a thread that cannot boot is not booted for ever: each question is told so, once', async () => {
  const entry = new URL('data:text/javascript,throw new Error("no such chip")')
  kernel = new Kernel(LESSON, INPUT, entry)
  kernel.warm()
  const outcomes = await Promise.all([line('help'), line('help')])
  const says = 'a mistake of ours: no such chip'
  expect(outcomes).toEqual([
    { kind: 'ended', cause: 'mistake', says },
    { kind: 'ended', cause: 'mistake', says },
  ])
  expect(kernel.busy).toBe(false)
  expect(kernel.stop()).toBe(false)
})

test('a forced end in full swing: told soon, and the next line runs', async () => {
  start()
  await line('cluster raft-log n1 n2 n3')
  const asked = line('run 3000s')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(kernel.busy).toBe(true)
  const stoppedAt = performance.now()
  kernel.stop()
  const next = line('show state')
  expect(await asked).toEqual({
    kind: 'ended',
    cause: 'stopped',
    says: 'stopped by hand; all is as it was before',
  })
  // 90 ms of patience, and what a busy machine adds.
  expect(performance.now() - stoppedAt).toBeLessThan(500)
  expect((await next).kind).toBe('done')
})
