/** lentContext: the context of a handler call, for code that we did not write. */
import { types } from 'node:util'
import type { Json } from '../base/canonical.ts'
import { grouped } from '../base/verdict.ts'
import type { Body, Context, Refusal } from '../node/node.ts'
import { lend } from './lend.ts'
import { plain, textOf } from './plain.ts'

/** Far more than a step does: messages, records, outputs, notes. */
const MAX_EFFECTS = 10_000
/** Each is a world of its own to the explorer. */
const MAX_PICKS = 10_000

/** The context of one call as they see it: nothing they hand in reaches us but as a copy, nothing of ours can be changed. */
export function lentContext(ctx: Context): Context {
  if (!Object.isFrozen(LentContext.prototype)) for (const made of [LentContext, LentDisk]) closeClass(made)
  return new LentContext(ctx)
}

/** Its prototype is within their reach: it leads to nothing, and nothing can be left on it. */
function closeClass(made: typeof LentContext | typeof LentDisk): void {
  Reflect.deleteProperty(made.prototype, 'constructor')
  harden(made.prototype)
}

/** How much one call of a handler has asked for. */
class Asked {
  private count = 0

  /** A call of ours that counts, lent. */
  asks<Args extends unknown[], Result>(call: (...args: Args) => Result) {
    return lend((...args: Args): Result => {
      if (++this.count > MAX_EFFECTS)
        throw new RangeError(`one handler call asked for more than ${grouped(MAX_EFFECTS)} things`)
      return call(...args)
    })
  }
}

/** What it offers is made when it is asked for: a handler uses little of it, and may take it apart. */
class LentContext implements Context {
  readonly #ctx: Context
  readonly #asked = new Asked()

  constructor(ctx: Context) {
    this.#ctx = ctx
    Object.freeze(this)
  }

  get self() {
    return this.#ctx.self
  }

  get peers() {
    return this.#ctx.peers
  }

  get config() {
    return this.#ctx.config
  }

  get boot() {
    return this.#ctx.boot
  }

  get disk(): Context['disk'] {
    return new LentDisk(this.#ctx.disk, this.#asked)
  }

  get send() {
    const ctx = this.#ctx
    return this.#asked.asks((to: string, message: Body) => ctx.send(word(to), body(message, 'message')))
  }

  get broadcast() {
    const ctx = this.#ctx
    return this.#asked.asks((message: Body) => ctx.broadcast(body(message, 'message')))
  }

  get reply() {
    const ctx = this.#ctx
    return this.#asked.asks((request: unknown, message: Body) =>
      ctx.reply(plain(request, 'the request') as unknown as Request, body(message, 'message')),
    )
  }

  get arm() {
    const ctx = this.#ctx
    return this.#asked.asks((timer: string, delay: unknown, arg?: Json) =>
      ctx.arm(word(timer), plain(delay, 'the delay') as number, argument(arg)),
    )
  }

  get disarm() {
    const ctx = this.#ctx
    return this.#asked.asks((timer: string, arg?: Json) => ctx.disarm(word(timer), argument(arg)))
  }

  get now() {
    const ctx = this.#ctx
    return lend(() => ctx.now())
  }

  get pick() {
    const ctx = this.#ctx
    return lend((list: readonly unknown[]) => picked(ctx, list)) as Context['pick']
  }

  get sign() {
    const ctx = this.#ctx
    return lend((value: unknown) => ctx.sign(plain(value, 'signed value')))
  }

  get verify() {
    const ctx = this.#ctx
    return lend((by: string, value: unknown, signature: unknown) =>
      ctx.verify(word(by), plain(value, 'signed value'), typeof signature === 'string' ? signature : null),
    )
  }

  get output() {
    const ctx = this.#ctx
    return this.#asked.asks((message: Body) => ctx.output(body(message, 'output')))
  }

  get log() {
    const ctx = this.#ctx
    return this.#asked.asks((...parts: unknown[]) => ctx.log(...parts.map(textOf)))
  }

  get refuse() {
    const ctx = this.#ctx
    return lend((): Refusal => ctx.refuse())
  }
}

class LentDisk {
  readonly #disk: Context['disk']
  readonly #asked: Asked

  constructor(disk: Context['disk'], asked: Asked) {
    this.#disk = disk
    this.#asked = asked
    Object.freeze(this)
  }

  get read() {
    const disk = this.#disk
    return lend((key: string) => disk.read(word(key))) as Context['disk']['read']
  }

  get write() {
    const disk = this.#disk
    return this.#asked.asks((key: string, value: unknown) =>
      disk.write(word(key), plain(value, `disk.${word(key)}`)),
    )
  }

  get keys() {
    const disk = this.#disk
    return lend(() => Object.freeze(disk.keys()))
  }

  get records() {
    const disk = this.#disk
    return lend((log: string) => Object.freeze(disk.records(word(log)))) as Context['disk']['records']
  }

  get torn() {
    const disk = this.#disk
    return lend((log: string) => disk.torn(word(log)))
  }

  get append() {
    const disk = this.#disk
    return this.#asked.asks((log: string, record: unknown) =>
      disk.append(word(log), plain(record, `disk log ${word(log)}`)),
    )
  }

  get truncate() {
    const disk = this.#disk
    return this.#asked.asks((log: string, length: number) => disk.truncate(word(log), number(length)))
  }

  get sync() {
    const disk = this.#disk
    return this.#asked.asks(() => disk.sync())
  }
}

function body(value: unknown, what: string): Body {
  return plain(value, what) as Body
}

type Request = Parameters<Context['reply']>[0]

/** The world picks a place in the list, not a value: it never sees the values. */
function picked(ctx: Context, list: readonly unknown[]): unknown {
  const length = types.isProxy(list) || !Array.isArray(list) ? 0 : list.length
  if (length > MAX_PICKS) throw new RangeError(`ctx.pick takes up to ${MAX_PICKS} values, not ${length}`)
  return list[ctx.pick(Array.from({ length }, (_, i) => i))]
}

/** Names are words; whatever else is said is handed on as a text for the engine to complain about. */
function word(name: unknown): string {
  return typeof name === 'string' ? name : ''
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

function argument(arg: Json | undefined): Json | undefined {
  return arg === undefined ? undefined : (plain(arg, 'timer argument') as Json)
}
