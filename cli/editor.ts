/** Edge: the learner's own editor. */
import { spawnSync } from 'node:child_process'

/** The words of `$VISUAL` or `$EDITOR`, or null where neither is set. */
export function editorWords(): readonly string[] | null {
  const words = (process.env['VISUAL'] || process.env['EDITOR'] || '').trim()
  return words === '' ? null : words.split(/\s+/)
}

/** Runs the editor on a file to its end; answers why it could not be started, or null. */
export function edit(file: string): string | null {
  const [program, ...words] = editorWords() ?? []
  if (program === undefined) return '$EDITOR is not set'
  const { error } = spawnSync(program, [...words, file], { stdio: 'inherit' })
  return error === undefined ? null : `$EDITOR is "${program}", which cannot be started`
}
