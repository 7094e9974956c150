/** The names that TypeScript at a prompt knows of the course, and the world as it sees it. Light: it runs nothing. */
import type { Value } from '../base/canonical.ts'
import { LANGUAGE, OUT_OF_REACH } from '../sandbox/given.ts'
import type { Session } from '../scenario/session.ts'

/** What draws a picture. */
export const DRAW_NAMES = ['bars', 'histogram', 'curve', 'ring', 'table'] as const
const SCENE_NAMES = ['nodes', 'wire', 'clients', 'now']
const CONSTANTS = ['true', 'false', 'null', 'undefined']

/** What a line may be about that begins with a word of its own. */
export const TYPED_NAMES: ReadonlySet<string> = new Set([
  'console',
  'Math',
  ...LANGUAGE,
  ...Object.keys(OUT_OF_REACH),
  ...DRAW_NAMES,
  ...SCENE_NAMES,
  ...CONSTANTS,
])

/** The world as a line sees it: the state of each node (null while it is down), what is in flight, clients, ms. */
export function sceneOf({ run }: Session): { readonly [name: string]: Value } {
  const world = run?.worlds.at(-1)
  const nodes = Object.entries(world?.nodes ?? {}).map(([name, slot]) => [name, slot.state])
  const wire = (world?.wire ?? []).map(({ from, to, body }) => ({ ...body, from, to }))
  const clients = Object.entries(world?.clients ?? {}).map(([name, asked]) => [name, [...asked]])
  return {
    nodes: Object.fromEntries(nodes),
    wire,
    clients: Object.fromEntries(clients),
    now: (world?.timeUs ?? 0) / 1000,
  }
}

/**
 * What could stand at the end of a line, command or TypeScript: whole words, blank to blank, best first. `declared` are
 * the names that earlier lines made.
 */
export function completeLine(
  session: Session,
  head: string,
  declared: readonly string[] = [],
): readonly string[] {
  const first = /^\s*(\S+)\s/.exec(head)?.[1]
  if (first !== undefined && session.commands.some((command) => command.name === first))
    return session.complete(head)
  const typing = /\S*$/.exec(head)![0]
  const [path = ''] = /[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[\d+\])*\.?$/.exec(typing) ?? []
  const before = typing.slice(0, typing.length - path.length)
  const at = path.lastIndexOf('.')
  const known =
    at < 0
      ? [...SCENE_NAMES, ...DRAW_NAMES, ...declared, ...LANGUAGE, 'console', 'Math', ...CONSTANTS]
      : fieldsOf(valueAt(sceneOf(session), path.slice(0, at)))
  const stem = typing.slice(0, typing.length - (path.length - (at + 1)))
  const partial = path.slice(at + 1)
  const names = known.filter((name) => name.startsWith(partial) && (partial !== '' || at >= 0))
  const words = [...new Set(names)].map((name) => stem + name)
  return before === '' && at < 0 ? [...session.complete(head), ...words] : words
}

function valueAt(scene: { readonly [name: string]: Value }, path: string): unknown {
  let value: unknown = scene
  for (const [, name, index] of path.matchAll(/([A-Za-z_$][\w$]*)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined
    if (name !== undefined && !Object.hasOwn(value, name)) return undefined
    value = (value as { readonly [key: string]: unknown })[name ?? index!]
  }
  return value
}

/** What may follow a dot. */
function fieldsOf(value: unknown): readonly string[] {
  if (value instanceof Map) return ['get', 'has', 'keys', 'values', 'entries', 'size', 'forEach']
  if (value instanceof Set) return ['has', 'values', 'size', 'forEach']
  if (Array.isArray(value))
    return ['length', 'map', 'filter', 'find', 'some', 'every', 'at', 'slice', 'forEach']
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}
