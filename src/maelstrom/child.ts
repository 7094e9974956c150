/** Child: a program of somebody else, in a process group of its own, spoken to by lines. An edge. */
import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { StringDecoder } from 'node:string_decoder'
import { Lines } from './lines.ts'
import { endMarked } from './marked.ts'

/** What a child's life leads to. */
export interface Listener {
  line(text: string): void
  /** It prints or takes in what no node would: one sentence. */
  odd(problem: string): void
  /** It is gone, and so is all that it has started. */
  ended(how: Ended): void
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  /** What it printed last and never ended with the end of a line; empty for nothing. */
  readonly open: string
}

/** So much may wait for a child that does not read. */
const MOST_WAITING = 8_000_000
/** So much of what it says on standard error is kept, the end of it. */
const KEPT_STDERR = 100_000

/** So long its pipes may stay open when it is gone, and so long it may go on without its standard output. */
const AFTER_EXIT_MS = 1000

/** Every group that is there: none of them outlives this process. */
const alive = new Set<Child>()
process.on('exit', () => {
  endMarked([...alive].map(({ mark }) => mark))
  for (const child of alive) child.signal('SIGKILL')
})

export class Child {
  stderr = ''
  /** Settles when it is gone. */
  readonly gone: Promise<void>
  /** Who has which part of what waits for it to be read, in characters. */
  private readonly waiting = new Map<string, number>()
  private leave: () => void = () => {}
  private readonly process: ChildProcess
  private readonly lines: Lines
  private isOver = false
  /** A stopped process reads nothing, and is not to blame. */
  private isStopped = false
  private silentSince: NodeJS.Timeout | undefined

  /** Runs a command of the shell. `mark` is a variable of its environment, NAME=VALUE, which only its processes have. */
  constructor(
    command: string,
    readonly mark: string,
    private readonly listener: Listener,
  ) {
    const [name, ...value] = mark.split('=')
    this.process = spawn('/bin/sh', ['-c', inPlaceOfTheShell(command)], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, [name!]: value.join('=') },
    })
    alive.add(this)
    this.gone = new Promise((resolve) => {
      this.leave = resolve
    })
    this.lines = new Lines(listener)
    const { stdin, stdout, stderr } = this.process
    stdin!.on('error', () => {})
    stdout!.on('data', (chunk: Buffer) => this.lines.take(chunk))
    stdout!.on('end', () => this.closedOutput())
    stdout!.on('error', () => {})
    const errors = new StringDecoder('utf8')
    stderr!.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + errors.write(chunk)).slice(-KEPT_STDERR)
    })
    stderr!.on('error', () => {})
    this.process.on('error', (error) => {
      this.stderr += error.message
      this.end(null, null)
    })
    this.process.on('close', (code, signal) => this.end(code, signal))
    // What it has started must not hold its pipes open; what has left the group is not waited for.
    this.process.on('exit', (code, signal) => {
      this.kill()
      setTimeout(() => this.end(code, signal), AFTER_EXIT_MS).unref()
    })
  }

  /** Whether it has printed anything. */
  get hasPrinted(): boolean {
    return this.lines.hasBegun
  }

  /** What it is printing and has not ended yet. */
  get open(): string {
    return this.lines.open
  }

  /** Hands it a line in the name of `from`. */
  send(line: string, from: string): void {
    const stdin = this.process.stdin!
    if (this.isOver || !stdin.writable) return
    if (stdin.writableLength > MOST_WAITING) {
      if (!this.isStopped) this.listener.odd(this.unread())
      return
    }
    if (stdin.writableLength === 0) this.waiting.clear()
    this.waiting.set(from, (this.waiting.get(from) ?? 0) + line.length)
    stdin.write(line)
  }

  private unread(): string {
    const [[from, most]] = [...this.waiting].sort(([, a], [, b]) => b - a) as [[string, number]]
    const all = [...this.waiting.values()].reduce((sum, one) => sum + one, 0)
    const whose = most > all / 2 ? `, most of them from ${from}` : ''
    return `does not read its standard input as fast as others write: ${MOST_WAITING / 1_000_000} MB wait for it${whose}`
  }

  /** Whether what it prints is taken; what is not taken waits in its pipe. */
  take(isTaken: boolean): void {
    if (isTaken) this.process.stdout!.resume()
    else this.process.stdout!.pause()
  }

  stop(): void {
    this.isStopped = true
    this.signal('SIGSTOP')
  }

  goOn(): void {
    this.isStopped = false
    this.signal('SIGCONT')
  }

  /** Ends it at once, and all that it has started. */
  kill(): void {
    endMarked([this.mark])
    this.signal('SIGKILL')
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.process
    if (pid === undefined) return
    try {
      process.kill(-pid, name)
    } catch {
      // It is gone already.
    }
  }

  /** Whoever ends closes it as well. */
  private closedOutput(): void {
    this.silentSince = setTimeout(
      () => this.listener.odd('closed its standard output and went on'),
      AFTER_EXIT_MS,
    )
  }

  private end(code: number | null, signal: string | null): void {
    if (this.isOver) return
    this.isOver = true
    clearTimeout(this.silentSince)
    // What is left of it goes with it.
    this.kill()
    alive.delete(this)
    for (const pipe of [this.process.stdout!, this.process.stderr!]) pipe.destroy()
    this.listener.ended({ code, signal, open: this.lines.open })
    this.leave()
  }
}

/**
 * Where the command is one program and its arguments, that program takes the place of the shell: then how it ends and
 * what it closes is seen, and not how the shell does.
 */
export function inPlaceOfTheShell(command: string): string {
  const [first = ''] = command.trim().split(/\s/)
  const isOne = !/[;&|(){}\n]/.test(command) && !first.includes('=') && !OF_THE_SHELL.includes(first)
  return isOne ? `exec ${command}` : command
}

/** First words that are no program. */
const OF_THE_SHELL =
  '! . : [ alias bg break case cd command continue eval exec exit export false fg for if jobs read readonly return set shift source test time times trap true type ulimit umask unalias unset until wait while'.split(
    ' ',
  )
