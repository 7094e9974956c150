/** The chat that answers run in, and what must hold of it. */
import {
  type AnyProperty,
  answer,
  byHand,
  defineProtocol,
  type HandRun,
  type Model,
  makeModel,
  type Observation,
  type Protocol,
  property,
} from 'splitbrain'

export const PEOPLE = ['ann', 'bob', 'carl'] as const
export const SAFETY = ['CausalOrder', 'DeliveredOnce'] as const

export interface ChatOptions {
  readonly names?: readonly string[]
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
}

/** People whose every word is the answer's. */
export function protocol(): Protocol {
  const nodes = answer('process')
  return defineProtocol({
    name: 'vector-clock',
    source: "the learner's answer",
    says: 'a chat in causal order',
    cluster: [...PEOPLE],
    rules: {},
    roles: () => nodes,
    assign: (people) =>
      Object.fromEntries(
        people.map((own) => [
          own,
          { role: 'process', peers: people.filter((other) => other !== own), config: {} },
        ]),
      ),
    label(body) {
      if (body.type === 'write') return String(body['text'])
      if (body.type === 'post')
        return [body['text'], ...Object.values((body['stamp'] ?? {}) as object)].join(' ')
      if (body.type === 'deliver') return `shows ${body['text']}`
      return body.type === 'compare_ok' ? String(body['relation']) : body.type
    },
    requests: { write: { to: 'process', fields: { text: 'q' }, says: 'writes a text' } },
    properties: [causalOrder, deliveredOnce, nothingHeldBack],
  })
}

export function chat({ names = PEOPLE, properties = [], delayMs = [1, 1] }: ChatOptions = {}): Model {
  const whole = protocol()
  const chosen = whole.properties.filter(({ name }) => properties.includes(name))
  return makeModel(whole, { names, properties: chosen, options: { delayMs } })
}

type Fold = {
  /** By text: what its writer had been shown before. A text is written where it is shown first. */
  readonly past: { readonly [text: string]: readonly string[] }
  readonly shown: { readonly [node: string]: readonly string[] }
  readonly disturbed: boolean
}

const FIRST: Fold = { past: {}, shown: {}, disturbed: false }

function see(fold: Fold, seen: Observation): Fold {
  if (seen.kind === 'disturbance')
    return ['loss', 'crash', 'partition'].includes(seen.what) ? { ...fold, disturbed: true } : fold
  if (seen.kind !== 'output' || seen.body.type !== 'deliver') return fold
  const text = String(seen.body['text'])
  const own = fold.shown[seen.node] ?? []
  return {
    ...fold,
    past: text in fold.past ? fold.past : { ...fold.past, [text]: own },
    shown: { ...fold.shown, [seen.node]: [...own, text] },
  }
}

const causalOrder: AnyProperty = property<Fold>({
  name: 'CausalOrder',
  says: 'nobody is shown a text before one that its writer had been shown',
  first: FIRST,
  see,
  judge: {
    kind: 'always',
    broken({ past, shown }) {
      for (const [node, texts] of Object.entries(shown))
        for (const [i, text] of texts.entries()) {
          const missing = past[text]!.find((earlier) => !texts.slice(0, i).includes(earlier))
          if (missing !== undefined)
            return `${node} showed ${text} without ${missing}, which its writer had been shown`
        }
      return null
    },
  },
})

const deliveredOnce: AnyProperty = property<Fold>({
  name: 'DeliveredOnce',
  says: 'nobody is shown a text twice',
  first: FIRST,
  see,
  judge: {
    kind: 'always',
    broken({ shown }) {
      for (const [node, texts] of Object.entries(shown)) {
        const twice = texts.find((text, i) => texts.indexOf(text) !== i)
        if (twice !== undefined) return `${node} showed ${twice} twice`
      }
      return null
    },
  },
})

const nothingHeldBack: AnyProperty = property<Fold>({
  name: 'NothingHeldBack',
  says: 'once all messages have arrived everybody has been shown every text',
  first: FIRST,
  see,
  judge: {
    kind: 'atRest',
    broken({ past, shown, disturbed }, { names }) {
      if (disturbed) return null
      for (const node of names) {
        const missing = Object.keys(past).find((text) => !shown[node]?.includes(text))
        if (missing !== undefined) return `every message has arrived, and ${node} never showed ${missing}`
      }
      return null
    },
  },
})

/** A run of a chat by hand; each step is judged by order and copies. */
export function talk(options: ChatOptions = {}): HandRun {
  return byHand(chat({ properties: SAFETY, ...options }))
}

/** Somebody writes: the request arrives at once, the posts are on their way. */
export function write(run: HandRun, node: string, text: string): HandRun {
  return run.request(node, { type: 'write', text }, 'user').deliver({ to: node, type: 'write' })
}

/** The texts that a node has shown, in order. */
export function shownAt(run: HandRun, node: string): readonly string[] {
  return run.outputs
    .filter((o) => o.node === node && o.body.type === 'deliver')
    .map((o) => String(o.body['text']))
}
