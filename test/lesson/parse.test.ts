/** Lessons: what a file must have, and what an author is told where it has not. */
import { describe, expect, test } from 'vitest'
import { alternatives, commands, LessonProblem, Notebook, parseLesson, protocols } from '../../src/index.ts'
import { rewrite } from '../../src/lesson/rewrite.ts'

const front = '---\ntitle: A title\nunit: A unit\nminutes: 5\n---\n'
const scenario =
  '```scenario id=broken\ncluster two-phase-commit rule.inDoubt=abort\nrequest client tm begin\nexplore AC1\n```\n'
const fixed = '```scenario id=fixed\ncluster two-phase-commit\nrequest client tm begin\nexplore AC1\n```\n'
const lesson = (body: string) => parseLesson('42-a-lesson.md', front + body)
const notebook = (body: string) => new Notebook(lesson(body), { protocols, alternatives, commands })

describe('a mistake in a lesson is told with its file and line', () => {
  test.each<[string, string, string, string]>([
    ['a file name', 'lesson.md', front, 'lesson.md:1: a lesson is called NN-slug.md'],
    ['no front matter', '42-a.md', '# Hello', '42-a.md:1: a lesson begins with its front matter'],
    [
      'front matter that is not YAML',
      '42-a.md',
      '---\ntitle: [\n---\n',
      '42-a.md:2: the front matter is not YAML',
    ],
    [
      'a field of the front matter that is none',
      '42-a.md',
      '---\ntitle: A title\nunit: A unit\nminuts: 5\n---\n',
      '42-a.md:4: the front matter has "minuts", which means nothing; did you mean "minutes"?',
    ],
    [
      'a list that is none',
      '42-a.md',
      '---\ntitle: A title\nunit: A unit\nminutes: 5\nneeds: order\n---\n',
      '42-a.md:5: "needs" is a list, such as: needs: [first, second]',
    ],
    [
      'YAML that ends too early',
      '42-a.md',
      '---\ntitle: A title\nunit: A unit\nneeds: [order\nminutes: 5\n---\n',
      '42-a.md:5: the front matter is not YAML',
    ],
    [
      'a claim that names a cell by a slip',
      '42-a.md',
      `${front + scenario}\`\`\`claim id=X verdict=false literal=brokn:AC1 fixed=broken:AC1\nx\n\`\`\`\n`,
      'claim X names the cell "brokn", and no run is called so; did you mean "broken"?',
    ],
    ['no title', '42-a.md', '---\nunit: x\nminutes: 5\n---\n', 'the front matter needs "title", a text'],
    [
      'minutes that are no number',
      '42-a.md',
      '---\ntitle: x\nunit: x\nminutes: long\n---\n',
      'the front matter needs "minutes", a number',
    ],
    [
      'sources that are no list',
      '42-a.md',
      '---\ntitle: x\nunit: x\nminutes: 5\nsources: Gray\n---\n',
      '"sources" is a list',
    ],
    [
      'one name for two cells',
      '42-a.md',
      front + scenario + scenario,
      '42-a.md:11: two cells are called "broken"',
    ],
    [
      'a prediction with one answer',
      '42-a.md',
      `${front}\`\`\`predict\nWhat?\n- [x] this :: so\n\`\`\`\n`,
      'a prediction needs at least two answers',
    ],
    [
      'a prediction without a right answer',
      '42-a.md',
      `${front}\`\`\`predict\nWhat?\n- [ ] this :: so\n- [ ] that :: so\n\`\`\`\n`,
      'a prediction needs a right answer',
    ],
    [
      'an answer without a reason',
      '42-a.md',
      `${front}\`\`\`predict\nWhat?\n- [x] this :: so\n- [ ] that\n\`\`\`\n`,
      'the answer "that" needs a reason',
    ],
    [
      'a claim without an id',
      '42-a.md',
      `${front}\`\`\`claim verdict=false\nx\n\`\`\`\n`,
      'a claim needs an id',
    ],
    [
      'a claim with an unknown verdict',
      '42-a.md',
      `${front}\`\`\`claim id=X verdict=maybe\nx\n\`\`\`\n`,
      'a claim needs verdict= and one of true, cond, imprecise, false, opinion',
    ],
    [
      'a claim without all its proof',
      '42-a.md',
      `${front + scenario}\`\`\`claim id=X verdict=false literal=broken:AC1\nx\n\`\`\`\n`,
      'a claim that is false needs literal and fixed: "fixed=CELL:PROPERTY" is missing',
    ],
    [
      'a claim proven by a cell that is not there',
      '42-a.md',
      `${front + scenario}\`\`\`claim id=X verdict=false literal=broken:AC1 fixed=nowhere:AC1\nx\n\`\`\`\n`,
      'claim X names the cell "nowhere", and no run is called so',
    ],
    [
      'a challenge without a goal',
      '42-a.md',
      `${front}\`\`\`challenge id=c\nx\n\`\`\`\n`,
      'a challenge needs property=NAME and steps=N',
    ],
    [
      'a challenge without a solution',
      '42-a.md',
      `${front}\`\`\`challenge id=c property=AC1 steps=3\nx\n----\ncluster two-phase-commit\n\`\`\`\n`,
      'a challenge needs a solution behind it',
    ],
    [
      'a word that is no setting',
      '42-a.md',
      `${front}\`\`\`scenario fast\ncluster two-phase-commit\n\`\`\`\n`,
      'expected name=value behind the kind of the cell, found "fast"',
    ],
  ])('%s', (_name, file, source, message) => {
    expect(() => parseLesson(file, source)).toThrow(LessonProblem)
    expect(() => parseLesson(file, source)).toThrow(message)
  })
})

describe('claims', () => {
  const claim = (proof: string) => `\`\`\`claim id=X verdict=false ${proof}\nIt is so.\n\`\`\`\n`
  const proofOf = (text: string) => {
    const book = notebook(scenario + fixed + claim(text))
    book.run('X')
    return book.cells.find(({ cell }) => cell.id === 'X')!.unproven
  }

  test('is proven by verdict, property and step count', () => {
    expect(proofOf('literal=broken:AC1:6 fixed=fixed:AC1')).toEqual([])
  })

  test.each([
    [
      'the wrong number of steps',
      'literal=broken:AC1:4 fixed=fixed:AC1',
      'literal: the cell broken should give AC1 broken in 4 steps, and gave broken in 6 steps',
    ],
    [
      'a property the cell does not judge',
      'literal=broken:AC2 fixed=fixed:AC1',
      'literal: the cell broken gave no verdict on AC2',
    ],
    [
      'a run that holds where it must break',
      'literal=fixed:AC1 fixed=fixed:AC1',
      'literal: the cell fixed should give AC1 broken, and gave held',
    ],
    [
      'a run that breaks where it must hold',
      'literal=broken:AC1 fixed=broken:AC1',
      'fixed: the cell broken should give AC1 held, and gave broken in 6 steps',
    ],
  ])('is not proven by %s', (_name, proof, message) => {
    expect(proofOf(proof)).toEqual([message])
  })

  test('is not proven while its cells have not run', () => {
    const book = notebook(scenario + fixed + claim('literal=broken:AC1 fixed=fixed:AC1'))
    expect(book.cells.find(({ cell }) => cell.id === 'X')?.status).toBe('idle')
  })

  test('is not proven by a search that gave up', () => {
    const book = notebook(
      `${scenario}${fixed.replace('explore AC1', 'explore AC1 depth=2')}${claim('literal=broken:AC1 fixed=fixed:AC1')}`,
    )
    expect(book.run('X').unproven).toEqual(['fixed: the cell fixed should give AC1 held, and gave gaveUp'])
  })
})

describe('a notebook', () => {
  const three =
    '```scenario id=one\ncluster two-phase-commit\nrequest client tm begin\n```\n\ntext\n\n```scenario id=two\ndeliver all\n```\n\n```scenario id=three\nshow costs\n```\n'

  test('runs a cell from its nearest cluster on', () => {
    const book = notebook(three)
    expect(book.run('three').output).toMatchObject({ kind: 'table' })
    expect(book.cells.map(({ status }) => status)).toEqual(['done', 'done', 'done'])
  })

  test('says which earlier cell stands in the way', () => {
    const book = notebook(three.replace('deliver all', 'deliver nothing'))
    expect(book.run('three').problem).toBe('it goes on from the cell "two", which failed')
    expect(book.cells[1]?.problem).toContain('no nothing is in flight')
  })

  test('says whether the output is the written one', () => {
    const book = notebook(
      `${three}\`\`\`scenario id=four\nshow wire\n----\nnothing is in flight\n\`\`\`\n\n\`\`\`scenario id=five\nshow wire\n----\nsomething\n\`\`\`\n`,
    )
    expect([book.run('four').matches, book.run('five').matches, book.run('three').matches]).toEqual([
      true,
      false,
      null,
    ])
  })

  test('rewriting keeps every other character', () => {
    const source = `${front}Before.\n\n${three}\nAfter.\n`
    const book = new Notebook(parseLesson('42-a-lesson.md', source), { protocols, alternatives, commands })
    book.runAll()
    const once = rewrite(source, book)
    expect(once.replace(/----\n[\s\S]*?```/g, '```').replace(/\n\n```scenario/g, '\n\n```scenario')).toBe(
      source,
    )
    const again = new Notebook(parseLesson('42-a-lesson.md', once), { protocols, alternatives, commands })
    again.runAll()
    expect(rewrite(once, again)).toBe(once)
    expect(again.cells.every(({ matches }) => matches)).toBe(true)
  })
})
