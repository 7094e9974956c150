/** mutantsOf: a source file's mechanical changes, one at a time: what somebody might have forgotten or turned around. */
import { parseAst } from 'vitest/node'

export interface Mutant {
  /** From 1. */
  readonly line: number
  /** `drop a statement`, `swap neighbours`. */
  readonly change: string
  /** Where, what and nothing that moves when lines above are added: `@@ coordinator.on.vote` and lines with - and +. */
  readonly diff: string
  /** The whole file, changed. */
  readonly text: string
}

interface Syntax {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** One replacement in the text. */
interface Edit {
  readonly change: string
  readonly start: number
  readonly end: number
  readonly by: string
  /** The names of what it stands in. */
  readonly within: string
}

/** All mutants of a TypeScript file in the order of their lines; two that read the same are told apart by a number. */
export function mutantsOf(text: string): readonly Mutant[] {
  const tree = parseAst(text, { lang: 'ts', sourceType: 'module' }) as unknown as Syntax
  const alternatives = unionsIn(tree)
  const edits: Edit[] = []
  walk(tree, [], '', (node, parents, within) => {
    for (const edit of editsAt(node, parents, text, alternatives)) edits.push({ ...edit, within })
  })
  const seen = new Map<string, number>()
  return edits
    .sort((a, b) => a.start - b.start)
    .map((edit) => {
      const { before, after, line } = changedLines(text, edit)
      const body = [...before.map((one) => `- ${one}`), ...after.map((one) => `+ ${one}`)].join('\n')
      const place = `@@ ${edit.within}`.trimEnd()
      const key = `${place}\n${body}`
      const times = (seen.get(key) ?? 0) + 1
      seen.set(key, times)
      return {
        line,
        change: edit.change,
        diff: times === 1 ? key : `${place} (${times})\n${body}`,
        text: text.slice(0, edit.start) + edit.by + text.slice(edit.end),
      }
    })
}

type Here = Omit<Edit, 'within'>

const COMPARISONS: { readonly [operator: string]: readonly string[] } = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
}
const LOGIC: { readonly [operator: string]: string } = { '&&': '||', '||': '&&' }
const METHODS: { readonly [name: string]: string } = {
  every: 'some',
  some: 'every',
  max: 'min',
  min: 'max',
}

function editsAt(
  node: Syntax,
  parents: readonly Syntax[],
  text: string,
  alternatives: ReadonlyMap<string, string>,
): Here[] {
  const source = (part: Syntax) => text.slice(part.start, part.end)
  const replace = (change: string, part: Syntax, by: string): Here => ({
    change,
    start: part.start,
    end: part.end,
    by,
  })
  const part = (name: string) => node[name] as Syntax
  switch (node.type) {
    case 'ExpressionStatement':
      return [replace('drop a statement', node, isList(parents.at(-1)) ? '' : '{}')]
    case 'BlockStatement':
    case 'Program':
      return swaps(node['body'] as readonly Syntax[], text)
    case 'ReturnStatement': {
      const value = node['argument'] as Syntax | null
      if (value === null)
        return [replace('go on instead of returning', node, isList(parents.at(-1)) ? '' : '{}')]
      if (value.type !== 'CallExpression' || !mentionsContext(value)) return []
      return [
        replace('drop an effect', node, 'return'),
        replace('go on instead of returning', node, source(value)),
      ]
    }
    case 'IfStatement':
    case 'ConditionalExpression':
      return [
        replace('guard always true', part('test'), 'true'),
        replace('guard always false', part('test'), 'false'),
      ]
    case 'BinaryExpression':
      return (COMPARISONS[String(node['operator'])] ?? []).map((by) =>
        replace('another operator', node, `${source(part('left'))} ${by} ${source(part('right'))}`),
      )
    case 'LogicalExpression': {
      const by = LOGIC[String(node['operator'])]
      return by === undefined
        ? []
        : [
            replace(
              '&& for ||, or || for &&',
              node,
              `(${source(part('left'))} ${by} ${source(part('right'))})`,
            ),
          ]
    }
    case 'MemberExpression': {
      const by = METHODS[String(part('property')['name'])]
      return by === undefined ? [] : [replace('every for some, or some for every', part('property'), by)]
    }
    case 'Literal':
      return constants(node, parents, source(node), alternatives, replace)
    default:
      return []
  }
}

function constants(
  node: Syntax,
  parents: readonly Syntax[],
  source: string,
  alternatives: ReadonlyMap<string, string>,
  replace: (change: string, part: Syntax, by: string) => Here,
): Here[] {
  const parent = parents.at(-1)
  if (parent?.type === 'ImportDeclaration') return []
  if (parent?.type === 'Property' && parent['key'] === node) return []
  const { value } = node as { readonly value?: unknown }
  if (typeof value === 'number') {
    const off = replace('off by one', node, String(value + 1))
    return value === 0 ? [off] : [off, replace('another constant', node, '0')]
  }
  if (typeof value === 'boolean') return [replace('another constant', node, String(!value))]
  if (typeof value !== 'string') return []
  return [replace('another constant', node, `'${alternatives.get(value) ?? `${source.slice(1, -1)}_`}'`)]
}

/** Two neighbours that both ask for effects, in the other order. */
function swaps(statements: readonly Syntax[], text: string): Here[] {
  return statements.slice(1).flatMap((second, i) => {
    const first = statements[i]!
    if (![first, second].every((one) => one.type === 'ExpressionStatement' && mentionsContext(one))) return []
    const between = text.slice(first.end, second.start)
    const by = text.slice(second.start, second.end) + between + text.slice(first.start, first.end)
    return [{ change: 'swap neighbours', start: first.start, end: second.end, by }]
  })
}

/** A call on `ctx`, or one that hands it on. */
function mentionsContext(node: Syntax): boolean {
  let found = false
  walk(node, [], '', (one) => {
    if (one.type === 'Identifier' && one['name'] === 'ctx') found = true
  })
  return found
}

/** For each text of a union such as `'commit' | 'abort'` the next one of it. */
function unionsIn(tree: Syntax): ReadonlyMap<string, string> {
  const next = new Map<string, string>()
  const look = (node: Syntax): void => {
    if (node.type === 'TSUnionType') {
      const texts = (node['types'] as readonly Syntax[]).flatMap((type) => {
        const value = (type['literal'] as { value?: unknown } | undefined)?.value
        return typeof value === 'string' ? [value] : []
      })
      if (texts.length > 1)
        for (const [i, text] of texts.entries()) next.set(text, texts[(i + 1) % texts.length]!)
    }
    for (const child of childrenOf(node)) look(child)
  }
  look(tree)
  return next
}

/** All nodes that exist at run time, with those above them and the names they stand in. */
function walk(
  node: Syntax,
  parents: readonly Syntax[],
  within: string,
  see: (node: Syntax, parents: readonly Syntax[], within: string) => void,
): void {
  if (node.type.startsWith('TS') && !('expression' in node)) return
  see(node, parents, within)
  const name = nameOf(node)
  const inside = name === null ? within : within === '' ? name : `${within}.${name}`
  for (const child of childrenOf(node)) walk(child, [...parents, node], inside, see)
}

function nameOf(node: Syntax): string | null {
  const holds = node['value'] as { readonly type?: string } | null | undefined
  if (node.type === 'Property' && !/Function|Object/.test(holds?.type ?? '')) return null
  const named =
    node.type === 'Property'
      ? node['key']
      : node.type === 'FunctionDeclaration' || isTop(node)
        ? node['id']
        : null
  const name = (named as { readonly name?: unknown } | null | undefined)?.name
  return typeof name === 'string' ? name : null
}

/** A constant that holds a node or a function gives what is in it its name. */
function isTop(node: Syntax): boolean {
  return (
    node.type === 'VariableDeclarator' &&
    /Call|Function/.test((node['init'] as { readonly type?: string } | null)?.type ?? '')
  )
}

function childrenOf(node: Syntax): readonly Syntax[] {
  return Object.entries(node).flatMap(([field, value]) =>
    field === 'typeAnnotation' || field === 'typeArguments' || field === 'returnType'
      ? node.type.startsWith('TS')
        ? [value].flat().filter(isSyntax)
        : []
      : (Array.isArray(value) ? value : [value]).filter(isSyntax),
  )
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && typeof (value as Syntax).type === 'string'
}

function isList(parent: Syntax | undefined): boolean {
  return parent?.type === 'BlockStatement' || parent?.type === 'Program'
}

/** The whole lines that an edit touches, before and after, without their indent. */
function changedLines(text: string, { start, end, by }: Here) {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const to = text.indexOf('\n', end) < 0 ? text.length : text.indexOf('\n', end)
  const lines = (part: string) =>
    part
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  return {
    before: lines(text.slice(from, to)),
    after: lines(text.slice(from, start) + by + text.slice(end, to)),
    line: text.slice(0, start).split('\n').length,
  }
}
