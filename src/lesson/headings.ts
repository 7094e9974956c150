/** headingsOf: the headings of a lesson's prose, as a reader sees them. */
import { marked } from 'marked'
import type { Lesson } from './lesson.ts'

export function headingsOf({ parts }: Lesson): readonly string[] {
  return parts.flatMap((part) =>
    part.kind === 'prose'
      ? marked
          .lexer(part.markdown)
          .flatMap((token) => (token.type === 'heading' ? [String(token['text'])] : []))
      : [],
  )
}
