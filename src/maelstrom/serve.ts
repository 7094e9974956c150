/** serve: a node as a process, on a real clock, with real dice, a disk and a trace. An edge. */
import { randomInt } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DiskFolder, DiskProblem, makeFolder, systemProblem } from './diskFolder.ts'
import { headOf, isTrace, TRACE_SCHEMA, type TraceHead, TraceProblem } from './servedTrace.ts'
import { type Engine, Server, type Surroundings } from './server.ts'

export interface ServeOptions {
  /** What is served: see `TraceHead`. */
  readonly program: string
  readonly settings: string
  readonly role: string | null
  /** Where disks lie, each node's in a folder of its name; null where nothing is kept. */
  readonly disk: string | null
  /** Where the trace goes; `{node}` in it becomes the name of the node. Null for none. */
  readonly trace: string | null
  keepsRefused(): boolean
  send(line: string): void
  log(text: string): void
}

/** Serves until the lines end. Rejects with `DiskProblem`, `TraceProblem` or what the engine throws. */
export async function serve(
  engine: Engine,
  lines: AsyncIterable<string>,
  options: ServeOptions,
): Promise<void> {
  const around = new RealWorld(options, () => server.wake().catch(stop))
  const server: Server = new Server(engine, around, options.keepsRefused)
  let stop: (error: unknown) => void = () => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = reject
  })
  const all = async () => {
    for await (const line of lines) {
      // A line is read while the one before is carried out; what goes wrong ends all.
      server.line(line).catch(stop)
    }
    await server.line('')
  }
  try {
    await Promise.race([all(), stopped, ...(engine.failure === undefined ? [] : [engine.failure])])
  } finally {
    around.close()
  }
}

class RealWorld implements Surroundings {
  private beganMs = wallMs()
  private disk: DiskFolder | null = null
  private file: string | null = null
  private alarm: NodeJS.Timeout | undefined

  constructor(
    private readonly options: ServeOptions,
    private readonly wake: () => void,
  ) {}

  openDisk(self: string): DiskFolder | null {
    const { disk, program } = this.options
    if (!/^[\w.-]{1,100}$/.test(self) || /^\.+$/.test(self))
      throw new DiskProblem(`a node called ${JSON.stringify(self)} can have no folder`)
    if (disk === null) return null
    this.disk = DiskFolder.open(join(disk, self), { program, node: self }, this.beganMs)
    this.beganMs = this.disk.beganMs
    return this.disk
  }

  /** A restart goes on with its own trace; anything else that lies there is not written over. */
  openTrace(self: string, names: readonly string[], isUsed: boolean): void {
    const { trace } = this.options
    if (trace === null) return
    const file = trace.replaceAll('{node}', self)
    this.writing(file, () => this.beginOrGoOn(file, self, names, isUsed))
    this.file = file
  }

  trace(traced: object): void {
    const { file } = this
    if (file !== null) this.writing(file, () => appendFileSync(file, `${JSON.stringify(traced)}\n`))
  }

  private writing(file: string, write: () => void): void {
    try {
      write()
    } catch (error) {
      const problem = systemProblem(file, error)
      throw problem === null ? error : new TraceProblem(problem)
    }
  }

  private beginOrGoOn(file: string, self: string, names: readonly string[], isUsed: boolean): void {
    const { program, settings, role } = this.options
    const head: TraceHead = { served: TRACE_SCHEMA, program, settings, role, node: self, names }
    const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (before !== '' && !isTrace(before))
      throw new TraceProblem(`${file} is something else than a trace, and is not written over`)
    const owner = before === '' ? null : headOf(before)
    if (owner !== null && owner.node !== self)
      throw new TraceProblem(
        `${file} is the trace of ${owner.node}: put {node} into the name, and each node has its own`,
      )
    if (isUsed && owner === null)
      this.options.log(`the trace begins with this start: what led to the disk is not in it`)
    makeFolder(dirname(file))
    if (!isUsed || owner === null) beginTrace(file, head)
    // A line that a crash cut off ends here.
    else if (!before.endsWith('\n')) writeFileSync(file, before.slice(0, before.lastIndexOf('\n') + 1))
  }

  nowUs(): number {
    return Math.max(0, Math.round((wallMs() - this.beganMs) * 1000))
  }

  seed(): number {
    return randomInt(2 ** 31)
  }

  send(line: string): void {
    this.options.send(line)
  }

  log(text: string): void {
    this.options.log(text)
  }

  wakeAt(atUs: number | null): void {
    clearTimeout(this.alarm)
    if (atUs !== null)
      this.alarm = setTimeout(this.wake, Math.min(LONGEST_MS, Math.max(0, (atUs - this.nowUs()) / 1000)))
  }

  close(): void {
    clearTimeout(this.alarm)
    this.disk?.close()
  }
}

/** Two nodes that begin one file at once are as wrong as one that begins another's. */
function beginTrace(file: string, head: TraceHead): void {
  const text = `${JSON.stringify(head)}\n`
  try {
    writeFileSync(file, text, { flag: existsSync(file) ? 'w' : 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new TraceProblem(`${file} is begun by another node: put {node} into the name, and each has its own`)
  }
}

/** The longest that a timer of the system can wait. */
const LONGEST_MS = 2 ** 31 - 1

/** The time of day that this process goes by, in milliseconds since 1970: it never goes back. */
function wallMs(): number {
  return performance.timeOrigin + performance.now()
}
