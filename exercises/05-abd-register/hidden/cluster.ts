/** The cluster that answers run in: servers of the learner, and clients whose answers are announced. */
import {
  answer,
  byHand,
  type Context,
  defineProtocol,
  type HandRun,
  type Json,
  linearizableRegister,
  type Message,
  type Model,
  makeModel,
  type Protocol,
} from 'splitbrain'

export interface ClusterOptions {
  readonly servers?: number
  readonly clients?: Model['clients']
  readonly delayMs?: readonly [number, number]
}

type Node = ReturnType<typeof answer>[string]
type Handler = (state: unknown, message: Message, ctx: Context) => unknown

/** A server that announces when it answers a client, so that runs in which nothing was answered do not count. */
function announced(node: Node): Node {
  const lent = (ctx: Context) =>
    new Proxy(ctx, {
      get(target, name) {
        if (name !== 'reply') return Reflect.get(target, name, target)
        return (...[request, body]: Parameters<Context['reply']>) => {
          target.output({ type: 'answered', with: body.type })
          target.reply(request, body)
        }
      },
    })
  const on = Object.entries(node.on).map(([type, handler]) => [
    type,
    (state: unknown, message: Message, ctx: Context) => (handler as Handler)(state, message, lent(ctx)),
  ])
  return { ...node, on: Object.fromEntries(on) }
}

/** Servers that are all the answer's. */
export function protocol(): Protocol {
  const server = announced(answer('server').server)
  return defineProtocol({
    name: 'abd-register',
    source: "the learner's answer",
    says: 'a register that a majority keeps',
    cluster: ['s1', 's2', 's3'],
    rules: {},
    roles: () => ({ server }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          { role: 'server', peers: names.filter((other) => other !== name), config: {} },
        ]),
      ),
    requests: {
      put: { to: 'server', fields: { value: 'A' }, says: 'writes the value' },
      get: { to: 'server', fields: {}, says: 'reads the value' },
    },
    label(body) {
      const value = body['value'] === null ? 'nothing' : String(body['value'])
      if (body.type === 'answered') return ''
      if (body.type === 'get_ok') return value
      if (body.type === 'put') return `put ${value}`
      if (body.type === 'queried') return `has ${value}`
      return body.type === 'record' ? `keep ${value}` : body.type === 'recorded' ? 'kept' : body.type
    },
    properties: [linearizableRegister],
  })
}

/** `s1`, `s2`, ..., three if nothing else is said. */
export function cluster({ servers = 3, clients = {}, delayMs = [1, 1] }: ClusterOptions = {}): Model {
  const names = Array.from({ length: servers }, (_, i) => `s${i + 1}`)
  return makeModel(protocol(), { names, clients, options: { delayMs } })
}

export const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
export const get = (to: string) => ({ to, body: { type: 'get' } })

/** A server has just been asked by a client, and its first messages are in flight. */
export function asked(
  run: HandRun,
  to: string,
  body: { type: string; value?: string },
  client = 'ann',
): HandRun {
  return run.request(to, body, client).deliver({ to, from: client, type: body.type })
}

export const begun = (to: string, body: { type: string; value?: string }, options: ClusterOptions = {}) =>
  asked(byHand(cluster(options)), to, body)

/** What a server says that it has, when another one asks. */
export function copyOf(run: HandRun, node: string): { readonly tag: Json; readonly value: Json } {
  const from = node === 's1' ? 's2' : 's1'
  const before = run.sent.length
  run.receive(node, from, { type: 'query', id: 'check' })
  const said = run.sent.slice(before).find((m) => m.from === node && m.body.type === 'queried')
  if (said === undefined) return run.fail(`${node} was asked with query and sent no queried`)
  return { tag: said.body['tag'] ?? null, value: said.body['value'] ?? null }
}

/** Tells a server, as another one would, to keep a copy. */
export function keep(run: HandRun, to: string, value: string, count: number, server: string): HandRun {
  const from = to === 's1' ? 's2' : 's1'
  return run.receive(to, from, {
    type: 'record',
    id: `given ${count} ${server}`,
    tag: { count, server },
    value,
  })
}

/** The client was answered with this. */
export function expectAnswer(
  run: HandRun,
  client: string,
  body: { readonly type: string; readonly value?: Json },
): void {
  const told = run.sent.filter((m) => m.to === client).map((m) => m.body)
  const fits = told.some(
    (b) => b.type === body.type && (body.value === undefined || b['value'] === body.value),
  )
  if (fits) return
  const wanted = body.value === undefined ? body.type : `${body.type} with ${body.value ?? 'nothing'}`
  const got =
    told.length === 0 ? 'nothing' : told.map((b) => `${b.type} ${String(b['value'] ?? '')}`.trim()).join(', ')
  run.fail(`${client} should be told ${wanted}, and was told ${got}`)
}

/** Nobody has answered this client yet. */
export function expectSilence(run: HandRun, client: string, why: string): void {
  const told = run.sent.find((m) => m.to === client)
  if (told !== undefined) run.fail(`${client} was told ${told.body.type} already`, why)
}
