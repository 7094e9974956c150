/** ownFramesOnly: stacks without the course's own files and paths, wherever an answer could read them. */
import { isEntered } from './guard.ts'

type Prepare = NonNullable<typeof Error.prepareStackTrace>

let installed: unknown
let before: Prepare | undefined
/** Errors by which a check fails. */
const FOUND = ['AssertionError', 'CheckFailed']

/**
 * Stacks that code we did not write is part of show its frames only, and so does every stack that is looked at
 * while such code runs. Other stacks are as they were. Vite puts a function of its own here when it starts, so
 * this is called again after that. What a check did not find has no frames at all: it is told in words, and to
 * write and read frames takes longer than many a check.
 */
export function ownFramesOnly(): void {
  if (Error.prepareStackTrace === installed && installed !== undefined) return
  before = Error.prepareStackTrace
  Error.prepareStackTrace = prepare
  // In a locked realm what is read is not what was written.
  installed = Error.prepareStackTrace
}

const prepare: Prepare = (error, frames) => {
  const own = frames.filter((frame) => frame.getScriptNameOrSourceURL()?.startsWith('splitbrain-'))
  if (own.length > 0 || isEntered())
    return own
      .map(
        (frame) =>
          `    at ${frame.getScriptNameOrSourceURL()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`,
      )
      .join('\n')
  if (FOUND.includes(error.name)) return `${error.name}: ${error.message}`
  return (
    before?.(error, frames) ??
    `${error.name}: ${error.message}\n${frames.map((f) => `    at ${f}`).join('\n')}`
  )
}
