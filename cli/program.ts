/** From the words of a command line to an exit code. */
import { Command, CommanderError } from 'commander'
import { type CliCommand, EXIT, InvalidFiles, type Io, NoVerdict, UsageProblem } from './command.ts'
import { ExerciseProblem, nearest, safeText, WorkspaceProblem } from './door.ts'

export interface Program {
  readonly version: string
  /** By the first word of the usage, in the order of the help; loaded when wanted. */
  readonly commands: { readonly [name: string]: () => Promise<CliCommand> }
  /** Makes what commands may use, once the flags that hold for all are known. */
  io(flags: { readonly workspace: string | undefined; readonly plain: boolean; readonly ascii: boolean }): Io
  /** Shows stacks of mistakes of ours. */
  readonly debug: boolean
  out(text: string): void
  err(text: string): void
}

/** Carries out one command line and answers with the exit code. Never throws. */
export async function runProgram(program: Program, words: readonly string[]): Promise<number> {
  let code: number = EXIT.good
  try {
    const commands = await Promise.all(wanted(program, words).map((name) => program.commands[name]!()))
    await wordsOf(program, commands, (exit) => {
      code = exit
    }).parseAsync([...words], { from: 'user' })
    return code
  } catch (error) {
    return await exitFor(error, program, words)
  }
}

/** The names of the commands that these words are about: one, or all where help is asked for or nothing is called so. */
function wanted(program: Program, words: readonly string[]): readonly string[] {
  const first = firstWord(words)
  if (first === undefined && !words.some((word) => word === '-h' || word === '--help')) return [OPENS]
  const names = Object.keys(program.commands)
  return first !== undefined && names.includes(first) ? [first] : names
}

/** What is done without a command. */
const OPENS = 'start'

function firstWord(words: readonly string[]): string | undefined {
  return words.find((word, i) => !word.startsWith('-') && words[i - 1] !== '--workspace')
}

function wordsOf(program: Program, commands: readonly CliCommand[], exit: (code: number) => void): Command {
  const root = new Command('splitbrain')
    .description('A terminal course in distributed consistency. Without a command it opens the course.')
    .version(program.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--workspace <folder>', 'where your answers and progress are (default: ~/splitbrain)')
    .option('--plain', 'plain text instead of the screen')
    .option('--ascii', 'draw with ASCII only')
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({ writeOut: program.out, writeErr: () => {}, outputError: () => {} })
  for (const command of commands) {
    const words = new Command(command.usage.split(' ')[0])
      .description(command.says)
      .exitOverride()
      .helpOption('-h, --help', 'print this help')
      .configureOutput({ writeOut: program.out, writeErr: () => {}, outputError: () => {} })
    for (const part of command.usage.split(' ').slice(1)) words.argument(part)
    for (const [flags, says] of command.options ?? []) words.option(flags, says)
    const count = command.usage.split(' ').length - 1
    words.action(async (...args: unknown[]) => {
      const options = words.optsWithGlobals()
      const io = program.io({
        workspace: options['workspace'],
        plain: options['plain'] === true,
        ascii: options['ascii'] === true,
      })
      exit(await command.run(io, args.slice(0, count).flat() as (string | undefined)[], options))
    })
    root.addCommand(words, { isDefault: command.usage === OPENS })
  }
  return root
}

/** What went wrong in one sentence with the next step, and which exit code it is. */
async function exitFor(error: unknown, program: Program, words: readonly string[]): Promise<number> {
  const say = (message: string, next: string | null): void => {
    program.err(`splitbrain: ${safeText(message)}\n`)
    if (next !== null) program.err(`${safeText(next)}\n`)
  }
  if (error instanceof CommanderError) return commanderExit(error, program, words, say)
  if (error instanceof UsageProblem) {
    say(error.message, error.next)
    return EXIT.usage
  }
  if (error instanceof NoVerdict) {
    say(error.message, error.next)
    return EXIT.gaveUp
  }
  if (error instanceof WorkspaceProblem) {
    say(error.message, error.next)
    return EXIT.usage
  }
  if (error instanceof InvalidFiles) {
    for (const problem of error.problems) say(problem, null)
    return EXIT.invalid
  }
  if (error instanceof ExerciseProblem) {
    say(error.message, error.next)
    return EXIT.invalid
  }
  const says = error instanceof Error ? error.message : String(error)
  say(
    `this is a mistake of ours: ${says.split('\n')[0]}`,
    program.debug
      ? error instanceof Error
        ? (error.stack ?? '')
        : ''
      : 'Please report it with what you did; SPLITBRAIN_DEBUG=1 shows where it happened.',
  )
  return EXIT.bug
}

async function commanderExit(
  error: CommanderError,
  program: Program,
  words: readonly string[],
  say: (message: string, next: string | null) => void,
): Promise<number> {
  if (error.exitCode === 0) return EXIT.good
  const names = Object.keys(program.commands)
  const first = firstWord(words)
  if (first !== undefined && !names.includes(first)) {
    const near = nearest(first, names)
    say(
      `there is no command "${first}"`,
      near === null ? 'splitbrain --help lists the commands' : `did you mean: splitbrain ${near}`,
    )
    return EXIT.usage
  }
  const command = first === undefined ? undefined : await program.commands[first]!()
  const message = error.message.replace(/^error: /, '').split('\n')[0]!
  say(message, `usage: splitbrain ${command?.usage ?? '[command]'}`)
  return EXIT.usage
}
