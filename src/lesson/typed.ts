/** Typed: TypeScript at a prompt, on a copy of the world that a session is in, with pictures at hand. */
import { type Value, ValueProblem } from '../base/canonical.ts'
import { linesView, type View } from '../base/view.ts'
import { bars, curve, histogram, ring } from '../draw/chart.ts'
import { LANGUAGE, OUT_OF_REACH } from '../sandbox/given.ts'
import { DEFAULT_LIMITS } from '../sandbox/limits.ts'
import { type LineMistake, type ReadyLine, readLine } from '../sandbox/line.ts'
import { textOf } from '../sandbox/plain.ts'
import { Prompt } from '../sandbox/prompt.ts'
import { type Result, ScenarioProblem } from '../scenario/command.ts'
import { LineProblem, type Played } from '../scenario/play.ts'
import type { Session } from '../scenario/session.ts'
import { type DRAW_NAMES, sceneOf, TYPED_NAMES } from './typedNames.ts'

/** A line may work longer than a handler: loops over thousands of keys are what it is for. */
const FUEL = 20_000_000
const MOST_PICTURES = 20
const DRAWS: { readonly [name in (typeof DRAW_NAMES)[number]]: (...args: never[]) => View } = {
  bars,
  histogram,
  curve,
  ring,
  table,
}
const STATEMENT =
  /^\s*(const|let|var|function|class|if|for|while|do|throw|new|typeof|switch|try|type|interface)\b/

/** Locks the process or thread it is made in for good. */
export class Typed {
  private readonly log = { lines: [] as string[], dropped: 0, chars: 0 }
  private prompt = this.newPrompt()
  private readonly declared = new Set<string>()
  private pictures: View[] = []

  /** Forgets every name that was declared. */
  begin(): void {
    if (this.declared.size === 0) return
    this.declared.clear()
    this.prompt = this.newPrompt()
  }

  private newPrompt(): Prompt {
    const prompt = new Prompt({ ...DEFAULT_LIMITS, fuel: FUEL }, this.log)
    for (const [name, draw] of Object.entries(DRAWS))
      prompt.give(name, (...args) => {
        if (this.pictures.length === MOST_PICTURES)
          throw new ValueProblem(name, 'one picture too many', `one line draws at most ${MOST_PICTURES}`)
        this.pictures.push(checked(name, draw(...(args as never[]))))
        return undefined
      })
    return prompt
  }

  /**
   * Runs what is no command, if it is TypeScript; null if it was rather meant as a command. The world never changes.
   * Throws `ScenarioProblem` at the place of a mistake.
   */
  async run(source: string, session: Session): Promise<Result | null> {
    const word = /^\s*([A-Za-z]\w*)\s*$/.exec(source)?.[1]
    if (word !== undefined && !this.knows(word)) return null
    // `heal-all` is no subtraction but a slip, unless there is something called `heal`.
    const slip = /^\s*([A-Za-z]\w*)(?:-[A-Za-z]\w*)+/.exec(source)?.[1]
    if (slip !== undefined && !this.knows(slip)) return null
    if (word !== undefined && !this.declared.has(word)) {
      const advice = OUT_OF_REACH[word]
      if (advice !== undefined)
        throw new ScenarioProblem(source.indexOf(word), `${word} is not in reach here: ${advice}`)
      if (LANGUAGE.includes(word) || word === 'Math' || word === 'console')
        return { view: linesView(`${word}, of the language`), note: null, verdicts: [] }
    }
    const line = await readLine(source, [...this.prompt.names])
    if (line.kind === 'mistake' && /^\s*[A-Za-z-]+\s+\S/.test(source) && !STATEMENT.test(source)) return null
    const done = line.kind === 'mistake' ? line : this.carryOut(line, session)
    if (done.kind !== 'mistake') return { view: stacked(done.views), note: null, verdicts: [] }
    throw new ScenarioProblem(done.column - 1, done.message)
  }

  private knows(name: string): boolean {
    return TYPED_NAMES.has(name) || this.declared.has(name)
  }

  /** Runs a cell: whatever it is, it is TypeScript. A mistake is answered with its line. */
  async type(source: string, session: Session): Promise<Played | LineProblem> {
    const line = await readLine(source, [...this.prompt.names])
    const done = line.kind === 'mistake' ? line : this.carryOut(line, session)
    if (done.kind !== 'mistake') return { views: done.views, verdicts: [] }
    const text = source.split('\n')[done.line - 1] ?? ''
    return new LineProblem(done.line, text, new ScenarioProblem(done.column - 1, done.message))
  }

  private carryOut(line: ReadyLine, session: Session): Done | Mistake {
    for (const [name, value] of Object.entries(sceneOf(session)))
      if (!this.declared.has(name)) this.prompt.give(name, value)
    for (const name of line.declares) this.declared.add(name)
    this.pictures = []
    Object.assign(this.log, { dropped: 0, chars: 0 })
    this.log.lines.length = 0
    const outcome = this.prompt.run(line)
    if (outcome.kind === 'threw')
      return {
        kind: 'mistake',
        line: 1,
        column: 1,
        ...outcome.place,
        message: outcome.message.replace('is not in reach of an answer', 'is not in reach here'),
      }
    const { lines, dropped } = this.log
    const said = [...lines, ...(dropped > 0 ? [`... and ${dropped} lines more`] : [])]
    if (outcome.kind === 'value') said.push(...outcome.text.split('\n'))
    return { kind: 'done', views: [...(said.length > 0 ? [linesView(...said)] : []), ...this.pictures] }
  }
}

interface Done {
  readonly kind: 'done'
  readonly views: readonly View[]
}

type Mistake = Pick<LineMistake, 'kind' | 'line' | 'column' | 'message'>

function stacked(views: readonly View[]): View | null {
  return views.length > 1 ? { kind: 'stack', views } : (views[0] ?? null)
}

/** A table from a list of records; columns in the order of the first one. */
function table(rows: readonly { readonly [column: string]: Value }[]): View {
  if (!Array.isArray(rows) || rows.length === 0)
    throw new RangeError('a table is a list of records, one a row')
  const columns = Object.keys(rows[0]!)
  return {
    kind: 'table',
    columns,
    rows: rows.map((row) => columns.map((column) => ({ text: textOf(row[column] ?? '') }))),
  }
}

/** The words of a picture are texts: what draws it relies on that. */
function checked(name: string, view: View): View {
  const odd = wordsOf(view).filter((word) => typeof word !== 'string')
  if (odd.length > 0)
    throw new RangeError(`${name}: titles, names and labels are texts, not ${textOf(odd[0])}`)
  return view
}

function wordsOf(view: View): readonly unknown[] {
  switch (view.kind) {
    case 'bars':
      return [view.title, view.unit, ...view.bars.flatMap(({ label, note = '' }) => [label, note])]
    case 'curve':
      return [view.title, view.x.name, view.y.name]
    case 'ring':
      return [view.title, ...view.points.map((p) => p.owner), ...view.keys.map((key) => key.name)]
    default:
      return []
  }
}
