/** clipboardSequence: a text as the terminal is asked to put it on its clipboard (OSC 52), also over ssh. */

/** Terminals that allow copying take at least this much; some drop all of what is longer. */
const MOST_BYTES = 74_000

/** Null where the text is too long. It draws nothing and moves no cursor. */
export function clipboardSequence(text: string): string | null {
  const bytes = Buffer.from(text, 'utf8')
  return bytes.length > MOST_BYTES ? null : `\u001b]52;c;${bytes.toString('base64')}\u0007`
}
