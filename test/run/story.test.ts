/** Stories as files: self-contained, readable, and honest about programs that have changed. */
import { describe, expect, test } from 'vitest'
import { viewText } from '../../src/draw/text.ts'
import { verdictView } from '../../src/draw/verdict.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { simulate } from '../../src/run/simulate.ts'
import { readStory, retell, StoryProblem, writeStory } from '../../src/run/story.ts'
import { begin } from '../../src/world/apply.ts'
import { choiceText } from '../../src/world/choice.ts'
import { makeModel, requestBody, variant } from '../../src/world/protocol.ts'

const impatient = alternatives.find((a) => a.rule === 'inDoubt' && a.name === 'abort')!
const model = makeModel(variant(twoPhaseCommit, 'abort', { inDoubt: impatient.is }))
const first = begin(model).world
const found = fuzz(model, { properties: ['AC1'] })
const { trace, why } = found.findings[0]!
const timeline = viewText(verdictView(found.verdicts[0]!, { model, from: first }))
const input = {
  program: 'two-phase-commit',
  rules: ['inDoubt=abort'],
  names: ['tm', 'rm1', 'rm2'],
  params: {},
  options: {},
  trace,
  property: 'AC1',
  why,
  timeline,
}
const text = writeStory(input, model, first)

describe('a story is one text', () => {
  test('that reads back as it was written, and is the same every time', () => {
    const story = readStory(text)
    expect(story).toMatchObject({ ...input, schemaVersion: 1 })
    expect(writeStory(story, model, first)).toBe(text)
    expect(text.endsWith('}\n')).toBe(true)
  })

  test('from which a friend makes the program again, and sees the same', () => {
    const story = readStory(text)
    const base = protocols.find((p) => p.name === story.program)!
    const rules = Object.fromEntries(
      story.rules.map((rule) => {
        const alternative = alternatives.find((a) => `${a.rule}=${a.name}` === rule)!
        return [alternative.rule, alternative.is]
      }),
    )
    const again = makeModel(variant(base, 'again', rules), { names: story.names, params: story.params })
    const told = retell(story, again, begin(again).world, { exact: true })
    expect(told).toMatchObject({ kind: 'told', changedAt: null })
    expect(story.timeline).toContain('broken in 7 steps')
    expect(story.trace.map(choiceText).at(-1)).toBe(`rm1's timer inquire "t1" fires`)
  })

  test('only if it can be told', () => {
    const impossible = { ...input, trace: [...trace, { kind: 'restart', node: 'tm' } as const] }
    expect(() => writeStory(impossible, model, first)).toThrow('stops at step 8: tm is up')
  })
})

describe('on a program that has changed', () => {
  const story = readStory(text)
  const fixed = makeModel(twoPhaseCommit)

  test('it plays as far as it can and says where the program first did something else', () => {
    const told = retell(story, fixed, begin(fixed).world)
    expect(told).toMatchObject({ kind: 'told', changedAt: 7, replayed: { stopped: null } })
  })

  test('exact refuses', () => {
    expect(retell(story, fixed, begin(fixed).world, { exact: true })).toMatchObject({
      kind: 'refused',
      changedAt: 7,
      why: expect.stringContaining('two-phase-commit has changed since this story was written'),
    })
  })

  test('a step that is no longer possible is named', () => {
    const no = makeModel(twoPhaseCommit, { params: { votes: 'no' } })
    const told = retell(story, no, begin(no).world)
    expect(told.kind === 'told' && told.replayed.stopped).toBeTruthy()
    const refused = retell(story, { ...no, nodes: {} }, { ...first, wire: [], nodes: {} }, { exact: true })
    expect(refused).toMatchObject({ kind: 'refused', changedAt: 0 })
  })

  test('a timeout that became longer is a change, though no step looks different', () => {
    const slower = makeModel(model.protocol, { params: { inquireMs: 300 } })
    expect(retell(story, slower, begin(slower).world)).toMatchObject({
      replayed: { stopped: null },
      changedAt: 3,
    })
  })
})

test('every kind of choice that a run can make is read again', () => {
  const faults = {
    untilMs: 500,
    loss: 0.2,
    duplicate: 0.2,
    crashInside: 0.2,
    crashes: 2,
    partitions: 1,
    pauses: 2,
    driftPpm: 9,
  }
  const request = { atMs: 5, client: 'c', to: 'tm', body: requestBody(twoPhaseCommit, 'begin', {}) }
  const any = makeModel(twoPhaseCommit, { params: { votes: 'any' }, options: { delayMs: [1, 50] } })
  const kinds = new Set<string>()
  for (let seed = 0; seed < 60; seed++) {
    const run = simulate(any, { seed, untilMs: 3000, requests: [request], faults })
    const file = writeStory({ ...input, trace: run.trace }, run.model, run.first)
    expect(retell(readStory(file), run.model, run.first, { exact: true })).toMatchObject({ changedAt: null })
    for (const choice of run.trace) kinds.add(choice.kind)
  }
  expect(kinds.size).toBe(14)
})

test.each<[string, string, string]>([
  ['cut short', text.slice(0, -30), 'it is not JSON'],
  ['a list', '[]', 'a story is one JSON object'],
  ['something else', '{"name":"x"}', 'it has no "schemaVersion"'],
  ['of the future', '{"schemaVersion":2}', 'is of schema 2; this program reads schema 1'],
  ['without its steps', JSON.stringify({ ...readStory(text), trace: null }), 'its field "trace"'],
  ['with a step that is none', JSON.stringify({ ...readStory(text), trace: [7] }), 'its field "trace"'],
  [
    'with a step without its message',
    JSON.stringify({ ...readStory(text), trace: [{ kind: 'deliver', parcel: { from: 'tm' } }] }),
    'its field "trace"',
  ],
  [
    'with a step named like something every object has',
    JSON.stringify({ ...readStory(text), trace: [{ kind: 'constructor' }] }),
    'its field "trace"',
  ],
  ['without a timeline', JSON.stringify({ ...readStory(text), timeline: 7 }), 'its field "timeline"'],
  ['with a hash too few', JSON.stringify({ ...readStory(text), worlds: [] }), 'needs 8 hashes, not 0'],
])('a file that is %s is no story, and says why', (_name, file, message) => {
  expect(() => readStory(file)).toThrow(StoryProblem)
  expect(() => readStory(file)).toThrow(message)
})
