/** How the terminal feels: first frame beside a bare Ink program, key to frame, bytes, and what a long lesson costs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { type IPty, spawn } from '@lydell/node-pty'
import headless from '@xterm/headless'
import { build } from 'esbuild'
import { newSession, parseLesson } from '../../cli/door.ts'
import { LessonScreen } from '../../cli/screens/lesson.ts'
import { fakeCourse } from '../cli/fakes.ts'
import { TestHost } from '../cli/host.ts'
import { type Figures, quantile } from './measure.ts'

const STARTS = 6
const KEYS = 120
const IDLE_MS = 5_000
const SIZE = { columns: 120, rows: 40 }
/** What ends a frame: the terminal may show it now. */
const FRAME_END = '\u001b[?2026l'

/** The bench runs as `.build/bench.mjs`, beside the program. */
const BUILD = import.meta.dirname
const PROGRAM = join(BUILD, '..', 'cli', 'splitbrain.cjs')

export const terminalRows: { readonly [name: string]: () => Promise<Figures> } = {
  async 'terminal: first frame'() {
    const bare = await bareProgram()
    const times: { [what: string]: number[] } = { bare: [], map: [], lesson: [], debugger: [] }
    const token = storyToken()
    // One after the other, so that what else the machine does falls on all of them.
    for (let i = 0; i < STARTS; i++) {
      times['bare']!.push(await firstFrame([bare], 'a bare program'))
      times['map']!.push(await firstFrame([PROGRAM], ' keys'))
      times['lesson']!.push(await firstFrame([PROGRAM, 'learn', '09'], ' keys'))
      times['debugger']!.push(await firstFrame([PROGRAM, 'debug', token], ' keys'))
    }
    // The first of each warms the caches of the disk and of compiled code.
    const p50 = (what: string): number => quantile(times[what]!.slice(1), 0.5)
    const ratio = (what: string): number =>
      quantile(
        times[what]!.slice(1).map((ms, i) => ms / times['bare']![i + 1]!),
        0.5,
      )
    return {
      'a bare bundled Ink program, p50 ms': p50('bare'),
      'the course map, p50 ms': p50('map'),
      'the course map, times the bare program [<= 1.3]': ratio('map'),
      'a lesson, times the bare program': ratio('lesson'),
      'the debugger, times the bare program': ratio('debugger'),
    }
  },

  async 'terminal: a lesson'() {
    const plain = await barePressed()
    const seat = await Seat.open([PROGRAM, 'learn', '09'], ' keys')
    try {
      const scrolled = await seat.keys(['j', 'k'])
      seat.pty.write('n')
      await seat.shows('Enter runs it')
      seat.pty.write(':')
      await seat.shows('Tab shows what can come next')
      const typed = await seat.keys(['c', '\u007f'])
      return {
        ...latencies('scrolling', scrolled),
        ...latencies('typing', typed),
        'a bare Ink program: key to frame, p50 ms': quantile(plain.ms, 0.5),
        'typing, times the bare program, p50': quantile(typed.ms, 0.5) / quantile(plain.ms, 0.5),
        'bytes of a one-line change, p50 [< 400]': quantile(typed.bytes, 0.5),
        'bytes of a one-line scroll, p50': quantile(scrolled.bytes, 0.5),
        'idle bytes in 5 s [0]': await seat.idleBytes(),
        'full clears [0]': seat.clears,
      }
    } finally {
      seat.close()
    }
  },

  async 'terminal: the debugger'() {
    const plain = await barePressed()
    const seat = await Seat.open([PROGRAM, 'debug', storyToken()], ' keys')
    try {
      const walked = await seat.keys(['h', 'h', 'h', 'l', 'l', 'l'])
      return {
        ...latencies('walking', walked),
        'a bare Ink program: key to frame, p50 ms': quantile(plain.ms, 0.5),
        'walking, times the bare program, p50': quantile(walked.ms, 0.5) / quantile(plain.ms, 0.5),
        'bytes of a step, p50': quantile(walked.bytes, 0.5),
        'idle bytes in 5 s [0]': await seat.idleBytes(),
        'full clears [0]': seat.clears,
      }
    } finally {
      seat.close()
    }
  },

  async 'terminal: a long lesson'() {
    const [short, long] = [lessonOf(10), lessonOf(200)]
    return {
      'lines drawn for 10 cells': short.lines,
      'lines drawn for 200 cells [the same]': long.lines,
      'a frame of 10 cells, p50 ms': short.ms,
      'a frame of 200 cells, p50 ms': long.ms,
    }
  },
}

/** Ink and React, bundled as the program is, showing one line on the whole screen. */
async function bareProgram(): Promise<string> {
  const source = join(BUILD, 'bareInk.tsx')
  const file = join(BUILD, 'bareInk.mjs')
  writeFileSync(
    source,
    `import { Box, render, Text, useInput, useWindowSize } from 'ink'
import { useState } from 'react'
function App() {
  const { columns, rows } = useWindowSize()
  const [pressed, press] = useState(0)
  useInput(() => press((n) => n + 1))
  return <Box width={columns} height={rows} overflow="hidden"><Text>{'a bare program ' + pressed}</Text></Box>
}
render(<App />, { alternateScreen: true, incrementalRendering: true, maxFps: 60, exitOnCtrlC: false, patchConsole: false, kittyKeyboard: { mode: 'auto' } })
`,
  )
  await build({
    absWorkingDir: join(BUILD, '..'),
    entryPoints: [source],
    outfile: file,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.12',
    jsx: 'automatic',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'react-devtools-core': join(BUILD, '..', 'cli', 'nothing.mjs') },
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
    },
  })
  return file
}

/** What a key costs where nothing else is done. */
async function barePressed(): Promise<Pressed> {
  const seat = await Seat.open([await bareProgram()], 'a bare program')
  try {
    return await seat.keys(['a'])
  } finally {
    seat.close()
  }
}

/** From the start of a process to the first frame that shows a text. */
async function firstFrame(words: readonly string[], text: string): Promise<number> {
  const began = performance.now()
  const seat = await Seat.open(words, text)
  const took = seat.shownAt - began
  // What was compiled is kept at an end of its own, for the next start.
  await seat.leave()
  return took
}

/** What came of keys pressed one by one, each when the frame of the one before was out. */
interface Pressed {
  readonly ms: number[]
  readonly bytes: number[]
}

/** Someone in front of a program, with a terminal that answers it. */
class Seat {
  readonly pty: IPty
  shownAt = 0
  private readonly screen = new headless.Terminal({
    cols: SIZE.columns,
    rows: SIZE.rows,
    allowProposedApi: true,
  })
  private readonly home = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  private written = ''
  private listener: (() => void) | null = null

  private constructor(words: readonly string[]) {
    const { CI: _, NODE_ENV: __, NO_COLOR: ___, ...env } = process.env
    this.pty = spawn(process.execPath, [...words], {
      cols: SIZE.columns,
      rows: SIZE.rows,
      name: 'xterm-256color',
      env: {
        ...env,
        // The caches of this user are warm, as they are from the second start on.
        XDG_STATE_HOME: join(this.home, 'state'),
        SPLITBRAIN_WORKSPACE: join(this.home, 'workspace'),
        TERM: 'xterm-256color',
        FORCE_COLOR: '3',
        LANG: 'C.UTF-8',
        TZ: 'UTC',
      },
    })
    this.pty.onData((data) => {
      this.written += data
      this.screen.write(data)
      this.listener?.()
    })
    this.screen.onData((answer) => this.pty.write(answer))
  }

  static async open(words: readonly string[], text: string): Promise<Seat> {
    const seat = new Seat(words)
    await seat.when(
      () => seat.written.includes(text) && seat.written.includes(FRAME_END, seat.written.indexOf(text)),
    )
    seat.shownAt = performance.now()
    return seat
  }

  async shows(text: string): Promise<void> {
    await this.when(() => this.written.includes(text))
    await this.quiet()
  }

  /** Presses keys in turn; the first ones warm up and do not count. */
  async keys(keys: readonly string[]): Promise<Pressed> {
    await this.quiet()
    const pressed: Pressed = { ms: [], bytes: [] }
    for (let i = 0; i < KEYS + 20; i++) {
      const from = this.written.length
      const began = performance.now()
      this.pty.write(keys[i % keys.length]!)
      const ended = await this.when(() => this.written.includes(FRAME_END, from), 2_000)
      if (!ended) continue
      const took = performance.now() - began
      await pause(20)
      if (i < 20) continue
      pressed.ms.push(took)
      pressed.bytes.push(this.written.length - from)
    }
    return pressed
  }

  async idleBytes(): Promise<number> {
    await this.quiet()
    const before = this.written.length
    await pause(IDLE_MS)
    return this.written.length - before
  }

  /** How often the whole screen was cleared after the first frame. */
  get clears(): number {
    return this.written.slice(this.written.indexOf(FRAME_END)).split('\u001b[2J').length - 1
  }

  /** Ends the program as the terminal's window does. */
  async leave(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.pty.onExit(() => resolve()))
    this.pty.kill('SIGHUP')
    await ended
    rmSync(this.home, { recursive: true, force: true })
  }

  close(): void {
    this.pty.kill('SIGKILL')
    rmSync(this.home, { recursive: true, force: true })
  }

  private async quiet(): Promise<void> {
    for (let before = -1; before !== this.written.length; await pause(300)) before = this.written.length
  }

  /** Resolves as soon as it is so; with false if it does not come about. */
  private when(what: () => boolean, ms = 60_000): Promise<boolean> {
    if (what()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = (is: boolean) => {
        clearTimeout(timer)
        this.listener = null
        resolve(is)
      }
      const timer = setTimeout(() => settle(false), ms)
      this.listener = () => {
        if (what()) settle(true)
      }
    })
  }
}

function latencies(what: string, { ms }: Pressed): Figures {
  return {
    [`${what}: key to frame, p50 ms [<= 16]`]: quantile(ms, 0.5),
    [`${what}: key to frame, p95 ms [<= 40]`]: quantile(ms, 0.95),
    [`${what}: keys that made a frame, of ${KEYS}`]: ms.length,
  }
}

/** A run of 3 servers that elect a leader and take a request: some two dozen steps. */
function storyToken(): string {
  const session = newSession()
  for (const line of ['cluster raft-election', 'run 400ms']) session.execute(line)
  return session.token()
}

/** A lesson of so many cells, scrolled line by line from its beginning. */
function lessonOf(cells: number): { readonly lines: number; readonly ms: number } {
  const text = Array.from(
    { length: cells },
    (_, i) =>
      `Some words before cell ${i}.\n\n\`\`\`scenario\ncluster two-phase-commit tm rm1 rm2\nshow state\n\`\`\`\n`,
  ).join('\n')
  const lesson = parseLesson(
    '09-long.md',
    `---\ntitle: Long\nunit: Bench\nminutes: 1\nsources: []\n---\n\n${text}`,
  )
  const host = new TestHost(fakeCourse([lesson]))
  host.size = SIZE
  host.open(new LessonScreen(lesson, host.course, host))
  host.front.draw(SIZE)
  const ms: number[] = []
  let lines = 0
  for (let i = 0; i < 200; i++) {
    const began = performance.now()
    host.front.press({ name: i % 20 < 10 ? 'down' : 'up', text: '' }, SIZE)
    lines = host.front.draw(SIZE).lines.length
    ms.push(performance.now() - began)
  }
  return { lines, ms: quantile(ms, 0.5) }
}
