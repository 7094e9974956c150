/** Puts the shell on the terminal: sizes and keys in, finished lines out. */
import { Box, Text, useApp, useCursor, useInput, usePaste, useStdout, useWindowSize } from 'ink'
import { memo, useEffect, useSyncExternalStore } from 'react'
import { pressesOf } from '../presses.ts'
import { paint, type Theme } from '../theme.ts'
import type { Shell } from './shell.ts'

const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'

/** One line of the screen. It is drawn again only when its text changes. */
const Row = memo(function Row({ text }: { readonly text: string }) {
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>
})

export function App({ shell, theme }: { readonly shell: Shell; readonly theme: Theme }) {
  const { exit, suspendTerminal, waitUntilRenderFlush } = useApp()
  const size = useWindowSize()
  const { setCursorPosition } = useCursor()
  const { stdout } = useStdout()
  useSyncExternalStore(shell.subscribe, shell.version)
  useEffect(() => {
    // Whoever has the terminal meanwhile needs to see where it types.
    const lend = (run: () => void | Promise<void>): Promise<void> =>
      suspendTerminal(async () => {
        stdout.write(SHOW_CURSOR)
        await run()
        stdout.write(HIDE_CURSOR)
      })
    shell.attach({
      exit,
      suspend: lend,
      afterFrame: (work) => void waitUntilRenderFlush().then(() => setImmediate(work)),
      every: (ms, tick) => {
        const timer = setInterval(tick, ms)
        return () => clearInterval(timer)
      },
      send: (sequence) => void stdout.write(sequence),
      stop: () => lend(stopped),
    })
  }, [shell, exit, suspendTerminal, waitUntilRenderFlush, stdout])
  useInput((input, flags) => {
    for (const press of pressesOf(input, flags)) shell.press(press, size)
  })
  usePaste((text) => shell.paste(text))

  const { lines, cursor } = shell.draw(size)
  setCursorPosition(cursor ?? undefined)
  // Every line is cut to the width and there are as many as rows: to clip them again is half of the work of a frame.
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      {lines.map((line, i) => (
        <Row key={i} text={paint(line, theme, shell.ascii)} />
      ))}
    </Box>
  )
}

/** Stops this process as Ctrl-Z does everywhere, until the shell's `fg`. */
function stopped(): Promise<void> {
  const alive = setInterval(() => {}, 60_000)
  return new Promise((resolve) => {
    process.once('SIGCONT', () => {
      clearInterval(alive)
      resolve()
    })
    process.kill(process.pid, 'SIGTSTP')
  })
}
