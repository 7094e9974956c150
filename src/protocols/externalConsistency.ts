/**
 * External consistency, as clients see it: answers carry the date of what was written or read, `dateMs`, and whoever
 * asks after somebody was told a date gets a later one for what it writes (Corbett et al., Spanner, OSDI 2012).
 */
import { type AnyProperty, type Observation, property } from '../world/property.ts'

type Asked = {
  readonly client: string
  readonly n: number
  /** The largest date that anybody had been told by then. */
  readonly toldMs: number
}

type Fold = { readonly open: readonly Asked[]; readonly toldMs: number; readonly wrong: string | null }

function ofDates(name: string, says: string, isWrong: (laterMs: number, earlierMs: number) => boolean) {
  return property<Fold>({
    name,
    says,
    first: { open: [], toldMs: Number.MIN_SAFE_INTEGER, wrong: null },
    see(fold: Fold, seen: Observation): Fold {
      if (fold.wrong !== null) return fold
      if (seen.kind === 'invoke') {
        if (seen.body.type !== 'put') return fold
        const asked: Asked = { ...seen.op, toldMs: fold.toldMs }
        return { ...fold, open: [...fold.open, asked].sort((a, b) => (a.client < b.client ? -1 : 1)) }
      }
      if (seen.kind !== 'return' || typeof seen.body['dateMs'] !== 'number') return fold
      const { client, n } = seen.op
      const isOwn = (asked: Asked) => asked.client === client && asked.n === n
      const own = fold.open.find(isOwn)
      const dateMs = seen.body['dateMs']
      if (own !== undefined && isWrong(dateMs, own.toldMs))
        return {
          ...fold,
          wrong: `${client} wrote with the date ${dateMs}, after somebody had been told of ${own.toldMs}`,
        }
      const open = fold.open.filter((asked) => !isOwn(asked))
      return { ...fold, open, toldMs: Math.max(fold.toldMs, dateMs) }
    },
    judge: { kind: 'always', broken: ({ wrong }) => wrong },
  })
}

/** Section 4.1.2: if a transaction starts after another one committed, its date is larger. */
export const externalConsistency: AnyProperty = ofDates(
  'ExternalConsistency',
  'External consistency: what is asked for after somebody was told a date is written with a larger date',
  (laterMs, earlierMs) => laterMs <= earlierMs,
)

/** The same without equal dates. In a search no time need pass between an answer and the next question. */
export const noInversion: AnyProperty = ofDates(
  'NoInversion',
  'No inversion: what is asked for after somebody was told a date is not written with a smaller date',
  (laterMs, earlierMs) => laterMs < earlierMs,
)
