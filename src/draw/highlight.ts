/** Colours for TypeScript, by one grammar; text in any other language keeps one tone. */
import typescript from 'highlight.js/lib/languages/typescript'
import { createLowlight } from 'lowlight'
import type { Line, Span, Tone } from '../base/view.ts'
import { safeText } from './wrap.ts'

type Grammar = ReturnType<typeof createLowlight>
type Nodes = ReturnType<Grammar['highlight']>['children']

let grammar: Grammar | null = null

const TONES: { readonly [scope: string]: Tone } = {
  'hljs-comment': 'dim',
  'hljs-keyword': 'accent',
  'hljs-built_in': 'accent',
  'hljs-literal': 'warn',
  'hljs-number': 'warn',
  'hljs-string': 'good',
  'hljs-regexp': 'good',
  'hljs-title': 'strong',
}

const TYPESCRIPT = new Set(['ts', 'typescript', 'js', 'javascript', 'tsx'])

/** The lines of a piece of code, unwrapped. `language` is the first word of a fence. */
export function highlight(code: string, language: string): Line[] {
  const text = safeText(code).replace(/\n$/, '')
  if (!TYPESCRIPT.has(language)) return text.split('\n').map((row) => [{ text: row, tone: 'code' }])
  grammar ??= createLowlight({ typescript })
  const spans: Span[] = []
  flatten(grammar.highlight('typescript', text).children, 'plain', spans)
  return linesOf(spans)
}

function flatten(nodes: Nodes, tone: Tone, out: Span[]): void {
  for (const node of nodes) {
    if (node.type === 'text') out.push({ text: node.value, tone })
    if (node.type !== 'element') continue
    const scopes = node.properties['className']
    const scope = Array.isArray(scopes) ? String(scopes[0]) : ''
    flatten(node.children as Nodes, TONES[scope] ?? tone, out)
  }
}

/** Spans with line ends inside as lines. */
function linesOf(spans: readonly Span[]): Line[] {
  const lines: Span[][] = [[]]
  for (const span of spans)
    span.text.split('\n').forEach((text, i) => {
      if (i > 0) lines.push([])
      if (text !== '') lines.at(-1)!.push({ text, tone: span.tone })
    })
  return lines
}
