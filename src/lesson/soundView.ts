/** isSoundView: whether a value from a file is a view that can be drawn. */

const LISTS: { readonly [kind: string]: readonly string[] } = {
  lines: ['lines'],
  table: ['columns', 'rows'],
  timeline: ['lanes', 'rows'],
  verdict: [],
  bars: ['bars'],
  curve: ['series'],
  ring: ['points', 'keys'],
  stack: ['views'],
}

/** Files are written by this program and may be changed by anybody; what is not sound is left out. */
export function isSoundView(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false
  const view = value as { readonly [field: string]: unknown }
  const lists = LISTS[String(view['kind'])]
  if (lists === undefined || !lists.every((name) => isListOfThings(view[name]))) return false
  if (view['kind'] === 'stack') return (view['views'] as readonly unknown[]).every(isSoundView)
  return view['kind'] !== 'verdict' || view['picture'] === null || isSoundView(view['picture'])
}

function isListOfThings(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => one !== null && one !== undefined)
}
