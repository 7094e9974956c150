/** readLine: a line of TypeScript typed at a prompt, made ready to run, or the mistake in it. */
import { type Message, transform } from 'esbuild'
import type MagicString from 'magic-string'
import { addFuel, Refused, type Tree } from './fuel.ts'
import { NAMES } from './given.ts'
import { placeOfOffset, throughMap } from './maps.ts'

/** A line and column of what was typed, from 1. */
export interface LinePlace {
  readonly line: number
  readonly column: number
}

/** A line that can run. Plain data: it may be made in one process and run in another. */
export interface ReadyLine {
  readonly kind: 'ready'
  readonly code: string
  /** The names that it declares. */
  readonly declares: readonly string[]
  /** What its code may use without the scope. */
  readonly names: readonly string[]
  /** Where each site of fuel lies. */
  readonly sites: readonly (LinePlace | null)[]
  /** Where each of its own places lies: line and column of `code`, then of what was typed. Sorted. */
  readonly places: readonly (readonly [number, number, number, number])[]
}

export interface LineMistake extends LinePlace {
  readonly kind: 'mistake'
  readonly message: string
  readonly next: string
}

/**
 * Reads one line, or several. `taken` are names that earlier lines declared: they hide those of the language.
 * Names declared at the top become properties of the scope, so that they can be declared again, as anything; a
 * `const` at the prompt can be assigned to. The value of the last expression is the value of the line.
 */
export async function readLine(
  source: string,
  taken: readonly string[] = [],
): Promise<ReadyLine | LineMistake> {
  // `{ a: 1 }` is meant as an object far more often than as a block.
  if (source.trimStart().startsWith('{')) {
    const asValue = await read(`(${source.trimEnd().replace(/;$/, '')}\n)`, 1, taken)
    if (asValue.kind === 'ready') return asValue
  }
  return read(source, 0, taken)
}

/** `shift` columns were put in front of the first line. */
async function read(
  source: string,
  shift: number,
  taken: readonly string[],
): Promise<ReadyLine | LineMistake> {
  const at = (line: number, column: number): LinePlace => ({
    line,
    column: line === 1 ? Math.max(1, column - shift) : column,
  })
  let code: string
  let original: ReturnType<typeof throughMap>
  try {
    const result = await transform(source, {
      loader: 'ts',
      target: 'es2023',
      sourcemap: 'external',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    })
    code = result.code
    original = throughMap(result.map)
  } catch (error) {
    const first = (error as { errors?: readonly Message[] }).errors?.[0]
    if (first === undefined) throw error
    const { line, column } = first.location ?? { line: 1, column: 0 }
    return {
      kind: 'mistake',
      message: first.text,
      ...at(line, column + 1),
      next: 'correct it and press Enter',
    }
  }
  const typed = (line: number, column: number): LinePlace | null => {
    const found = original(line, column)
    return found === null ? null : at(found.line, found.column)
  }
  const typedAt = (offset: number) => {
    const { line, column } = placeOfOffset(code, offset)
    return typed(line, column)
  }
  const hidden = new Set([...taken, 'module', 'exports', 'require'])
  let declares: readonly string[] = []
  const addedFuel = () => {
    const names = NAMES.filter((name) => !hidden.has(name))
    const added = addFuel(code, names, (tree, text) => {
      declares = keepNames(tree, text)
    })
    return { ...added, names }
  }
  try {
    let added = addedFuel()
    if (declares.some((name) => added.names.includes(name))) {
      for (const name of declares) hidden.add(name)
      added = addedFuel()
    }
    const { code: fueled, sites, segments, names } = added
    const places = segments().flatMap(([line, column, inLine, inColumn]) => {
      const place = typed(inLine, inColumn)
      return place === null ? [] : [[line, column, place.line, place.column] as const]
    })
    return { kind: 'ready', code: fueled, declares, names, sites: sites.map(typedAt), places }
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof SyntaxError)) throw error
    const offset = error instanceof Refused ? error.at : Number((error as { pos?: number }).pos ?? 0)
    const next = error instanceof Refused ? error.next : 'correct it and press Enter'
    const message = error.message.replace(/ \(\d+:\d+\)$/, '')
    return { kind: 'mistake', message, ...(typedAt(offset) ?? at(1, 1)), next }
  }
}

/** Declarations at the top become assignments to the scope, and the last expression what is returned. */
function keepNames(tree: Tree, text: MagicString): string[] {
  const statements = tree['body'] as readonly Tree[]
  const names: string[] = []
  for (const statement of statements)
    if (statement.type === 'VariableDeclaration') {
      const declarators = statement['declarations'] as readonly Tree[]
      text.remove(statement.start, declarators[0]!.start)
      for (const declarator of declarators) {
        names.push(...namesIn(declarator['id'] as Tree))
        text.prependLeft(declarator.start, '(')
        text.appendRight(declarator.end, declarator['init'] === null ? '=void 0)' : ')')
      }
    } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      const name = String((statement['id'] as Tree)['name'])
      names.push(name)
      text.prependRight(statement.start, `;(${name}=`)
      text.appendLeft(statement.end, ');')
      // Functions are there before the first statement runs.
      if (statement.type === 'FunctionDeclaration' && statement.start > 0)
        text.move(statement.start, statement.end, 0)
    }
  const last = statements.at(-1)
  if (last?.type === 'ExpressionStatement') {
    const value = last['expression'] as Tree
    text.prependLeft(last.start, 'return(')
    text.appendRight(value.end, ')')
  }
  return names
}

function namesIn(pattern: Tree | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [String(pattern['name'])]
    case 'ObjectPattern':
      return (pattern['properties'] as readonly Tree[]).flatMap((part) =>
        namesIn((part.type === 'RestElement' ? part['argument'] : part['value']) as Tree),
      )
    case 'ArrayPattern':
      return (pattern['elements'] as readonly (Tree | null)[]).flatMap(namesIn)
    case 'AssignmentPattern':
      return namesIn(pattern['left'] as Tree)
    case 'RestElement':
      return namesIn(pattern['argument'] as Tree)
    default:
      return []
  }
}
