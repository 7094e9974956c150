/** The built program in a real pseudo-terminal, and the screen an emulator makes of what it writes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type IPty, spawn } from '@lydell/node-pty'
import headless, { type IBufferCell } from '@xterm/headless'

export const PROGRAM = fileURLToPath(new URL('../../cli/splitbrain.cjs', import.meta.url))

export interface Start {
  readonly columns: number
  readonly rows: number
  readonly words?: readonly string[]
  /** What runs instead of the program: a file and its words. */
  readonly run?: readonly [string, ...string[]]
  /** Where answers and progress lie; a new folder, removed at the end, if left out. */
  readonly workspace?: string
  /** Another copy of the program. */
  readonly program?: string
  readonly env?: { readonly [name: string]: string }
}

/** The names of keys that are no letters, as a terminal sends them. */
export const KEYS = {
  enter: '\r',
  esc: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  end: '\u001b[F',
  home: '\u001b[H',
  pageDown: '\u001b[6~',
  tab: '\t',
  ctrlC: '\u0003',
} as const

export class Terminal {
  readonly #pty: IPty
  readonly #screen: headless.Terminal
  readonly home: string
  /** All that the program wrote. */
  written = ''
  exit: { readonly exitCode: number; readonly signal?: number } | null = null

  constructor(start: Start) {
    this.home = mkdtempSync(join(tmpdir(), 'splitbrain-'))
    this.#screen = new headless.Terminal({ cols: start.columns, rows: start.rows, allowProposedApi: true })
    const { CI: _, NODE_ENV: __, NO_COLOR: ___, EDITOR: ____, VISUAL: _____, ...env } = process.env
    const usual = [process.execPath, start.program ?? PROGRAM, ...(start.words ?? [])] as const
    const [file, ...words] = start.run ?? usual
    this.#pty = spawn(file, words, {
      cols: start.columns,
      rows: start.rows,
      name: 'xterm-256color',
      env: {
        ...env,
        HOME: this.home,
        XDG_STATE_HOME: join(this.home, 'state'),
        SPLITBRAIN_WORKSPACE: start.workspace ?? join(this.home, 'workspace'),
        TERM: 'xterm-256color',
        FORCE_COLOR: '3',
        LANG: 'C.UTF-8',
        TZ: 'UTC',
        ...start.env,
      },
    })
    this.#pty.onData((data) => {
      this.written += data
      this.#screen.write(data)
    })
    this.#screen.onData((answer) => this.#pty.write(answer))
    this.#pty.onExit((exit) => {
      this.exit = exit
    })
  }

  type(keys: string): void {
    this.#pty.write(keys)
  }

  signal(name: 'SIGTERM' | 'SIGINT'): void {
    this.#pty.kill(name)
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows)
    this.#pty.resize(columns, rows)
  }

  /** The lines of the screen, without blanks at their ends. */
  lines(): string[] {
    const buffer = this.#screen.buffer.active
    return Array.from({ length: this.#screen.rows }, (_, y) =>
      buffer.getLine(buffer.baseY + y)!.translateToString(true),
    )
  }

  text(): string {
    return this.lines().join('\n')
  }

  /** One row as cells: characters, widths and colours. */
  cells(y: number): IBufferCell[] {
    const line = this.#screen.buffer.active.getLine(this.#screen.buffer.active.baseY + y)!
    return Array.from({ length: this.#screen.cols }, (_, x) => line.getCell(x)!)
  }

  get columns(): number {
    return this.#screen.cols
  }

  get rows(): number {
    return this.#screen.rows
  }

  /** Waits until the screen shows it; fails with the whole screen. */
  async sees(what: string | RegExp, ms = 20_000): Promise<void> {
    const seen = (): boolean =>
      typeof what === 'string' ? this.text().includes(what) : what.test(this.text())
    if (!(await until(seen, ms)))
      throw new Error(
        `the screen never showed ${what}${this.exit ? ` (exit ${this.exit.exitCode})` : ''}:\n${this.text()}`,
      )
  }

  async ended(ms = 10_000): Promise<number> {
    if (!(await until(() => this.exit !== null, ms)))
      throw new Error(`the program did not end:\n${this.text()}`)
    return this.exit!.exitCode
  }

  /** Waits until nothing was written for a while. */
  async quiet(forMs = 300): Promise<void> {
    let before = -1
    let since = performance.now()
    await until(() => {
      if (this.written.length !== before) {
        before = this.written.length
        since = performance.now()
      }
      return performance.now() - since > forMs
    }, 10_000)
  }

  close(): void {
    if (this.exit === null) this.#pty.kill('SIGKILL')
    rmSync(this.home, { recursive: true, force: true })
  }
}

/** Looks every few milliseconds; false if it never came true. */
async function until(what: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (what()) return true
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  return what()
}
