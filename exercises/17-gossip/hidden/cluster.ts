/** The cluster that answers run in: sites whose rows are read after every event, and announced. */
import {
  answer,
  byHand,
  type Context,
  defineProtocol,
  gossipProperties,
  type HandRun,
  type Message,
  type Model,
  makeModel,
  type Protocol,
} from 'splitbrain'

type Node = ReturnType<typeof answer>[string]
type Handler = (state: unknown, ...rest: unknown[]) => unknown

/** The keys that the checks use, and whose values are announced. */
const KEYS = ['x', 'y']

/** What a client would be told who asks for the key now. */
function valueAt(node: Node, key: string, state: unknown, ctx: Context): string | null {
  let value: string | null = null
  const said = new Proxy(ctx, {
    get(target, name) {
      if (name === 'reply')
        return (_to: unknown, body: Message['body']) => {
          if (typeof body['value'] === 'string') value = body['value']
        }
      const part: unknown = Reflect.get(target, name, target)
      return typeof part === 'function' ? part.bind(target) : part
    },
  })
  const asked = { from: 'nobody', op: { client: 'nobody', n: 0 }, body: { type: 'get', key } }
  ;(node.on['get'] as Handler | undefined)?.(state, asked, said)
  return value
}

function show(node: Node, state: unknown, ctx: Context): void {
  const rows = KEYS.flatMap((key) => {
    const value = valueAt(node, key, state, ctx)
    return value === null ? [] : `${key}=${value}`
  })
  ctx.output({ type: 'holds', value: rows, heard: [] })
}

function watched(node: Node): Node {
  const on = Object.fromEntries(
    Object.entries(node.on).map(([type, handler]) => [
      type,
      (state: unknown, message: Message, ctx: Context) => {
        const result = (handler as Handler)(state, message, ctx)
        if (type !== 'get') show(node, state, ctx)
        return result
      },
    ]),
  )
  return {
    ...node,
    on,
    start(ctx: Context) {
      const state = node.start(ctx)
      show(node, state, ctx)
      return state
    },
  }
}

/** Sites that are all the answer's. */
export function protocol(): Protocol {
  const node = answer('site').site
  return defineProtocol({
    name: 'gossip',
    source: "the learner's answer",
    says: 'a store without a leader, and in the end the same everywhere',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({ site: watched(node) }),
    assign: (given) =>
      Object.fromEntries(
        given.map((own) => [
          own,
          { role: 'site', peers: given.filter((other) => other !== own), config: {} },
        ]),
      ),
    requests: {
      put: { to: 'site', fields: { key: 'x', value: 'A' }, says: 'writes the value' },
      delete: { to: 'site', fields: { key: 'x' }, says: 'deletes the key' },
      get: { to: 'site', fields: { key: 'x' }, says: 'reads the value' },
    },
    label(body) {
      if (body.type === 'holds') return `holds ${(body['value'] as readonly string[]).join(' ') || 'nothing'}`
      if (body.type === 'get_ok') return String(body['value'] ?? 'nothing')
      if (body.type === 'put') return `${body['key']}=${body['value']}`
      return body.type === 'delete' ? `delete ${body['key']}` : body.type
    },
    view: (state) => state as never,
    properties: gossipProperties(),
  })
}

export interface ClusterOptions {
  readonly names?: readonly string[]
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
}

/** Sites `a` and `b`, or those named. Keeps track of the named properties; by default of what comes back. */
export function cluster({
  names = ['a', 'b'],
  properties = ['NoResurrection'],
  delayMs = [1, 1],
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const chosen = properties.map((name) => whole.properties.find((one) => one.name === name)!)
  return makeModel(whole, { names, properties: chosen, options: { delayMs } })
}

export const start = (options: ClusterOptions = {}) => byHand(cluster(options))

/** A client puts a value, or deletes the key where it is null, and the site hears of it. */
export function write(run: HandRun, to: string, value: string | null, key = 'x'): HandRun {
  const body = value === null ? { type: 'delete', key } : { type: 'put', key, value }
  return run.request(to, body, `client-${run.trace.length}`).deliver({ to, type: body.type })
}

/** Fails the check unless a client that asks `at` now is told this value. */
export function expectValue(run: HandRun, at: string, value: string | null, why: string, key = 'x'): void {
  run.request(at, { type: 'get', key }, `client-${run.trace.length}`).deliver({ to: at, type: 'get' })
  const answered = run.sent.filter(({ from, body }) => from === at && body.type === 'get_ok').at(-1)
  if (answered === undefined || answered.body['value'] === undefined)
    run.fail(`${at} was asked for ${key}, and gave no get_ok with a value`, why)
  const told = answered?.body['value'] ?? null
  if (told !== value)
    run.fail(`${at} says that ${key} is ${told ?? 'not there'}; it should be ${value ?? 'not there'}`, why)
}
