/** Edge: the words of the command line, the streams of the process, and the exit code. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { EXIT, type Io, type Typed, UsageProblem } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { packageRoot } from './door.ts'
import { runProgram } from './program.ts'
import { lastWorkspace } from './remembered.ts'
import { themeFor } from './theme.ts'

const { stdin, stdout, stderr, env } = process

// A pipe that closes early, as in `| head`, is no mistake of anybody.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.good)
    throw error
  })
/** Stops what runs, so that it can be told how far it was; null where nothing can be stopped. */
let stop: (() => boolean) | null = null
/** The exit code of the signal that stopped it. */
let stoppedBy: number | null = null
const leave = (code: number) => () => {
  if (stoppedBy === null && stop?.() === true) stoppedBy = code
  else process.exit(code)
}
const signals = {
  SIGHUP: () => process.exit(EXIT.hungUp),
  SIGINT: leave(EXIT.interrupted),
  SIGTERM: leave(EXIT.terminated),
}
for (const [signal, handler] of Object.entries(signals)) process.on(signal, handler)

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  readonly version: string
}
const TOO_LARGE = 'it is larger than 512 MB, which is more than can be read at once'
/** Why a file cannot be read, by what the system says. */
const UNREAD: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  ERR_STRING_TOO_LONG: TOO_LARGE,
  ERR_FS_FILE_TOO_LARGE: TOO_LARGE,
}

const code = await runProgram(
  {
    version,
    commands: COMMANDS,
    io: ioOf,
    debug: Boolean(env['SPLITBRAIN_DEBUG']),
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
  },
  process.argv.slice(2),
)
process.exitCode = stoppedBy ?? code
// Whatever a check or a watch left running does not keep anybody waiting, once all is printed.
stdout.write('', () => stderr.write('', () => process.exit()))

function ioOf(flags: {
  readonly workspace: string | undefined
  readonly plain: boolean
  readonly ascii: boolean
}): Io {
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    columns: Math.max(20, stdout.columns ?? 80),
    theme: themeFor(stdout, env),
    interactive:
      stdin.isTTY === true &&
      stdout.isTTY === true &&
      !flags.plain &&
      env['INK_SCREEN_READER'] !== 'true' &&
      env['TERM'] !== 'dumb',
    aloud: env['INK_SCREEN_READER'] === 'true',
    ascii: flags.ascii || Boolean(env['SPLITBRAIN_ASCII']),
    versions: `splitbrain ${version}, Node ${process.versions.node}, ${process.platform}`,
    get workspace() {
      return flags.workspace ?? (env['SPLITBRAIN_WORKSPACE'] || lastWorkspace())
    },
    nodeDisk: env['SPLITBRAIN_DISK'] || null,
    read: () => readFileSync(0, 'utf8'),
    readFile,
    writeFile,
    stopsBy: (by) => {
      stop = by
    },
    lines,
  }
}

function readFile(file: string): { readonly text: string } | { readonly problem: string } {
  try {
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { problem: `${file}: ${UNREAD[code ?? ''] ?? 'it cannot be read'}` }
  }
}

function writeFile(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EISDIR'
        ? 'it is a folder'
        : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
          ? 'you may not write there'
          : code === 'ENOSPC'
            ? 'the disk is full'
            : code === 'ENOTDIR' || code === 'EEXIST'
              ? 'a part of its path is a file'
              : `the system says ${code}`
    throw new UsageProblem(`${file} cannot be written: ${why}`, 'give another place with -o')
  }
}

/** Lines as they are typed, with completion on a terminal. */
async function* lines(
  prompt: string,
  complete: (line: string) => readonly string[],
  stop: () => boolean = () => false,
  typed?: Typed,
): AsyncGenerator<string> {
  const terminal = stdin.isTTY === true && stdout.isTTY === true
  const reader = createInterface({
    input: stdin,
    output: terminal ? stdout : undefined,
    terminal,
    prompt: terminal ? prompt : '',
    // Later first, and what is typed twice in a row once: as the prompt on the screen keeps it.
    history: terminal ? [...(typed?.history ?? [])].reverse() : [],
    historySize: 500,
    completer: (line: string): [string[], string] => [[...complete(line)], /\S*$/.exec(line)![0]],
  })
  let closed = false
  reader.on('close', () => {
    closed = true
  })
  reader.on('SIGINT', () => {
    if (!stop()) process.exit(EXIT.interrupted)
  })
  if (terminal)
    stdin.on('keypress', (_, key: { readonly name?: string } | undefined) => {
      if (key?.name === 'escape') stop()
    })
  reader.prompt()
  for await (const line of reader) {
    if (terminal && line.trim() !== '') typed?.remember(line)
    yield line
    if (!closed) reader.prompt()
  }
}
