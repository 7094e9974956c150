/** A single-use process for code that we did not write, and how it ended. An edge: it starts and ends processes. */
import { type ChildProcess, fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Limits } from './limits.ts'

/** How a fork came to its end. `dismissed`: we ended it ourselves, its work done. */
export type Ending =
  | { readonly kind: 'dismissed' }
  | { readonly kind: 'hung' | 'overtime'; readonly label: string; readonly ms: number }
  | { readonly kind: 'memory'; readonly label: string }
  /** The check that ran out of fuel has said so itself. */
  | { readonly kind: 'spent' }
  | {
      readonly kind: 'exited'
      readonly code: number | null
      readonly signal: string | null
      readonly stderr: string
    }

/** A line that came over our own channel. */
export type Told = { readonly type: string } & { readonly [field: string]: unknown }

const KEPT_STDERR = 4000

export class Fork {
  readonly process: ChildProcess
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<Ending>
  /** True when the fork has loaded everything and waits for an answer; false if it never came that far. */
  readonly ready: Promise<boolean>
  private listener: (told: Told) => void = () => {}
  /** What the fork said of its own end, and what we ended it for. */
  private said: Ending | null = null
  private killedFor: Ending | null = null
  /** What ran while memory grew: who is to blame, should it run out. */
  private heavy = ''
  private stderr = ''

  /** Boots a fork that runs `entry`, a module which calls `waitForAnswer`. */
  constructor(entry: URL, limits: Limits) {
    this.process = fork(fileURLToPath(entry), [], {
      execArgv: flags(limits),
      env: forkEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    })
    this.process.stdout?.resume()
    this.process.stderr?.on('data', (chunk: Buffer) => {
      if (this.stderr.length < KEPT_STDERR) this.stderr += chunk.toString()
    })
    this.process.on('error', () => {})
    let isReady: (booted: boolean) => void = () => {}
    this.ready = new Promise((resolve) => {
      isReady = resolve
    })
    const channel = readLines(this.process.stdio[4] as Readable, (told) => {
      if (told.type === 'ready') isReady(true)
      else if (told.type === 'heavy') this.heavy = String(told['label'])
      else if (told.type === 'ended') this.said ??= told as unknown as Ending
      else this.listener(told)
    })
    this.ended = new Promise((resolve) => {
      this.process.once('close', (code, signal) => {
        isReady(false)
        void channel.then(() => resolve(this.said ?? this.killedFor ?? this.exit(code, signal)))
      })
    })
  }

  /** What the process wrote on its standard error, capped. */
  get lastWords(): string {
    return this.stderr.trim()
  }

  onTold(listener: (told: Told) => void): void {
    this.listener = listener
  }

  send(message: object): void {
    if (this.process.connected) this.process.send(message, () => {})
  }

  /** Ends the process at once; `why` is what `ended` will say. */
  kill(why: Ending = { kind: 'dismissed' }): void {
    if (this.isDead) return
    this.killedFor ??= why
    this.process.kill('SIGKILL')
  }

  /** Gone, or about to be. */
  get isDead(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null || this.process.killed
  }

  private exit(code: number | null, signal: string | null): Ending {
    if (/heap out of memory|heap limit|Allocation failed/i.test(this.stderr))
      return { kind: 'memory', label: this.heavy }
    return { kind: 'exited', code, signal, stderr: this.stderr }
  }
}

/** One fork is always booted in advance, so that the next answer need not wait for it. */
export class ForkSupply {
  private spare: Fork | null = null
  private readonly out = new Set<Fork>()
  private closed = false

  constructor(
    private readonly entry: URL,
    private readonly limits: Limits,
  ) {}

  /** The spare, booted now if there is none: the next to be taken. Null when all is closed. */
  warm(): Fork | null {
    if (!this.closed) this.spare ??= this.boot()
    return this.spare
  }

  /** A fresh fork; nobody else will get it. */
  take(): Fork {
    const taken = this.spare === null || this.spare.isDead ? this.boot() : this.spare
    this.spare = null
    return taken
  }

  /** Ends every process that was started here and is still there. */
  async close(): Promise<void> {
    this.closed = true
    for (const one of this.out) one.kill()
    await Promise.all([...this.out].map((one) => one.ended))
  }

  private boot(): Fork {
    const one = new Fork(this.entry, this.limits)
    this.out.add(one)
    void one.ended.then(() => {
      this.out.delete(one)
      if (this.spare === one) this.spare = null
    })
    return one
  }
}

/** A small heap, and regular expressions that go back too often are begun anew by an engine that never does. */
function flags(limits: Limits): string[] {
  return [
    `--max-old-space-size=${limits.heapMb}`,
    '--max-semi-space-size=8',
    // As large from the beginning: a fork lives for a second, and would collect all the time while it grows.
    '--min-semi-space-size=8',
    '--enable-experimental-regexp-engine-on-excessive-backtracks',
    '--regexp-backtracks-before-fallback=50000',
  ]
}

/** Only what a Node process needs to start; nothing of the learner's environment. */
function forkEnvironment(): NodeJS.ProcessEnv {
  const keep = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'TZ']
  const cache = getCompileCacheDir()
  return {
    ...Object.fromEntries(
      keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    // Compiled code is kept for each set of flags in a folder of its own, beside that of this process.
    ...(cache !== undefined && { NODE_COMPILE_CACHE: dirname(cache) }),
  }
}

/** Calls back for every line of JSON; resolves at the end of the stream. A line that is cut off is dropped. */
function readLines(stream: Readable, onLine: (told: Told) => void): Promise<void> {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const told = parseLine(line)
      if (told !== null) onLine(told)
    }
  })
  stream.on('error', () => {})
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) resolve()
    stream.once('close', () => resolve())
  })
}

function parseLine(line: string): Told | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && typeof (value as Told).type === 'string'
      ? (value as Told)
      : null
  } catch {
    return null
  }
}
