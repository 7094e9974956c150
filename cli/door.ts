/** What the commands and screens use of the rest. */
export type { Line, Span, Tone, View } from '../src/base/view.ts'
export { lineText, plain, toned } from '../src/base/view.ts'
export { renderMarkdown } from '../src/draw/markdown.ts'
export {
  cutLine,
  justify,
  lineWidth,
  type Margin,
  padLine,
  safeText,
  textWidth,
  wrapLine,
} from '../src/draw/wrap.ts'
