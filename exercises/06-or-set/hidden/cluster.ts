/** The cluster that answers run in: replicas whose lists are read after every event, and what each has heard of. */
import {
  answer,
  byHand,
  type Context,
  defineProtocol,
  type HandRun,
  type Message,
  type Model,
  makeModel,
  type Protocol,
  replicatedSet,
} from 'splitbrain'

type Node = ReturnType<typeof answer>[string]
type Handler = (state: unknown, ...rest: unknown[]) => unknown

interface Update {
  readonly id: string
  readonly f: string
  readonly what: string
  readonly seen: readonly string[]
}

/** What must hold in every world, whatever happens. */
export const SAFETY = ['StrongConvergence', 'NoLostUpdate', 'NoResurrection'] as const

/** The updates that a replica has heard of lie on its disk beside what the answer writes, and are kept with it. */
const HEARD = 'what was heard of here'

const heardBy = (ctx: Context) => ctx.disk.read<readonly Update[]>(HEARD) ?? []

function hear(ctx: Context, more: readonly Update[]): void {
  const byId = new Map([...heardBy(ctx), ...more].map((one) => [one.id, one]))
  const heard = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (heard.length > heardBy(ctx).length) ctx.disk.write(HEARD, heard)
}

/** The same object with some of its parts replaced; what it does, it does as itself. */
function over<T extends object>(whole: T, parts: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(parts, name)) return parts[name as keyof T]
      const part: unknown = Reflect.get(target, name, target)
      return typeof part === 'function' ? part.bind(target) : part
    },
  })
}

/** What the answer sees of the context: its states carry along what this replica has heard of. */
function lent(ctx: Context): Context {
  const marked = (body: Parameters<Context['broadcast']>[0]) =>
    body.type === 'state' ? { ...body, [HEARD]: heardBy(ctx) as never } : body
  return over(ctx, {
    disk: over(ctx.disk, { keys: () => ctx.disk.keys().filter((key) => key !== HEARD) }),
    send: (to, body) => ctx.send(to, marked(body)),
    broadcast: (body) => ctx.broadcast(marked(body)),
  })
}

/** Asks the answer for its list, as a client would, and announces what it says. */
function show(node: Node, state: unknown, ctx: Context): void {
  let value: readonly string[] = []
  const said = over(ctx, {
    reply: (_to, body) => {
      if (Array.isArray(body['elements'])) value = [...(body['elements'] as readonly string[])].sort()
    },
  })
  ;(node.on['get'] as Handler | undefined)?.(
    state,
    { from: 'nobody', op: { client: 'nobody', n: 0 }, body: { type: 'get' } },
    said,
  )
  ctx.output({ type: 'holds', value, heard: heardBy(ctx) as never })
}

function watched(node: Node): Node {
  const on = Object.fromEntries(
    Object.entries(node.on).map(([type, handler]) => [
      type,
      (state: unknown, message: Message, ctx: Context) => {
        const { [HEARD]: told = [], ...body } = message.body
        if (type === 'state') hear(ctx, told as unknown as readonly Update[])
        if (type === 'add' || type === 'remove') {
          const id = message.op === null ? message.from : `${message.op.client} ${message.op.n}`
          const seen = heardBy(ctx).map((one) => one.id)
          hear(ctx, [{ id, f: type, what: String(message.body['element']), seen }])
        }
        const result = (handler as Handler)(state, { ...message, body }, lent(ctx))
        if (type !== 'get') show(node, state, ctx)
        return result
      },
    ]),
  )
  const timers = Object.fromEntries(
    Object.entries(node.timers ?? {}).map(([name, handler]) => [
      name,
      (state: unknown, ctx: Context, arg: unknown) => (handler as Handler)(state, lent(ctx), arg),
    ]),
  )
  return {
    start(ctx: Context) {
      const state = node.start(lent(ctx))
      show(node, state, ctx)
      return state
    },
    on,
    timers,
  }
}

export interface ClusterOptions {
  readonly names?: readonly string[]
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
}

/** Replicas that are all the answer's. */
export function protocol(): Protocol {
  const node = answer('replica').replica
  const list = (value: unknown) => (value as readonly string[]).join(' ') || 'nothing'
  return defineProtocol({
    name: 'or-set',
    source: "the learner's answer",
    says: 'a list that every replica changes, and in the end the same for all',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({ replica: watched(node) }),
    assign: (given) =>
      Object.fromEntries(
        given.map((own) => [
          own,
          { role: 'replica', peers: given.filter((other) => other !== own), config: {} },
        ]),
      ),
    requests: {
      add: { to: 'replica', fields: { element: 'milk' }, says: 'adds the element' },
      remove: { to: 'replica', fields: { element: 'milk' }, says: 'removes the element' },
      get: { to: 'replica', fields: {}, says: 'reads the list' },
    },
    label(body) {
      if (body.type === 'holds') return `holds ${list(body['value'])}`
      if (body.type === 'get_ok') return Array.isArray(body['elements']) ? list(body['elements']) : 'get_ok'
      return body['element'] === undefined ? body.type : `${body.type} ${String(body['element'])}`
    },
    view: (state) => state as never,
    properties: replicatedSet(),
  })
}

/** Replicas `a` and `b`, or those named. Keeps track of the named properties; by default of those for safety. */
export function cluster({
  names = ['a', 'b'],
  properties = SAFETY,
  delayMs = [1, 1],
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const chosen = properties.map((name) => whole.properties.find((p) => p.name === name)!)
  return makeModel(whole, { names, properties: chosen, options: { delayMs } })
}

/** A client asks a replica, and it hears of it. */
export function ask(run: HandRun, to: string, type: string, element = 'milk'): HandRun {
  const client = `client-${run.trace.length}`
  return run.request(to, type === 'get' ? { type } : { type, element }, client).deliver({ to, type })
}

export const start = (options: ClusterOptions = {}) => byHand(cluster(options))

/** Fails the check unless a client that asks `at` now is told exactly these elements. */
export function expectList(run: HandRun, at: string, elements: readonly string[], why: string): void {
  ask(run, at, 'get')
  const answered = run.sent.filter(({ from, body }) => from === at && body.type === 'get_ok').at(-1)
  const told = answered?.body['elements']
  if (!Array.isArray(told)) run.fail(`${at} was asked for the list, and gave no get_ok with elements`, why)
  const said = [...(told as readonly string[])].sort().join(', ')
  const right = [...elements].sort().join(', ')
  if (said !== right)
    run.fail(`${at} says that the list is: ${said || 'nothing'}; it should be: ${right || 'nothing'}`, why)
}
