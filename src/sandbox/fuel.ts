/** addFuel: JavaScript in, the same JavaScript out, except that every loop and call pays for itself. */
import { type Node, parse } from 'acorn'
import MagicString from 'magic-string'

export interface Fueled {
  /** An expression: a function that takes what the code may see, and gives an `Engine`. */
  readonly code: string
  /** Where each number that the code names when it is stopped lies in the code that was given. */
  readonly sites: readonly number[]
  /** From places in the code that runs to places in what was given: four numbers, all from 1; sorted. */
  segments(): readonly Segment[]
}

/** Line and column of the code that runs, then of the code that was given. */
export type Segment = readonly [line: number, column: number, givenLine: number, givenColumn: number]

/** What runs the code. */
export interface Engine {
  /** Fills up for one call from outside. */
  fill(fuel: number, depth: number): void
  run(): unknown
}

/** Code that may not run at all. `at` is its offset. */
export class Refused extends Error {
  override readonly name = 'Refused'
  constructor(
    readonly at: number,
    message: string,
    readonly next: string,
  ) {
    super(message)
  }
}

export const CANNOT_WAIT = {
  message:
    'a handler cannot wait: async and await are not there, because a node does one step at a time and a step either happens or does not',
  next: 'send a message or arm a timer, return, and go on in its handler',
}

/** A part of the syntax tree: https://github.com/estree/estree names the fields. */
export interface Tree extends Node {
  readonly [field: string]: unknown
}

/**
 * Adds fuel. One unit is one turn of a loop or one call; depth is how many calls are open. Whoever runs out is
 * stopped for good: the code calls `stop(site, deep)`, which throws, and every later turn or call does so again.
 * `names` are what the code may use of the world; `edit` may change more of the text. Throws `Refused`; expects code that esbuild has printed.
 */
export function addFuel(
  code: string,
  names: readonly string[],
  edit: (tree: Tree, text: MagicString) => void = () => {},
): Fueled {
  const tree: Tree = { ...parse(code, { ecmaVersion: 2024, sourceType: 'module' }) }
  const text = new MagicString(code)
  const used = new Set<string>(names)
  visit(tree, null, (node, parent) => {
    refuse(node, parent)
    if (typeof node['name'] === 'string') used.add(node['name'])
  })
  const own = freshNames(used)
  const sites: number[] = []
  const site = (node: Node) => sites.push(node.start) - 1
  visit(tree, null, (node, parent) => {
    if (isLoop(node)) payForTurn(text, node, `if(--${own.fuel}<0)${own.stop}(${site(node)});`)
    else if (isFunction(node)) {
      const at = site(whole(node, parent))
      const enter = `if(--${own.fuel}<0||++${own.depth}>${own.most})${own.stop}(${at});try{`
      payForCall(text, node, enter, `}finally{${own.depth}--}`)
    } else if (isTypeOfName(node)) {
      text.appendRight(node.start, '(()=>{try{return ')
      text.prependLeft(node.end, '}catch{return"undefined"}})()')
    } else if (node.type === 'Literal' || node.type === 'TemplateElement') hideFromCensor(text, code, node)
    else if (node.type === 'Identifier' && (node['name'] === 'import' || node['name'] === 'eval'))
      escapeName(text, node)
  })
  edit(tree, text)
  const { fuel, depth, most, stop } = own
  text.prepend(
    `(({${[`stop:${stop}With`, ...names].join(',')}})=>{let ${fuel}=0,${depth}=0,${most}=0;` +
      `const ${stop}=(site)=>{const deep=${fuel}>=0;${fuel}=-1;${stop}With(site,deep)};` +
      `return{fill(f,d){${fuel}=f;${depth}=0;${most}=d},run(){\n`,
  )
  text.append('\n}}})')
  return { code: text.toString(), sites, segments: () => segmentsOf(text) }
}

function refuse(node: Tree, parent: Tree | null): void {
  const waits = node['async'] === true || node.type === 'AwaitExpression' || node['await'] === true
  if (waits) throw new Refused(whole(node, parent).start, CANNOT_WAIT.message, CANNOT_WAIT.next)
  if (node.type === 'ImportDeclaration' || node.type.startsWith('Export'))
    throw new Refused(
      node.start,
      'import and export are not there at the prompt',
      'what the course has is there by its name already',
    )
  if (node.type === 'ImportExpression')
    throw new Refused(
      node.start,
      'import() is not there: all code of an answer is known before it runs',
      "import from 'splitbrain', or from a file beside your answer, at the top of the file",
    )
  const callee = node.type === 'CallExpression' ? (node['callee'] as Tree) : null
  if (callee?.type === 'Identifier' && callee['name'] === 'eval')
    throw new Refused(node.start, 'eval is not in reach of an answer', 'write the code out')
}

/** A loop's body becomes a block that pays first. */
function payForTurn(text: MagicString, loop: Tree, pay: string): void {
  const body = loop['body'] as Tree
  if (body.type === 'BlockStatement') text.appendRight(body.start + 1, pay)
  else {
    text.appendRight(body.start, `{${pay}`)
    text.prependLeft(body.end, '}')
  }
}

function payForCall(text: MagicString, call: Tree, enter: string, leave: string): void {
  const body = call['body'] as Tree
  if (body.type === 'BlockStatement') {
    text.appendRight(body.start + 1, enter)
    text.prependLeft(body.end - 1, leave)
    return
  }
  // The expression may stand in parentheses, which no node of the tree covers.
  const last = (call['params'] as readonly Tree[]).at(-1)?.end ?? call.start
  text.appendRight(text.original.indexOf('=>', last) + 2, `{${enter}return(`)
  text.prependLeft(call.end, `)${leave}}`)
}

/**
 * The realm refuses source in which `import(`, `eval(` and the ends of HTML comments are to be seen, in texts
 * too: there, one letter is written by its number. esbuild has left no comments.
 */
function hideFromCensor(text: MagicString, code: string, node: Tree): void {
  const source = code.slice(node.start, node.end)
  const hidden = source
    .replace(/\bimport(?=\s*[(/])/g, 'impor\\x74')
    .replace(/\beval(?=\s*\()/g, 'eva\\x6c')
    .replace(/(?<!\\|\(\?)<(?=!--)/g, '\\x3c')
    .replace(/--(?=>)/g, '-\\x2d')
  if (hidden !== source) text.update(node.start, node.end, hidden)
}

/** A property may be called `import`; written otherwise it is still called so. */
function escapeName(text: MagicString, node: Tree): void {
  const name = String(node['name'])
  if (text.original.slice(node.start, node.end) === name)
    text.update(node.start, node.end, `\\u{${name.codePointAt(0)!.toString(16)}}${name.slice(1)}`)
}

/** A method begins at its name. */
function whole(node: Tree, parent: Tree | null): Tree {
  return parent !== null && /^(?:Property|MethodDefinition)$/.test(parent.type) ? parent : node
}

function isLoop(node: Tree): boolean {
  return /^(?:While|DoWhile|For|ForIn|ForOf)Statement$/.test(node.type)
}

function isFunction(node: Tree): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
}

/** `typeof name` asks whether a name is there; a realm that throws for unknown names must not throw for this. */
function isTypeOfName(node: Tree): boolean {
  return (
    node.type === 'UnaryExpression' &&
    node['operator'] === 'typeof' &&
    (node['argument'] as Tree).type === 'Identifier'
  )
}

function visit(node: Tree, parent: Tree | null, see: (node: Tree, parent: Tree | null) => void): void {
  see(node, parent)
  for (const field of Object.keys(node)) {
    const value = node[field]
    if (Array.isArray(value)) {
      for (const part of value) if (isTree(part)) visit(part, node, see)
    } else if (isTree(value)) visit(value, node, see)
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && typeof (value as Tree).type === 'string'
}

/** Names that the code does not use: nobody can reach a name that they cannot write. */
function freshNames(used: ReadonlySet<string>) {
  const fresh = (name: string) => {
    let found = `$${name}`
    for (let n = 1; used.has(found) || used.has(`${found}With`); n++) found = `$${name}${n}`
    return found
  }
  return { fuel: fresh('fuel'), depth: fresh('depth'), most: fresh('most'), stop: fresh('stop') }
}

function segmentsOf(text: MagicString): Segment[] {
  return text
    .generateDecodedMap({ hires: true })
    .mappings.flatMap((line, i) =>
      line.flatMap((at): Segment[] => (at.length > 1 ? [[i + 1, at[0] + 1, at[2]! + 1, at[3]! + 1]] : [])),
    )
}
