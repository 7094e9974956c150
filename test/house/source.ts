/** The source files of the project as the house's tests see them: what each imports and which world it touches. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseAst } from 'vitest/node'
import { packageRoot } from '../../src/base/home.ts'
import type { World } from './edges.ts'

export interface Import {
  /** As written. */
  readonly from: string
  /** The file it names, from the package's root; null for a library. */
  readonly file: string | null
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean
  readonly line: number
}

export interface Touch {
  readonly world: World
  readonly what: string
  readonly line: number
}

export interface Source {
  /** From the package's root, with slashes. */
  readonly file: string
  readonly imports: readonly Import[]
  readonly touches: readonly Touch[]
}

/** Every code file under a folder of the package, sorted. */
export function codeFiles(folder: string): string[] {
  return filesUnder(folder).filter((file) => /\.(?:ts|tsx|mjs|cjs)$/.test(file))
}

/** Every file under a folder of the package, sorted; none where the folder is not there. */
export function filesUnder(folder: string): string[] {
  try {
    return readdirSync(join(packageRoot(), folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(packageRoot().length + 1))
      .filter((file) => !file.includes('node_modules/'))
      .sort()
  } catch {
    return []
  }
}

export function readText(file: string): string {
  return readFileSync(join(packageRoot(), file), 'utf8')
}

/** Reads a file's syntax, not its text: what stands in comments and strings is nothing. */
export function readSource(file: string, text = readText(file)): Source {
  const lang = file.endsWith('x') ? 'tsx' : /\.ts$/.test(file) ? 'ts' : 'js'
  const sourceType = file.endsWith('.cjs') ? 'commonjs' : 'module'
  const nodes = [...walk(parseAst(text, { lang, sourceType }) as unknown as Syntax, null)]
  const lineOf = (node: Syntax) => text.slice(0, node.start).split('\n').length
  const imports = nodes.flatMap(({ node }) => importOf(node, file, lineOf(node)))
  const own = new Set(nodes.filter(isBinding).map(({ node }) => node.name))
  const touches = nodes.flatMap(({ node, parent, key }) => {
    const hit = touchOf(node, parent, key, own)
    return hit === null ? [] : [{ ...hit, line: lineOf(node) }]
  })
  return { file, imports, touches }
}

interface Syntax {
  readonly type: string
  readonly start: number
  readonly name?: string
  readonly [key: string]: unknown
}

interface Place {
  readonly node: Syntax
  readonly parent: Syntax | null
  readonly key: string
}

/** All nodes that exist at run time, with their parents. */
function* walk(node: Syntax, parent: Syntax | null, key = ''): Generator<Place> {
  if (node.type.startsWith('TS') && !RUNS.has(node.type)) return
  yield { node, parent, key }
  for (const [name, value] of Object.entries(node)) {
    if (name === 'typeAnnotation' || name === 'typeArguments') continue
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === 'object' && child !== null && typeof child.type === 'string')
        yield* walk(child as Syntax, node, name)
  }
}

const RUNS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSParameterProperty',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
])

function importOf(node: Syntax, file: string, line: number): Import[] {
  const from = specifier(node)
  if (from === null) return []
  const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type'
  return [{ from, file: target(file, from), typeOnly, line }]
}

function specifier(node: Syntax): string | null {
  const declared = ['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration', 'ImportExpression']
  const source = node['source'] as { value?: unknown } | null | undefined
  if (declared.includes(node.type)) return typeof source?.value === 'string' ? source.value : null
  const called = node['callee'] as Syntax | undefined
  if (node.type !== 'CallExpression' || called?.name !== 'require') return null
  const first = (node['arguments'] as { value?: unknown }[])[0]
  return typeof first?.value === 'string' ? first.value : null
}

function target(file: string, from: string): string | null {
  if (from === 'splitbrain') return 'src/index.ts'
  return from.startsWith('.') ? normalize(join(dirname(file), from)) : null
}

/** Where a name of the file's own is declared. */
function isBinding({ node, parent, key }: Place): boolean {
  if (node.type !== 'Identifier' || parent === null) return false
  if (parent.type === 'VariableDeclarator') return key === 'id'
  if (/Function|CatchClause/.test(parent.type)) return key === 'params' || key === 'param' || key === 'id'
  if (parent.type === 'AssignmentPattern') return key === 'left'
  return ['ArrayPattern', 'ImportSpecifier', 'ImportDefaultSpecifier', 'ClassDeclaration'].includes(
    parent.type,
  )
}

const GLOBALS: { readonly [name: string]: World } = {
  Date: 'clock',
  performance: 'clock',
  setTimeout: 'clock',
  setInterval: 'clock',
  setImmediate: 'clock',
  process: 'process',
  console: 'process',
  fetch: 'network',
  WebSocket: 'network',
  crypto: 'dice',
}

const LIBRARIES: readonly (readonly [RegExp, World])[] = [
  [/^node:fs/, 'disk'],
  [/^node:(?:timers|perf_hooks)/, 'clock'],
  [/^node:(?:net|tls|http|https|http2|dgram|dns)/, 'network'],
  [/^node:|^esbuild$|^vitest\/node$|^env-paths$/, 'process'],
]
const HARMLESS = /^node:(?:path|url|util|assert|buffer|events|crypto|string_decoder|stream|zlib)/
const DICE = /^(?:random|getRandomValues|generateKey|webcrypto)/

function touchOf(node: Syntax, parent: Syntax | null, key: string, own: ReadonlySet<string | undefined>) {
  const from = specifier(node)
  if (from !== null) {
    if (HARMLESS.test(from) || node['importKind'] === 'type') return null
    const world = LIBRARIES.find(([name]) => name.test(from))?.[1]
    return world === undefined ? null : { world, what: from }
  }
  if (node.type === 'ImportSpecifier' && parent !== null && specifier(parent) === 'node:crypto') {
    const name = (node['imported'] as Syntax).name ?? ''
    return DICE.test(name) ? { world: 'dice' as const, what: name } : null
  }
  if (node.type === 'MemberExpression') {
    const [object, property] = [node['object'] as Syntax, node['property'] as Syntax]
    if (object.name === 'globalThis' && Object.hasOwn(GLOBALS, property.name ?? ''))
      return { world: GLOBALS[property.name!]!, what: `globalThis.${property.name}` }
    const random = object.name === 'Math' && property.name === 'random'
    return random ? { world: 'dice' as const, what: 'Math.random' } : null
  }
  if (node.type !== 'Identifier' || node.name === undefined || own.has(node.name)) return null
  const named = parent !== null && parent['computed'] !== true && (key === 'property' || key === 'key')
  const world = Object.hasOwn(GLOBALS, node.name) && !named ? GLOBALS[node.name] : undefined
  return world === undefined ? null : { world, what: node.name }
}
