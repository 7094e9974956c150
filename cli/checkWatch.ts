/** `check --watch` without a screen: the whole verdict again after every save, until q or an interrupt. */
import { dirname } from 'node:path'
import { EXIT, type Io, print } from './command.ts'
import { Checker, type CheckOptions, type CheckReport, type Exercise, plain, toned } from './door.ts'
import { watchSaves } from './saves.ts'

/** `show` prints a report. A save during a run ends that run, and the next one is of what was saved last. */
export async function watchPlain(
  io: Io,
  exercise: Exercise,
  file: string,
  options: CheckOptions,
  show: (report: CheckReport) => void,
): Promise<number> {
  const checker = new Checker(exercise)
  let run: AbortController | null = null
  let again = false
  let last: Promise<void> = Promise.resolve()
  const check = async (): Promise<void> => {
    run = new AbortController()
    const { signal } = run
    const report = await checker.check(file, { ...options, signal })
    run = null
    if (!signal.aborted) {
      show(report)
      print(io, [toned('dim', 'Waiting for the next save; q and Enter ends.'), plain('')])
    }
    if (!again) return
    again = false
    await check()
  }
  const saved = (): void => {
    if (run === null) last = check()
    else {
      again = true
      run.abort()
    }
  }
  const saves = watchSaves(dirname(file), saved)
  saved()
  try {
    for await (const line of io.lines('', () => [])) if (line.trim() === 'q') return EXIT.good
    // Nobody is there to type: only a signal ends it.
    if (!io.interactive) await new Promise<never>(() => {})
    return EXIT.good
  } finally {
    saves.stop()
    again = false
    ;(run as AbortController | null)?.abort()
    await last
    await checker.close()
  }
}
