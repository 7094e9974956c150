/** What a command of the program is, what it may use, and what its exit code means. */
import type { Command as Words } from 'commander'
import { type Line, lineText, nearest, spokenLine, textWidth } from './door.ts'
import { paint, type Theme } from './theme.ts'

export const EXIT = {
  good: 0,
  /** A check or a property failed. */
  failed: 1,
  usage: 2,
  /** A lesson or exercise file is not valid. */
  invalid: 3,
  gaveUp: 4,
  /** A mistake of ours. */
  bug: 70,
  /** The terminal was closed. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

/** What a command may use of the process around it. */
export interface Io {
  /** Data goes to the one, messages to the other. */
  out(text: string): void
  err(text: string): void
  /** Columns of the terminal, or 80. */
  readonly columns: number
  readonly theme: Theme
  /** Whether a person sits on both sides. */
  readonly interactive: boolean
  readonly ascii: boolean
  /** Someone listens: pictures are told in sentences. */
  readonly aloud: boolean
  /** `splitbrain 0.1.0, Node 24.1.0, linux`, for whoever has to see the same. */
  readonly versions: string
  /** The folder that is meant; undefined for the usual one. Throws `WorkspaceProblem` where it has gone away. */
  readonly workspace: string | undefined
  /** Where a served node keeps its disk unless told otherwise; null for nowhere. */
  readonly nodeDisk: string | null
  /** All that stands on standard input. */
  read(): string
  /** The text of a file, or a sentence on why it cannot be read. */
  readFile(file: string): { readonly text: string } | { readonly problem: string }
  /** Writes a whole file, making its folder. Throws `UsageProblem` where that is not possible. */
  writeFile(file: string, text: string): void
  /** While something runs: what a first Ctrl-C calls. Where it answers true the program goes on to tell what it has. */
  stopsBy(stop: (() => boolean) | null): void
  /** Lines as they are typed. Esc and Ctrl-C call `stop`; where it stopped nothing, Ctrl-C ends the program. */
  lines(
    prompt: string,
    complete: (line: string) => readonly string[],
    stop?: () => boolean,
    typed?: Typed,
  ): AsyncIterable<string>
}

/** What was typed before, older first. On a terminal the arrows bring it back, and lines are added to it. */
export interface Typed {
  readonly history: readonly string[]
  remember(line: string): void
}

/** One command: its words, and what it does. */
export interface CliCommand {
  /** `check <exercise> [file]`, as the help shows it. */
  readonly usage: string
  readonly says: string
  /** Flags of its own: `--seed <n>` and what it says. */
  readonly options?: readonly (readonly [flags: string, says: string])[]
  /** Does it; answers with the exit code. `words` are the arguments in their order. */
  run(io: Io, words: readonly (string | undefined)[], options: Options): number | Promise<number>
}

export interface Options {
  readonly [flag: string]: string | boolean | undefined
}

export type { Words }

/** A command line that makes no sense: one sentence, and the next step. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
  constructor(
    message: string,
    readonly next: string | null = null,
  ) {
    super(message)
  }
}

/** A search that ended without a verdict: one sentence, and the next step. Its exit code is that of giving up. */
export class NoVerdict extends Error {
  override readonly name = 'NoVerdict'
  constructor(
    message: string,
    readonly next: string,
  ) {
    super(message)
  }
}

/** Lessons or stories that cannot be read: one sentence each, with the place. */
export class InvalidFiles extends Error {
  override readonly name = 'InvalidFiles'
  constructor(readonly problems: readonly string[]) {
    super(problems[0] ?? '')
  }
}

/** Lines on standard output, in the colours of the terminal, without blanks at their ends. */
export function print(io: Io, lines: readonly Line[]): void {
  const said = io.aloud ? lines.map(spokenLine) : lines
  io.out(said.map((line) => `${paint(trimEnd(line), io.theme, io.ascii)}\n`).join(''))
}

export function printJson(io: Io, value: { readonly [name: string]: unknown }): void {
  const text = JSON.stringify({ schemaVersion: 1, ...value }, null, 2)
  // What a terminal might obey is written as JSON writes the rest of its kind.
  const odd = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
  io.out(`${text.replace(odd, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`)
}

function trimEnd(line: Line): Line {
  const kept = lineText(line).trimEnd().length
  let at = 0
  return line.flatMap((span) => {
    const text = span.text.slice(0, Math.max(0, kept - at))
    at += span.text.length
    return text === '' ? [] : [{ ...span, text }]
  })
}

/** The one of `list` that is meant by `09`, `two-phase-commit` or `09-two-phase-commit`; a usage problem otherwise. */
export function named<T extends { readonly id: string; readonly number: string }>(
  list: readonly T[],
  word: string,
  what: string,
): T {
  const wanted = word.toLowerCase()
  const exact = list.filter((one) => [one.id, `${one.number}-${one.id}`].includes(wanted))
  const byNumber = /^\d+$/.test(wanted) ? list.filter((one) => Number(one.number) === Number(wanted)) : []
  const found = exact[0] ?? byNumber[0]
  if (found !== undefined && (exact.length > 0 || byNumber.length === 1)) return found
  if (byNumber.length > 1)
    throw new UsageProblem(
      `${what} ${word} can be ${byNumber.map((one) => one.id).join(' or ')}`,
      `say which: ${byNumber[0]!.id}`,
    )
  const near = nearest(
    wanted.replace(/^\d+-/, ''),
    list.map((one) => one.id),
  )
  const all = list.length === 0 ? `there is no ${what} yet` : `splitbrain ${what}s lists them all`
  throw new UsageProblem(
    `no ${what} is called "${word}"`,
    near === null ? all : `did you mean ${list.find((one) => one.id === near)!.number}-${near}?`,
  )
}

/** Rows of cells as columns, the last one cut to the terminal. */
export function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => textWidth(row[i] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat(widths[i]! - textWidth(cell)))
      .join('  ')
      .trimEnd(),
  )
}
