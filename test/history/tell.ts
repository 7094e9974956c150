/** Short histories as stories: one line an operation, in the order of events. */
import type { Json } from '../../src/base/canonical.ts'
import type { History } from '../../src/history/history.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'

/**
 * `c1 write 1`: asked and answered at once. `c1 write 1 ...`: asked, not answered yet. `c1 done`: answered;
 * for reads `c1 done 1`. `c1 lost`: the outcome stays unknown. Keys: `c1 write x=1`, `c2 read y=null`.
 * Values are JSON.
 */
export function tell(...lines: readonly string[]): History {
  const open = new Map<string, { f: string; key: string | null; value: Json }>()
  const keyed = lines.some((line) => /\w=/.test(line))
  const events = lines.flatMap((line): HistoryEvent[] => {
    const [process = '', f = '', ...rest] = line.split(' ')
    const last = open.get(process)
    if (f === 'lost') return [{ type: 'info', process, f: last!.f, value: null }]
    const waits = rest.at(-1) === '...'
    const [, key = null, text = 'null'] = /^(?:(\w+)=)?(.*)$/.exec(
      (waits ? rest.slice(0, -1) : rest).join(' '),
    )!
    const value = JSON.parse(text === '' ? 'null' : text) as Json
    const event = (
      type: 'invoke' | 'ok',
      call: { f: string; key: string | null; value: Json },
    ): HistoryEvent => ({
      ...{ type, process, f: call.f },
      value: keyed ? [call.key, call.value] : call.value,
    })
    if (f === 'done')
      return [event('ok', last!.f === 'read' || last!.f === 'dequeue' ? { ...last!, value } : last!)]
    open.set(process, { f, key, value })
    return waits
      ? [event('invoke', { f, key, value })]
      : [event('invoke', { f, key, value }), event('ok', { f, key, value })]
  })
  return historyOfEvents(events, keyed)
}
