/** The cluster that answers run in: two servers of the learner, and what they promised their clients. */
import {
  type AnyProperty,
  answer,
  byHand,
  type Context,
  defineProtocol,
  type HandRun,
  type HistoryOperation,
  type Json,
  linearizable,
  type Message,
  type Model,
  makeModel,
  type Protocol,
  property,
  register,
} from 'splitbrain'

type Node = ReturnType<typeof answer>[string]
type Handler = (state: unknown, message: Message, ctx: Context) => unknown

/** What a client asked and was told; places count what was seen so far. */
type Asked = {
  readonly client: string
  readonly n: number
  readonly at: number
  readonly put: string | null
  readonly told: {
    readonly at: number
    readonly type: string
    readonly code: Json
    readonly value: Json
    readonly fresh: Json
  } | null
}

type Seen = { readonly at: number; readonly asked: readonly Asked[] }

/** One event of a client, kept in the order in which all of them were seen. */
function follow(seenSoFar: Seen, seen: Parameters<AnyProperty['see']>[1]): Seen {
  if (seen.kind === 'invoke' && (seen.body.type === 'put' || seen.body.type === 'get')) {
    const put = seen.body.type === 'put' ? String(seen.body['value']) : null
    const asked = { client: seen.op.client, n: seen.op.n, at: seenSoFar.at, put, told: null }
    return { at: seenSoFar.at + 1, asked: [...seenSoFar.asked, asked] }
  }
  if (seen.kind !== 'return') return seenSoFar
  const { body, op } = seen
  const told = {
    at: seenSoFar.at,
    type: body.type,
    code: body['code'] ?? null,
    value: body['value'] ?? null,
    fresh: body['fresh'] ?? null,
  }
  const asked = seenSoFar.asked.map((a) =>
    a.client === op.client && a.n === op.n && a.told === null ? { ...a, told } : a,
  )
  return { at: seenSoFar.at + 1, asked }
}

/** The puts, and the reads that promised to be fresh. */
function promised({ asked }: Seen): readonly HistoryOperation[] {
  return asked.flatMap(({ client, n, at, put, told }): HistoryOperation[] => {
    const common = { process: client, n, invoke: at, key: null, value: put }
    const isOk = told?.type === 'put_ok' || told?.type === 'get_ok'
    if (put === null)
      return told?.type === 'get_ok' && told.fresh === true
        ? [{ ...common, f: 'read', return: told.at, outcome: 'ok', result: told.value }]
        : []
    const write = { ...common, f: 'write', result: null }
    if (isOk) return [{ ...write, return: told.at, outcome: 'ok' }]
    if (told?.type === 'error' && told.code === 11) return [{ ...write, return: told.at, outcome: 'fail' }]
    return [{ ...write, return: null, outcome: 'info' }]
  })
}

/** What was promised is kept. */
const honest: AnyProperty = property<Seen>({
  name: 'Honest',
  says: 'what was put, and what was read as fresh, are the answers of a single copy; nothing that was told 11 is ever read',
  first: { at: 0, asked: [] },
  see: follow,
  judge: {
    kind: 'always',
    broken(seen) {
      const verdict = linearizable(promised(seen), register())
      if (verdict.kind === 'broken') return verdict.why
      for (const { client, put, told } of seen.asked) {
        if (put !== null || told?.type !== 'get_ok' || told.value === null) continue
        const writer = seen.asked.find((other) => other.put === told.value)
        if (writer === undefined) return `${client} reads ${String(told.value)}, which nobody has put`
        if (writer.told?.type === 'error' && writer.told.code === 11)
          return `${client} reads ${String(told.value)}, and ${writer.client} was told 11: that it will never happen`
      }
      return null
    },
  },
})

/** A server that announces when it answers, so that runs in which nothing was answered do not count. */
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
  const timers = Object.entries(node.timers ?? {}).map(([name, handler]) => [
    name,
    (state: unknown, ctx: Context, arg: unknown) =>
      (handler as (...args: unknown[]) => unknown)(state, lent(ctx), arg),
  ])
  return {
    start: (ctx: Context) => node.start(lent(ctx)),
    on: Object.fromEntries(on),
    timers: Object.fromEntries(timers),
  }
}

export interface ClusterOptions {
  readonly clients?: Model['clients']
  readonly delayMs?: readonly [number, number]
}

/** `n1` and `n2`, both the answer's. */
export function protocol(): Protocol {
  const server = announced(answer('server').server)
  return defineProtocol({
    name: 'cap-register',
    source: "the learner's answer",
    says: 'a register in two places',
    cluster: ['n1', 'n2'],
    rules: {},
    roles: () => ({ server }),
    assign: () => ({
      n1: { role: 'server', peers: ['n2'], config: {} },
      n2: { role: 'server', peers: ['n1'], config: {} },
    }),
    requests: {
      put: { to: 'server', fields: { value: 'A' }, says: 'writes the value' },
      get: { to: 'server', fields: {}, says: 'reads the value' },
    },
    label(body) {
      if (body.type === 'answered') return ''
      if (body.type === 'put') return `put ${String(body['value'])}`
      if (body.type === 'error') return `error ${String(body['code'])}`
      if (body.type !== 'get_ok') return body.type
      return `${body['value'] === null ? 'nothing' : String(body['value'])}${body['fresh'] === true ? ' fresh' : ''}`
    },
    properties: [honest],
  })
}

export function cluster({ clients = {}, delayMs = [1, 1] }: ClusterOptions = {}): Model {
  return makeModel(protocol(), { clients, options: { delayMs } })
}

export const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
export const get = (to: string) => ({ to, body: { type: 'get' } })

/** A client asks, and waits for a second of virtual time. */
export function ask(
  run: HandRun,
  client: string,
  { to, body }: ReturnType<typeof put> | ReturnType<typeof get>,
): HandRun {
  return run.request(to, body, client).wait(1000)
}

export const fresh = (options: ClusterOptions = {}) => byHand(cluster(options))

/** The line is back; what was sent into the cut is lost. */
export function healed(run: HandRun): HandRun {
  return run.drop({ from: 'n1', to: 'n2' }).drop({ from: 'n2', to: 'n1' }).heal()
}

/** What the client was told first; fails where it was told nothing, or nothing that the task has. */
export function told(
  run: HandRun,
  client: string,
): { readonly type: string; readonly value: Json; readonly fresh: Json; readonly code: Json } {
  const body = run.sent.find((m) => m.to === client)?.body
  if (body === undefined)
    return run.fail(
      `a second later ${client} has been told nothing`,
      'a client that waits cannot even ask elsewhere',
    )
  const fits =
    body.type === 'put_ok' ||
    (body.type === 'get_ok' && typeof body['fresh'] === 'boolean') ||
    (body.type === 'error' && (body['code'] === 0 || body['code'] === 11))
  if (!fits)
    run.fail(
      `${client} was told ${JSON.stringify(body)}`,
      'the answers are put_ok, get_ok with value and fresh (true or false), and error with the code 0 or 11',
    )
  return {
    type: body.type,
    value: body['value'] ?? null,
    fresh: body['fresh'] ?? null,
    code: body['code'] ?? null,
  }
}

/** The client got what it asked for. */
export function expectTold(run: HandRun, client: string, type: string, value?: Json): void {
  const got = told(run, client)
  if (got.type !== type)
    run.fail(
      `${client} was told ${got.type}${got.code === null ? '' : ` ${String(got.code)}`}, and nothing was cut`,
    )
  if (value !== undefined && got.value !== value)
    run.fail(
      `${client} was told ${String(got.value ?? 'nothing')}, and it should be ${String(value ?? 'nothing')}`,
    )
}
