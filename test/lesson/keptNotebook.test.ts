/** What is kept of a notebook: it goes with the texts it belongs to, and nobody's text is lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type KeptCell,
  type KeptNotebook,
  NOTHING_KEPT,
  Notebook,
  notebookText,
  ownLesson,
  parseLesson,
  readNotebook,
  settled,
  withCell,
  withoutText,
  withScratch,
  withText,
} from '../../src/index.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'

const INPUT = { protocols, alternatives, commands }

const lesson = (...cells: string[]) =>
  parseLesson(
    '42-a-lesson.md',
    `---\ntitle: A\nunit: U\nminutes: 5\nneeds: []\nexercises: []\nsources: []\n---\n\n${cells.join('\n\n')}\n`,
  )
const run = (info: string, ...lines: string[]): string => `\`\`\`scenario${info}\n${lines.join('\n')}\n\`\`\``
const CLUSTER = ['cluster two-phase-commit tm rm1 rm2', 'request client tm begin tx=t1', 'deliver all']
const QUESTION = '```predict id=guess\nWhich?\n- [x] this :: yes\n- [ ] that :: no\n```'
const CLAIM = '```claim id=X-1 verdict=opinion numbers=first\nIt is so.\n```'

function keptOf(notebook: Notebook): KeptCell[] {
  return notebook.cells.flatMap(({ cell, status, output, verdicts, problem, chosen }) => {
    if (cell.kind === 'claim' || status === 'idle') return []
    const answer = cell.kind === 'predict' && chosen !== null ? cell.answers[chosen]!.text : null
    const above = notebook.aboveOf(cell)
    const { id, source } = cell
    return [{ id, source, above, status, output, verdicts, problem, answer, goal: null, typed: [] }]
  })
}

/** What is kept after all of a lesson was run and its question answered. */
function taken(of: ReturnType<typeof lesson>): KeptNotebook {
  const notebook = new Notebook(of, INPUT)
  notebook.runAll()
  if (notebook.cells.some(({ cell }) => cell.id === 'guess')) notebook.predict('guess', 1)
  return keptOf(notebook).reduce(withCell, NOTHING_KEPT)
}

function opened(of: ReturnType<typeof lesson>, kept: KeptNotebook) {
  const now = settled(kept, of)
  const notebook = new Notebook(of, INPUT)
  notebook.revise(ownLesson(of, now), now.cells)
  return { now, notebook, state: (id: string) => notebook.cells.find(({ cell }) => cell.id === id)! }
}

const FIRST = run(' id=first', ...CLUSTER)
const SECOND = run(' id=second', 'crash tm', 'show state')

describe('the same text again', () => {
  test('brings back every output, answer, verdict and proof', () => {
    const text = lesson(QUESTION, FIRST, SECOND, CLAIM)
    const before = new Notebook(text, INPUT)
    before.runAll()
    before.predict('guess', 1)
    const { notebook, now } = opened(text, taken(text))
    expect(notebook.cells).toEqual(before.cells)
    expect(now.older).toEqual([])
  })

  test('survives its file', () => {
    const kept = taken(lesson(QUESTION, FIRST))
    expect(readNotebook(notebookText(kept))).toEqual(kept)
    for (const text of ['', '[]', 'null', '{ "schemaVersion": 2 }', '{ "schemaVersion": 1, "cells": [3] }'])
      expect(readNotebook(text)).toBeNull()
  })
})

test('what a file may hold by somebody else is left out: what cannot be drawn, and what a terminal would obey', () => {
  const kept = taken(lesson(QUESTION, FIRST, SECOND))
  const [guess, first, second] = kept.cells
  const odd = { ...first!, output: { kind: 'timeline', lanes: ['a', null] } } as unknown as KeptCell
  const hostile = { ...second!, problem: 'a\u001b]52;c;AAAA\u0007b\u009b2J' }
  expect(readNotebook(notebookText({ ...kept, cells: [guess!, odd, hostile] }))?.cells).toEqual([
    guess,
    { ...second!, problem: 'a]52;c;AAAAb2J' },
  ])
})

describe('another text', () => {
  test('marks what a cell printed before, and all that goes on from it', () => {
    const kept = taken(lesson(FIRST, SECOND))
    const { state } = opened(lesson(run(' id=first', ...CLUSTER, 'show state'), SECOND), kept)
    for (const id of ['first', 'second']) {
      expect(state(id)).toMatchObject({ status: 'idle', older: { answer: null } })
    }
    expect(state('second').output).not.toBeNull()
  })

  test('keeps an answer as one to an older question; the same answer under another number stays the answer', () => {
    const kept = taken(lesson(QUESTION))
    expect(opened(lesson(QUESTION.replace('Which?', 'Which one?')), kept).state('guess')).toMatchObject({
      status: 'idle',
      chosen: null,
      older: { answer: 'that' },
    })
  })

  test('a cell without a name is known by its text, wherever it stands now', () => {
    const kept = taken(lesson(run('', ...CLUSTER), run('', 'show state')))
    const { state, now } = opened(lesson(QUESTION, run('', ...CLUSTER), run('', 'show state')), kept)
    expect(state('cell-2')).toMatchObject({ status: 'done', older: null })
    expect(state('cell-3')).toMatchObject({ status: 'done', older: null })
    expect(now.cells.map(({ id }) => id)).toEqual(['cell-2', 'cell-3'])
  })

  test('what belongs to a cell that is gone is put aside, and found again if it comes back', () => {
    const [all, less] = [lesson(FIRST, SECOND), lesson(FIRST)]
    const without = settled(taken(all), less)
    expect(without.older.map(({ id }) => id)).toEqual(['second'])
    expect(settled(without, less)).toEqual(without)
    expect(opened(all, without).state('second').status).toBe('done')
  })

  test('a change of a cell that is gone becomes a cell of one own; one of a cell with another text says so', () => {
    const changed = withText(NOTHING_KEPT, {
      language: 'scenario',
      id: 'second',
      text: 'crash rm1',
      source: 'crash tm\nshow state',
      seen: 'crash tm\nshow state',
    })
    expect(settled(changed, lesson(FIRST))).toMatchObject({
      changed: [],
      scratch: [{ id: 'mine-1', text: 'crash rm1' }],
    })
    const { state } = opened(lesson(FIRST, run(' id=second', 'crash rm2')), changed)
    expect(state('second').cell).toMatchObject({ own: 'outdated', source: 'crash rm1' })
  })
})

describe("the learner's own cells", () => {
  test('go on from the lesson, and the lesson never from them', () => {
    const added = withScratch(NOTHING_KEPT, 'first', 'crash rm1', 'scenario').kept
    const { notebook, state } = opened(lesson(FIRST, SECOND), added)
    expect(notebook.cells.map(({ cell }) => cell.id)).toEqual(['first', 'mine-1', 'second'])
    notebook.run('mine-1')
    expect(notebook.session.world.nodes['rm1']!.state).toBeNull()
    notebook.run('second')
    expect(state('second').problem).toBeNull()
    expect(notebook.session.world.nodes['rm1']!.state).not.toBeNull()
  })

  test('a claim is not proven by what the learner has changed, nor by what goes on from it', () => {
    const claim = CLAIM.replace('numbers=first', 'numbers=second')
    const changed = withText(NOTHING_KEPT, {
      language: 'scenario',
      id: 'first',
      text: `${CLUSTER.join('\n')}\nshow state`,
      source: CLUSTER.join('\n'),
      seen: CLUSTER.join('\n'),
    })
    const { notebook } = opened(lesson(FIRST, SECOND, claim), changed)
    expect(notebook.run('X-1')).toMatchObject({
      status: 'failed',
      unproven: ['numbers: you have changed the cell first'],
    })
  })

  test('the text of the lesson again leaves no change behind', () => {
    const change = {
      id: 'second',
      language: 'scenario' as const,
      text: 'crash rm1',
      source: 'crash tm',
      seen: 'crash tm',
    }
    const changed = withText(NOTHING_KEPT, change)
    expect(withText(changed, { ...change, text: 'crash tm', seen: 'crash rm1' })).toEqual(NOTHING_KEPT)
    expect(withoutText(changed, 'second', 'crash rm1')).toEqual(NOTHING_KEPT)
  })
})

test('two who write at once lose nothing: every text that somebody wrote and nobody saw replaced is there', () => {
  const source = CLUSTER.join('\n')
  const deed = fc.record({
    who: fc.constantFrom(0, 1),
    what: fc.constantFrom('look', 'change', 'add', 'edit', 'remove'),
    pick: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 25 }), (deeds) => {
      let file = NOTHING_KEPT
      // What each of the two has on the screen, which may be older than the file.
      const seen = [file, file]
      const alive = new Set<string>()
      let n = 0
      for (const { who, what, pick } of deeds) {
        const mine = seen[who]!
        const text = `crash n${++n}`
        const own = mine.scratch[pick % Math.max(1, mine.scratch.length)]
        if (what === 'change') {
          const before = mine.changed[0]?.text ?? source
          file = withText(file, { language: 'scenario', id: 'first', text, source, seen: before })
          alive.delete(before)
          alive.add(text)
        } else if (what === 'add') {
          file = withScratch(file, 'first', text, 'scenario').kept
          alive.add(text)
        } else if (what === 'edit' && own !== undefined) {
          file = withText(file, { language: 'scenario', id: own.id, text, source: '', seen: own.text })
          alive.delete(own.text)
          alive.add(text)
        } else if (what === 'remove' && own !== undefined) {
          file = withoutText(file, own.id, own.text)
          alive.delete(own.text)
        }
        seen[who] = file
      }
      const there = new Set([...file.changed, ...file.scratch].map((one) => one.text))
      expect([...alive].filter((text) => !there.has(text))).toEqual([])
      const ids = file.scratch.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
    }),
    { numRuns: 500 },
  )
})
