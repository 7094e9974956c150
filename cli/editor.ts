/** Edge: the learner's own editor. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EditedText } from './screens/course.ts'

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

/** Runs the editor on a text to its end, in a file that is gone afterwards. */
export function editText(text: string, ending: string): EditedText {
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  const file = join(folder, `cell${ending}`)
  try {
    writeFileSync(file, `${text}\n`)
    const says = edit(file)
    if (says !== null) return { kind: 'problem', says: `${says}. The key c changes a cell without it.` }
    return { kind: 'text', text: readFileSync(file, 'utf8').replace(/\r\n/g, '\n').trimEnd() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
