/** Front matter: the YAML between two lines of three dashes at the top of a Markdown file, and the line of each field. */
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'

export interface FrontMatter {
  readonly fields: { readonly [name: string]: unknown }
  /** The line of a field, from 1 in the file; of the first dashes where it is not there. */
  lineOf(field: string): number
  /** All of it with its dashes; empty where there is none. */
  readonly whole: string
}

/** What is no YAML, or no fields. */
export class FrontMatterProblem extends Error {
  override readonly name = 'FrontMatterProblem'
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message)
  }
}

/** Throws `FrontMatterProblem`. */
export function readFrontMatter(text: string): FrontMatter {
  const [whole = '', yaml = ''] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text) ?? []
  const counter = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: counter })
  // The first line of the file is the dashes.
  const lineAt = (offset: number) => counter.linePos(offset).line + 1
  const [error] = document.errors
  if (error !== undefined) {
    const says = error.message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '')
    throw new FrontMatterProblem(lineAt(error.pos[0]), `the front matter is not YAML: ${says}`)
  }
  const { contents } = document
  if (contents !== null && !isMap(contents))
    throw new FrontMatterProblem(2, 'the front matter has no fields, such as title: A title')
  return {
    fields: (document.toJS() ?? {}) as FrontMatter['fields'],
    lineOf(field) {
      const key = contents?.items.find(({ key }) => isScalar(key) && String(key.value) === field)?.key
      return isScalar(key) && key.range ? lineAt(key.range[0]) : 1
    },
    whole,
  }
}
