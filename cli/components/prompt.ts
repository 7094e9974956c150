/** The prompt: a line being typed, with history and completion, as a value and what keys make of it. */
import { type Line, lineWidth, textWidth } from '../door.ts'
import { actionFor } from '../keys.ts'
import type { Press } from '../presses.ts'
import { caretAfter, caretBefore, caretWordAfter, caretWordBefore, edgeAfter } from './caret.ts'

export interface Prompt {
  readonly text: string
  /** Where the next character goes, in code units of `text`; always at the edge of a character. */
  readonly cursor: number
  /** Older lines first. */
  readonly history: readonly string[]
  /** How far back in the history we are; 0 is the line being typed. */
  readonly back: number
  /** The line that was being typed when walking the history began. */
  readonly draft: string
  /** Lines that could stand here, shown above; empty where nothing was asked for. */
  readonly candidates: readonly string[]
}

export const EMPTY_PROMPT: Prompt = { text: '', cursor: 0, history: [], back: 0, draft: '', candidates: [] }

/** What a key made of the prompt; `submitted` is the line that was sent with Enter. */
export interface Prompted {
  readonly prompt: Prompt
  readonly submitted: string | null
  readonly left: boolean
}

export type Complete = (text: string) => readonly string[]

export function press(prompt: Prompt, key: Press, complete: Complete): Prompted {
  const action = actionFor('prompt', key.name)
  if (action === null) return typing(key.text === '' ? prompt : insert(prompt, key.text))
  switch (action) {
    case 'submit':
      return submit(prompt)
    case 'leave':
      return { prompt: { ...prompt, candidates: [] }, submitted: null, left: true }
    case 'complete':
      return typing(completed(prompt, complete))
    case 'older':
      return typing(walk(prompt, 1))
    case 'newer':
      return typing(walk(prompt, -1))
    case 'left':
      return typing(moved(prompt, caretBefore(prompt)))
    case 'right':
      return typing(moved(prompt, caretAfter(prompt)))
    case 'wordLeft':
      return typing(moved(prompt, caretWordBefore(prompt)))
    case 'wordRight':
      return typing(moved(prompt, caretWordAfter(prompt)))
    case 'start':
      return typing(moved(prompt, 0))
    case 'end':
      return typing(moved(prompt, prompt.text.length))
    case 'erase':
      return typing(erased(prompt, caretBefore(prompt), prompt.cursor))
    case 'eraseNext':
      return typing(erased(prompt, prompt.cursor, caretAfter(prompt)))
    case 'eraseWord':
      return typing(erased(prompt, caretWordBefore(prompt), prompt.cursor))
    case 'eraseToStart':
      return typing(erased(prompt, 0, prompt.cursor))
    case 'eraseToEnd':
      return typing(erased(prompt, prompt.cursor, prompt.text.length))
    case 'pageUp':
    case 'pageDown':
      return typing(prompt)
  }
}

/**
 * Pasted text: its whole lines as if each was sent with Enter, and the rest as if typed; lines between brackets that are
 * not closed yet stay together. Control characters vanish.
 */
export function insertedLines(
  prompt: Prompt,
  text: string,
): { readonly prompt: Prompt; readonly submitted: readonly string[] } {
  const lines = text.split(/\r\n|[\r\n]/).map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f]/g, ''))
  const submitted: string[] = []
  let now = insert(prompt, lines[0]!)
  for (const line of lines.slice(1)) {
    const sent = submit(now)
    if (sent.submitted !== null) submitted.push(sent.submitted)
    now = insert(sent.prompt, line)
  }
  return { prompt: now, submitted }
}

/** More brackets open than close, outside of texts: only TypeScript has such lines. */
function isUnclosed(text: string): boolean {
  const bare = text.replace(/"[^"\n]*"|'[^'\n]*'|`[^`]*`|\/\/[^\n]*/g, '')
  const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0
  return count(/[([{]/g) > count(/[)\]}]/g)
}

/** The prompt drawn in one line, scrolled sideways so that the cursor can be seen, and the cursor's column. */
export function promptLine(
  prompt: Prompt,
  mark: string,
  width: number,
): { readonly line: Line; readonly cursor: number } {
  const room = Math.max(4, width - textWidth(mark) - 1)
  const shown = prompt.text.replaceAll('\n', '↵')
  let start = 0
  while (textWidth(shown.slice(start, prompt.cursor)) > room) start = edgeAfter(shown, start)
  const line: Line = [
    { text: mark, tone: 'accent' },
    { text: start > 0 ? '…' : '', tone: 'dim' },
    { text: shown.slice(start > 0 ? edgeAfter(shown, start) : 0), tone: 'plain' },
  ]
  return { line, cursor: textWidth(mark) + textWidth(shown.slice(start, prompt.cursor)) }
}

/** The candidates in one line, as many as fit; the last words only, since the start is already typed. */
export function candidateLine(prompt: Prompt, width: number): Line {
  const words = prompt.candidates
  const line: { text: string; tone: 'dim' | 'code' }[] = [{ text: '  ', tone: 'dim' }]
  for (const [i, word] of words.entries()) {
    const more = words.length - i - 1
    const tail = more > 0 ? `  +${more} more` : ''
    if (i > 0 && lineWidth(line) + textWidth(word) + 2 + textWidth(tail) > width) {
      line.push({ text: `+${words.length - i} more`, tone: 'dim' })
      break
    }
    line.push({ text: `${word}  `, tone: 'code' })
  }
  return line
}

function typing(prompt: Prompt): Prompted {
  return { prompt, submitted: null, left: false }
}

/** Sends the line; between brackets that are not closed it only ends one line of several. */
function submit(prompt: Prompt): Prompted {
  const line = prompt.text.trim()
  if (line === '') return typing({ ...prompt, candidates: [] })
  if (isUnclosed(line)) return typing(insert({ ...prompt, cursor: prompt.text.length }, '\n'))
  const history = prompt.history.at(-1) === line ? prompt.history : [...prompt.history, line].slice(-500)
  return { prompt: { ...EMPTY_PROMPT, history }, submitted: line, left: false }
}

function insert(prompt: Prompt, text: string): Prompt {
  const { cursor } = prompt
  return {
    ...prompt,
    text: prompt.text.slice(0, cursor) + text + prompt.text.slice(cursor),
    cursor: cursor + text.length,
    candidates: [],
  }
}

function moved(prompt: Prompt, cursor: number): Prompt {
  return { ...prompt, cursor, candidates: [] }
}

function erased(prompt: Prompt, from: number, to: number): Prompt {
  return { ...prompt, text: prompt.text.slice(0, from) + prompt.text.slice(to), cursor: from, candidates: [] }
}

function walk(prompt: Prompt, by: 1 | -1): Prompt {
  const back = Math.max(0, Math.min(prompt.history.length, prompt.back + by))
  if (back === prompt.back) return prompt
  const draft = prompt.back === 0 ? prompt.text : prompt.draft
  const text = back === 0 ? draft : prompt.history[prompt.history.length - back]!
  return { ...prompt, back, draft, text, cursor: text.length, candidates: [] }
}

/** Fills in what all words that could stand here have in common; shows them where that does not decide. */
function completed(prompt: Prompt, complete: Complete): Prompt {
  const head = prompt.text.slice(0, prompt.cursor)
  const typed = /\S*$/.exec(head)![0]
  const words = complete(head).filter((word) => word.startsWith(typed))
  if (words.length === 0) return { ...prompt, candidates: [] }
  const shared = commonStart(words)
  const single = words.length === 1
  const gained =
    shared.slice(typed.length) + (single && !prompt.text.slice(prompt.cursor).startsWith(' ') ? ' ' : '')
  return { ...insert(prompt, gained), candidates: single ? [] : words }
}

function commonStart(words: readonly string[]): string {
  let shared = words[0]!
  for (const word of words) while (!word.startsWith(shared)) shared = shared.slice(0, -1)
  return shared
}
