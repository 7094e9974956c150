/** parseLesson: a Markdown file to a lesson. */
import { Lexer, type Token } from 'marked'
import { type FrontMatter, FrontMatterProblem, readFrontMatter } from '../base/frontMatter.ts'
import { parseScenario } from '../scenario/play.ts'
import { nearest } from '../scenario/words.ts'
import {
  type Cell,
  type ChallengeCell,
  type ClaimCell,
  type ClaimVerdict,
  isRun,
  type Lesson,
  type Part,
  type PredictCell,
  type Proof,
  type ProofPart,
  type RunCell,
} from './lesson.ts'

/** A lesson file that is not one: where, what is wrong, and what to write instead. */
export class LessonProblem extends Error {
  override readonly name = 'LessonProblem'
  constructor(
    readonly file: string,
    readonly line: number,
    message: string,
  ) {
    super(`${file}:${line}: ${message}`)
  }
}

const CELL_KINDS = ['scenario', 'ts', 'predict', 'claim', 'challenge']
const VERDICTS: readonly ClaimVerdict[] = ['true', 'cond', 'imprecise', 'false', 'opinion']
const PARTS: readonly ProofPart[] = ['literal', 'fixed', 'with', 'without', 'holds', 'mutant', 'numbers']

/** What each verdict needs as proof, by the rule of the course. */
const NEEDED: { readonly [verdict in ClaimVerdict]: readonly ProofPart[] } = {
  false: ['literal', 'fixed'],
  imprecise: ['literal', 'fixed'],
  cond: ['with', 'without'],
  true: ['holds', 'mutant'],
  opinion: ['numbers'],
}

/** `file` is `NN-slug.md`. Throws `LessonProblem` at the first thing that is wrong. */
export function parseLesson(file: string, source: string): Lesson {
  const name = /^(\d\d)-([a-z0-9-]+)\.md$/.exec(file)
  if (name === null)
    throw new LessonProblem(file, 1, 'a lesson is called NN-slug.md, such as 09-two-phase-commit.md')
  const text = source.replace(/\r\n/g, '\n')
  const { front, body, bodyLine } = splitFront(file, text)
  const parts = partsOf(file, body, bodyLine)
  checkNames(file, parts)
  return { id: name[2]!, number: name[1]!, file, parts, ...frontOf(file, front) }
}

function splitFront(file: string, text: string): { front: FrontMatter; body: string; bodyLine: number } {
  try {
    const front = readFrontMatter(text)
    if (front.whole !== '')
      return { front, body: text.slice(front.whole.length), bodyLine: front.whole.split('\n').length }
  } catch (error) {
    if (error instanceof FrontMatterProblem) throw new LessonProblem(file, error.line, error.message)
    throw error
  }
  throw new LessonProblem(file, 1, 'a lesson begins with its front matter between two lines of three dashes')
}

const FIELDS = ['title', 'unit', 'minutes', 'needs', 'exercises', 'sources']

function frontOf(
  file: string,
  { fields, lineOf }: FrontMatter,
): Pick<Lesson, 'title' | 'unit' | 'minutes' | 'needs' | 'exercises' | 'sources'> {
  const strange = Object.keys(fields).find((field) => !FIELDS.includes(field))
  if (strange !== undefined) {
    const near = nearest(strange, FIELDS)
    const meant = near === null ? `it may have ${FIELDS.join(', ')}` : `did you mean "${near}"?`
    throw new LessonProblem(
      file,
      lineOf(strange),
      `the front matter has "${strange}", which means nothing; ${meant}`,
    )
  }
  const text = (field: string): string => {
    const value = fields[field]
    if (typeof value !== 'string')
      throw new LessonProblem(file, lineOf(field), `the front matter needs "${field}", a text`)
    return value
  }
  const list = (field: string): string[] => {
    const value = fields[field] ?? []
    if (!Array.isArray(value))
      throw new LessonProblem(file, lineOf(field), `"${field}" is a list, such as: ${field}: [first, second]`)
    return value.map(String)
  }
  if (typeof fields['minutes'] !== 'number')
    throw new LessonProblem(file, lineOf('minutes'), 'the front matter needs "minutes", a number')
  return {
    title: text('title'),
    unit: text('unit'),
    minutes: fields['minutes'],
    needs: list('needs'),
    exercises: list('exercises'),
    sources: list('sources'),
  }
}

function partsOf(file: string, body: string, bodyLine: number): Part[] {
  const parts: Part[] = []
  let line = bodyLine
  let cells = 0
  // Blocks only: what stands inside of a paragraph is looked at when it is drawn.
  for (const token of new Lexer().blockTokens(body, [])) {
    const kind = token.type === 'code' ? (token.lang ?? '').split(/\s/)[0]! : ''
    if (CELL_KINDS.includes(kind) && !isOnlyShown(token))
      parts.push({ kind: 'cell', cell: cellOf(file, line, token, ++cells), line })
    else if (token.type === 'html' && /^<!--\s*solution/.test(token.raw))
      addSolution(file, line, token.raw, parts)
    else addProse(parts, token.raw, line)
    line += token.raw.split('\n').length - 1
  }
  return parts.filter((part) => part.kind === 'cell' || part.markdown.trim() !== '')
}

/** TypeScript that has no name and prints nothing is there to be read. */
function isOnlyShown(token: Token): boolean {
  const { lang, text } = token as { lang: string; text: string }
  return lang.trim() === 'ts' && !BAR.test(text)
}

/** Between what runs and what it prints. */
const BAR = /^----\s*$/m

function addProse(parts: Part[], raw: string, line: number): void {
  const last = parts.at(-1)
  if (last?.kind === 'prose') parts[parts.length - 1] = { ...last, markdown: last.markdown + raw }
  else parts.push({ kind: 'prose', markdown: raw, line })
}

function cellOf(file: string, line: number, token: Token, position: number): Cell {
  const [kind, ...words] = (token as { lang: string }).lang.trim().split(/\s+/)
  const text = (token as { text: string }).text
  const info = infoOf(file, line, words)
  const id = info.get('id') ?? `cell-${position}`
  const source = [...words.filter((word) => !word.startsWith('id=')), text].join('\n')
  switch (kind) {
    case 'scenario':
    case 'ts':
      return runCell(kind, id, text, line)
    case 'predict':
      return { ...predictOf(file, line, id, text), source }
    case 'claim':
      return { ...claimOf(file, line, info, text), source }
    default:
      return { ...challengeOf(file, line, id, info, text), source }
  }
}

/** A run from what stands in its fence, which begins on `line`. */
export function runCell(kind: RunCell['kind'], id: string, text: string, line: number): RunCell {
  const source = text.split(BAR)[0]!.trimEnd()
  const { commands, expected } = parseScenario(text)
  const run = { id, source, expected, own: null, line }
  return kind === 'ts'
    ? { kind, ...run }
    : { kind, ...run, commands: commands.map((c) => ({ ...c, line: c.line + line })) }
}

function infoOf(file: string, line: number, words: readonly string[]): Map<string, string> {
  return new Map(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at <= 0)
        throw new LessonProblem(
          file,
          line,
          `expected name=value behind the kind of the cell, found "${word}"`,
        )
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

function predictOf(file: string, line: number, id: string, text: string): Omit<PredictCell, 'source'> {
  const [question = '', ...items] = text.split(/^- (?=\[[ x]\])/m)
  const answers = items.map((item) => {
    const [head = '', reason = ''] = item.replace(/\s*\n\s*/g, ' ').split(/\s*::\s*/)
    return { text: head.slice(4).trim(), right: head.startsWith('[x]'), reason: reason.trim() }
  })
  if (answers.length < 2)
    throw new LessonProblem(
      file,
      line,
      'a prediction needs at least two answers, each "- [ ] answer :: reason"',
    )
  if (!answers.some((answer) => answer.right))
    throw new LessonProblem(file, line, 'a prediction needs a right answer, "- [x] answer :: reason"')
  const bare = answers.find((answer) => answer.reason === '')
  if (bare !== undefined)
    throw new LessonProblem(file, line, `the answer "${bare.text}" needs a reason behind "::"`)
  return { kind: 'predict', id, question: question.replace(/\s*\n\s*/g, ' ').trim(), answers, line }
}

function claimOf(
  file: string,
  line: number,
  info: ReadonlyMap<string, string>,
  text: string,
): Omit<ClaimCell, 'source'> {
  const id = info.get('id')
  const verdict = info.get('verdict') as ClaimVerdict
  if (id === undefined) throw new LessonProblem(file, line, 'a claim needs an id, such as id=2PC-1')
  if (!VERDICTS.includes(verdict))
    throw new LessonProblem(file, line, `a claim needs verdict= and one of ${VERDICTS.join(', ')}`)
  const proof: Proof[] = []
  for (const [name, value] of info) {
    if (name === 'id' || name === 'verdict') continue
    if (!PARTS.includes(name as ProofPart))
      throw new LessonProblem(file, line, `a claim has no part "${name}"; it has ${PARTS.join(', ')}`)
    for (const one of value.split(',')) {
      const [cell = '', property, steps] = one.split(':')
      proof.push({
        part: name as ProofPart,
        cell,
        property: property ?? null,
        steps: steps === undefined ? null : Number(steps),
      })
    }
  }
  const missing = NEEDED[verdict].find((part) => !proof.some((p) => p.part === part))
  if (missing !== undefined)
    throw new LessonProblem(
      file,
      line,
      `a claim that is ${verdict} needs ${NEEDED[verdict].join(' and ')}: "${missing}=CELL:PROPERTY" is missing`,
    )
  return { kind: 'claim', id, verdict, statement: text.trim(), proof, line }
}

function challengeOf(
  file: string,
  line: number,
  id: string,
  info: ReadonlyMap<string, string>,
  text: string,
): Omit<ChallengeCell, 'source'> {
  const [says = '', setup = ''] = text.split(BAR)
  const property = info.get('property')
  const steps = Number(info.get('steps'))
  if (property === undefined || !Number.isInteger(steps))
    throw new LessonProblem(file, line, 'a challenge needs property=NAME and steps=N')
  const from = line + says.split('\n').length
  const commands = setup
    .split('\n')
    .map((command, i) => ({ text: command, line: from + i }))
    .filter((c) => c.text.trim() !== '')
  return { kind: 'challenge', id, says: says.trim(), commands, property, steps, solution: [], line }
}

/** `<!-- solution: ... -->` behind a challenge: one way to do it, which the tests play. */
function addSolution(file: string, line: number, raw: string, parts: Part[]): void {
  const at = parts.findLastIndex((part) => part.kind === 'cell')
  const part = parts[at]
  if (part?.kind !== 'cell' || part.cell.kind !== 'challenge')
    throw new LessonProblem(file, line, 'a solution stands right behind its challenge')
  const solution = raw
    .replace(/^<!--\s*solution:?/, '')
    .replace(/-->\s*$/, '')
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '')
  parts[at] = { ...part, cell: { ...part.cell, solution } }
}

function checkNames(file: string, parts: readonly Part[]): void {
  const cells = parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []))
  const seen = new Set<string>()
  for (const cell of cells) {
    if (seen.has(cell.id)) throw new LessonProblem(file, cell.line, `two cells are called "${cell.id}"`)
    seen.add(cell.id)
    if (cell.kind === 'challenge' && cell.solution.length === 0)
      throw new LessonProblem(
        file,
        cell.line,
        'a challenge needs a solution behind it: <!-- solution: ... -->',
      )
  }
  for (const cell of cells)
    if (cell.kind === 'claim')
      for (const { cell: name } of cell.proof)
        if (!cells.some((other) => isRun(other) && other.id === name))
          throw new LessonProblem(
            file,
            cell.line,
            `claim ${cell.id} names the cell "${name}", and no run is called so; ${runsSaid(name, cells)}`,
          )
}

/** The nearest name there is, or all of them. */
function runsSaid(name: string, cells: readonly Cell[]): string {
  const names = cells.filter(isRun).map(({ id }) => id)
  const near = nearest(name, names)
  if (near !== null) return `did you mean "${near}"?`
  return names.length === 0 ? 'there is none yet' : `there are ${names.join(', ')}`
}
