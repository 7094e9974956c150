/** The program among others: Ctrl-Z and fg, a screen that crashes, a pipe that closes, a terminal that changes its size. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { KEYS, PROGRAM, Terminal } from './terminal.ts'

const NODE = process.execPath
let terminal: Terminal | null = null

afterEach(() => {
  terminal?.close()
  terminal = null
})

/** What a shell needs to have back: the page it was on, and a cursor that shows. */
function isGivenBack({ written }: Terminal): boolean {
  const last = (sequence: string) => written.lastIndexOf(`\u001b[?${sequence}`)
  return last('1049l') > last('1049h') && isCursorShown({ written })
}

function isCursorShown({ written }: Pick<Terminal, 'written'>): boolean {
  return written.lastIndexOf('\u001b[?25h') >= written.lastIndexOf('\u001b[?25l')
}

test.each([
  ['the prompt', 'repl two-phase-commit', 'two-phase-commit: tm rm1 rm2', 'quit'],
  ['the course map', '', '? keys', 'q'],
])(
  'Ctrl-Z on %s gives the shell its terminal, and fg comes back to the same place',
  { timeout: 60_000 },
  async (_, words, shows, leave) => {
    const t = new Terminal({ columns: 80, rows: 24, run: ['bash', '--norc', '--noprofile', '-i'] })
    terminal = t
    t.type(`'${NODE}' '${PROGRAM}' ${words}\r`)
    await t.sees(shows)
    t.type('\u001a')
    await t.sees('Stopped')
    expect(isGivenBack(t)).toBe(true)
    t.type('stty -a | tr " " "\\n" | grep -x -e icanon -e echo | paste -sd+\r')
    await t.sees(/^(icanon\+echo|echo\+icanon)$/m)
    t.type('fg\r')
    await t.sees(shows)
    await t.quiet()
    expect(isCursorShown(t)).toBe(leave === 'quit')
    t.type('?')
    await t.sees('Esc close')
    t.type(KEYS.esc)
    await t.sees(shows)
    t.type(leave === 'q' ? 'q' : `${leave}\r`)
    await t.sees(/^bash\S*[$#] *$/m)
    t.type('echo "code $?"\r')
    await t.sees('code 0')
  },
)

test('a screen that crashes gives the terminal back, says so, and the exit code is not 0', {
  timeout: 60_000,
}, async () => {
  const file = fileURLToPath(new URL('./crashing.tsx', import.meta.url))
  const t = new Terminal({ columns: 80, rows: 24, run: [NODE, '--import', 'tsx', file] })
  terminal = t
  await t.sees('After step 2 of 2')
  t.type('g')
  expect(await t.ended()).toBe(70)
  expect(isGivenBack(t)).toBe(true)
  expect(t.written.slice(t.written.lastIndexOf('\u001b[?1049l'))).toContain(
    'this is a mistake of ours: nobody can look there',
  )
})

test('a pipe that closes early ends the program without a word', async () => {
  const program = spawn(NODE, [PROGRAM, 'learn', '09', '--plain'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  program.stderr.on('data', (text) => {
    said += text
  })
  const ended = new Promise<number | null>((resolve) => program.on('exit', resolve))
  program.stdout.once('data', () => program.stdout.destroy())
  expect(await ended).toBe(0)
  expect(said).toBe('')
})

test('the debugger and the prompt follow the terminal as it grows and shrinks', {
  timeout: 60_000,
}, async () => {
  const t = new Terminal({ columns: 120, rows: 40, words: ['repl', 'two-phase-commit'] })
  terminal = t
  await t.sees('two-phase-commit: tm rm1 rm2')
  t.type('request client tm begin\rdeliver begin\r')
  await t.sees('step 2 · 1 ms')
  t.type('\u0014')
  await t.sees('After step 2 of 2')
  for (const [columns, rows] of [
    [40, 20],
    [80, 24],
    [30, 8],
    [120, 40],
  ] as const) {
    t.resize(columns, rows)
    await t.sees(columns < 40 ? '30 columns' : 'After step 2 of 2')
    await t.quiet()
    expect(t.lines().every((line) => line.length <= columns)).toBe(true)
  }
  t.type(KEYS.esc)
  await t.sees('> deliver begin')
  t.signal('SIGTERM')
  expect(await t.ended()).toBe(143)
  expect(isGivenBack(t)).toBe(true)
})
