/**
 * What causal broadcast promises, as outputs show it: `{ type: 'wrote', text }` when a text is posted, and
 * `{ type: 'deliver', text }` when it is shown at a node, its own one included. Texts differ.
 */
import { type AnyProperty, type Observation, property } from '../world/property.ts'

type Fold = {
  /** By text: what its writer had been shown before. */
  readonly past: { readonly [text: string]: readonly string[] }
  /** By node, in order. */
  readonly shown: { readonly [node: string]: readonly string[] }
  readonly disturbed: boolean
}

const FIRST: Fold = { past: {}, shown: {}, disturbed: false }

function see(fold: Fold, seen: Observation): Fold {
  if (seen.kind === 'disturbance' && seen.what !== 'timeout' && seen.what !== 'duplicate')
    return fold.disturbed ? fold : { ...fold, disturbed: true }
  if (seen.kind !== 'output') return fold
  const text = String(seen.body['text'])
  const own = fold.shown[seen.node] ?? []
  if (seen.body.type === 'wrote') return { ...fold, past: { ...fold.past, [text]: own } }
  if (seen.body.type === 'deliver') return { ...fold, shown: { ...fold.shown, [seen.node]: [...own, text] } }
  return fold
}

export const causalOrder: AnyProperty = property<Fold>({
  name: 'CausalOrder',
  says: 'Causal order: nobody is shown a text before one that its writer had seen',
  first: FIRST,
  see,
  judge: {
    kind: 'always',
    broken({ past, shown }) {
      for (const [node, texts] of Object.entries(shown))
        for (const [i, text] of texts.entries()) {
          const missing = (past[text] ?? []).find((earlier) => !texts.slice(0, i).includes(earlier))
          if (missing !== undefined)
            return `${node} is shown ${text} without ${missing}, which its writer had seen`
        }
      return null
    },
  },
})

export const deliveredOnce: AnyProperty = property<Fold>({
  name: 'DeliveredOnce',
  says: 'Delivered once: nobody is shown a text twice, or one that nobody wrote',
  first: FIRST,
  see,
  judge: {
    kind: 'always',
    broken({ past, shown }) {
      for (const [node, texts] of Object.entries(shown)) {
        const twice = texts.find((text, i) => texts.indexOf(text) !== i)
        if (twice !== undefined) return `${node} is shown ${twice} twice`
        const stray = texts.find((text) => past[text] === undefined)
        if (stray !== undefined) return `${node} is shown ${stray}, which nobody wrote`
      }
      return null
    },
  },
})

/** Only promised where no message is lost and nobody crashes. */
export const nothingHeldBack: AnyProperty = property<Fold>({
  name: 'NothingHeldBack',
  says: 'Nothing held back: once all messages have arrived everybody has been shown every text',
  first: FIRST,
  see,
  judge: {
    kind: 'atRest',
    broken({ past, shown, disturbed }, { names }) {
      if (disturbed) return null
      for (const node of names) {
        const missing = Object.keys(past).find((text) => !shown[node]?.includes(text))
        if (missing !== undefined) return `every message has arrived, and ${node} was never shown ${missing}`
      }
      return null
    },
  },
})
