/** Edge: opens the course on the whole terminal, and gives the terminal back however it ends. */
import { render } from 'ink'
import type { Told } from './commands/debug.ts'
import type { Computing, Exercise } from './door.ts'
import { App } from './screens/App.tsx'
import type { Course } from './screens/course.ts'
import { ExerciseScreen } from './screens/exercise.ts'
import { MapScreen } from './screens/map.ts'
import { screenFor } from './screens/places.ts'
import { ReplScreen } from './screens/repl.ts'
import type { Host } from './screens/screen.ts'
import { Shell } from './screens/shell.ts'
import { WorldScreen } from './screens/world.ts'
import { themeFor } from './theme.ts'

export interface Opening {
  readonly ascii: boolean
  /** A lesson or exercise to begin with; where the learner was last if left out. */
  readonly at?: { readonly kind: 'lesson' | 'exercise'; readonly id: string }
}

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const

/** Resolves with the exit code. Rejects with a mistake of ours, when the terminal is as it was before. */
export function openCourse(course: Course, opening: Opening): Promise<number> {
  const shell = new Shell(opening.ascii, screenFor(course), course.keepStory)
  const map = new MapScreen(course, shell)
  shell.open(map)
  // Before the first frame, so that the first thing seen is the place one comes back to.
  map.resume(opening.at ?? course.progress.last)
  return show(shell)
}

/** An exercise alone on the terminal, checked at once and after every save. */
export function openExercise(course: Course, exercise: Exercise, ascii: boolean): Promise<number> {
  const shell = new Shell(ascii, screenFor(course), course.keepStory)
  const screen = new ExerciseScreen(exercise, course, shell)
  shell.open(screen)
  screen.check()
  return show(shell)
}

/** A story alone on the terminal. */
export function openWalk(told: Told, ascii: boolean, keepStory: Host['keepStory']): Promise<number> {
  const { where, walk, stopped, changed } = told
  const shell = new Shell(ascii, () => null, keepStory)
  shell.open(new WorldScreen(where, [{ name: 'the original', walk }], shell, stopped ?? changed))
  return show(shell)
}

/** The prompt alone on the terminal. */
export function openRepl(
  kernel: Computing,
  typed: Pick<Course, 'history' | 'remember'>,
  first: string | null,
  ascii: boolean,
  keepStory: Host['keepStory'],
): Promise<number> {
  const shell = new Shell(ascii, () => null, keepStory)
  shell.open(new ReplScreen(kernel, typed, shell, first))
  return show(shell)
}

async function show(shell: Shell): Promise<number> {
  // From here on a signal first closes the screens, which keep their place, then gives the terminal back.
  for (const [signal] of SIGNALS) process.removeAllListeners(signal)
  const theme = themeFor(process.stdout, process.env)
  // What was typed meanwhile stands where the first frame begins: it begins at the margin, and no more is echoed.
  process.stdin.setRawMode(true)
  process.stdout.write('\r')
  const instance = render(<App shell={shell} theme={theme} />, {
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: 60,
    exitOnCtrlC: false,
    patchConsole: false,
    kittyKeyboard: { mode: 'auto' },
  })
  for (const [signal, code] of SIGNALS) process.once(signal, () => shell.leave(code))
  const crash = (error: Error): void => {
    instance.unmount()
    throw error
  }
  process.once('uncaughtException', crash)
  try {
    const result = await instance.waitUntilExit()
    return typeof result === 'number' ? result : 0
  } finally {
    process.removeListener('uncaughtException', crash)
  }
}
