/** Child: a program of somebody else, in a process group of its own, spoken to by lines. An edge. */
import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { StringDecoder } from 'node:string_decoder'

/** What a child's life leads to. */
export interface Listener {
  line(text: string): void
  /** It prints or takes in what no node would: one sentence. */
  odd(problem: string): void
  /** It is gone, and so is all that it has started in its group. */
  ended(how: Ended): void
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

/** A line may be so long. */
const MOST_LINE = 1_000_000
/** So much may wait for a child that does not read. */
const MOST_WAITING = 8_000_000
/** So much of what it says on standard error is kept, the end of it. */
const KEPT_STDERR = 100_000

/** So long its pipes may stay open when it is gone. */
const AFTER_EXIT_MS = 1000

/** Every group that is there: none of them outlives this process. */
const alive = new Set<Child>()
process.on('exit', () => {
  for (const child of alive) child.kill()
})

export class Child {
  stderr = ''
  /** Settles when it is gone. */
  readonly gone: Promise<void>
  private leave: () => void = () => {}
  private readonly process: ChildProcess
  private rest = ''
  hasPrinted = false
  private isOver = false
  /** A stopped process reads nothing, and is not to blame. */
  private isStopped = false

  /** Runs a command of the shell. */
  constructor(
    command: string,
    env: { readonly [name: string]: string },
    private readonly listener: Listener,
  ) {
    this.process = spawn('/bin/sh', ['-c', command], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    alive.add(this)
    this.gone = new Promise((resolve) => {
      this.leave = resolve
    })
    const { stdin, stdout, stderr } = this.process
    stdin!.on('error', () => {})
    const decoder = new StringDecoder('utf8')
    stdout!.on('data', (chunk: Buffer) => this.read(decoder.write(chunk)))
    stdout!.on('error', () => {})
    const errors = new StringDecoder('utf8')
    stderr!.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + errors.write(chunk)).slice(-KEPT_STDERR)
    })
    stderr!.on('error', () => {})
    this.process.on('error', (error) => {
      this.stderr += error.message
      this.end({ code: null, signal: null })
    })
    this.process.on('close', (code, signal) => this.end({ code, signal }))
    // What it has started must not hold its pipes open; what has left the group is not waited for.
    this.process.on('exit', (code, signal) => {
      this.kill()
      setTimeout(() => this.end({ code, signal }), AFTER_EXIT_MS).unref()
    })
  }

  send(line: string): void {
    const stdin = this.process.stdin!
    if (this.isOver || !stdin.writable) return
    if (stdin.writableLength > MOST_WAITING) {
      if (!this.isStopped)
        this.listener.odd(`does not read its standard input: ${MOST_WAITING / 1_000_000} MB wait for it`)
      return
    }
    stdin.write(line)
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

  /** Ends the whole group at once. */
  kill(): void {
    this.signal('SIGKILL')
  }

  private signal(name: NodeJS.Signals): void {
    const { pid } = this.process
    if (pid === undefined) return
    try {
      process.kill(-pid, name)
    } catch {
      // It is gone already.
    }
  }

  private read(text: string): void {
    this.hasPrinted = true
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop()!
    for (const line of lines) if (line.trim() !== '') this.listener.line(line)
    if (this.rest.length > MOST_LINE) {
      const [begins, length] = [JSON.stringify(this.rest.slice(0, 40)), this.rest.length]
      this.rest = ''
      this.listener.odd(`printed ${length} characters without the end of a line; they begin ${begins}`)
    }
  }

  private end(how: Ended): void {
    if (this.isOver) return
    this.isOver = true
    // What is left of the group goes with it.
    this.kill()
    alive.delete(this)
    for (const pipe of [this.process.stdout!, this.process.stderr!]) pipe.destroy()
    const { rest } = this
    this.rest = ''
    if (rest.trim() !== '') this.listener.line(rest)
    this.listener.ended(how)
    this.leave()
  }
}
