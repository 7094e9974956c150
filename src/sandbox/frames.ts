/** ownFramesOnly: stacks without the course's own files and paths. */

/**
 * Stacks show the frames of code that we did not write, and nothing of the course or of this machine. Vite puts a
 * function of its own here when it starts, so this is called again after that.
 */
export function ownFramesOnly(): void {
  Error.prepareStackTrace = (_error, frames) =>
    frames
      .filter((frame) => frame.getScriptNameOrSourceURL()?.startsWith('splitbrain-'))
      .map(
        (frame) =>
          `    at ${frame.getScriptNameOrSourceURL()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`,
      )
      .join('\n')
}
