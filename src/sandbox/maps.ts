/** Places: an offset in a text, and the way back through a source map. Lines and columns are from 1. */
import { SourceMap, type SourceMapPayload } from 'node:module'

export interface Original {
  readonly source: string
  readonly line: number
  readonly column: number
}

/** Where an offset lies in a text. */
export function placeOfOffset(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** From places of what esbuild printed to places of what it read; the map is parsed at the first question. */
export function throughMap(mapText: string): (line: number, column: number) => Original | null {
  let map: SourceMap | null = null
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(mapText) as SourceMapPayload)
    const entry = map.findEntry(line - 1, column - 1)
    if (!('originalSource' in entry)) return null
    return { source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
  }
}
