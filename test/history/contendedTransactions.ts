/** Random transactions on registers by many clients at once, most writes blind; the store does what it promises. */
import type { Json } from '../../src/base/canonical.ts'
import { type RandomStream, randomStream } from '../../src/base/random.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'

export interface Contention {
  readonly transactions: number
  readonly clients: number
  /** Keys in use at once; one that was written `writesOfKey` times makes room for another. */
  readonly keys: number
  readonly writesOfKey: number
  readonly steps: readonly [least: number, most: number]
  /** Chances: that a step reads, and that the outcome is not known. */
  readonly reads: number
  readonly unknown: number
  /**
   * `serial`: each takes effect at one moment between question and answer. `stale`: so do those that write, others may read
   * what was there up to 30 commits before. `snapshots`: snapshot isolation, the first to commit wins.
   */
  readonly store: 'serial' | 'stale' | 'snapshots'
}

interface Running {
  readonly at: number
  readonly client: number
  readonly steps: (readonly [verb: string, key: string, value: Json])[]
  snapshot: number
  stage: 'asked' | 'began' | 'done'
}

export function contendedTransactions(shape: Contention, seed: number): History {
  return new Store(shape, randomStream(seed, 'contended')).run()
}

class Store {
  private readonly versions = new Map<string, { readonly at: number; readonly value: Json }[]>()
  private readonly keys: string[]
  private readonly written = new Map<string, number>()
  private readonly counts: number[]
  private readonly names: string[]
  private readonly operations: HistoryOperation[] = []
  private commits = 0
  private keysMade: number

  constructor(
    private readonly shape: Contention,
    private readonly dice: RandomStream,
  ) {
    this.keys = Array.from({ length: shape.keys }, (_, i) => `k${i}`)
    this.keysMade = shape.keys
    this.counts = Array.from({ length: shape.clients }, () => 0)
    this.names = this.counts.map((_, i) => `c${i}`)
  }

  run(): History {
    const free = this.counts.map((_, i) => i)
    const running: Running[] = []
    for (let now = 0; this.operations.length < this.shape.transactions || running.length > 0; now++) {
      const mayAsk = free.length > 0 && this.operations.length < this.shape.transactions
      if (mayAsk && (running.length === 0 || this.dice.chance(0.5))) {
        const [client] = free.splice(this.dice.integer(0, free.length - 1), 1)
        running.push(this.ask(client!, now))
        continue
      }
      const place = this.dice.integer(0, running.length - 1)
      const one = running[place]!
      if (!this.goOn(one, now)) continue
      running.splice(place, 1)
      free.push(one.client)
    }
    return this.operations
  }

  private ask(client: number, now: number): Running {
    const [least, most] = this.shape.steps
    const steps = Array.from({ length: this.dice.integer(least, most) }, () => this.step())
    const [process, n] = [this.names[client]!, ++this.counts[client]!]
    const open = { process, n, invoke: now, return: null, outcome: 'info', f: 'txn' } as const
    const at = this.operations.push({ ...open, key: null, value: steps as unknown as Json, result: null }) - 1
    return { at, client, steps, snapshot: 0, stage: 'asked' }
  }

  private step(): readonly [string, string, Json] {
    const slot = this.dice.integer(0, this.keys.length - 1)
    const key = this.keys[slot]!
    if (this.dice.chance(this.shape.reads)) return ['read', key, null]
    const value = (this.written.get(key) ?? 0) + 1
    this.written.set(key, value)
    if (value >= this.shape.writesOfKey) this.keys[slot] = `k${this.keysMade++}`
    return ['write', key, value]
  }

  /** The next thing that happens to a transaction; true where it was the last. */
  private goOn(one: Running, now: number): boolean {
    if (one.stage === 'asked') {
      one.snapshot = this.commits
      one.stage = 'began'
      if (this.shape.store !== 'snapshots') this.commit(one)
      return false
    }
    if (one.stage === 'done')
      return this.answer(one, now, this.dice.chance(this.shape.unknown) ? 'info' : 'ok')
    const late = one.steps.some(([verb, key]) => {
      const last = this.versions.get(key)?.at(-1)
      return verb === 'write' && last !== undefined && last.at > one.snapshot
    })
    if (late) return this.answer(one, now, 'fail')
    this.commit(one)
    return false
  }

  private commit(one: Running): void {
    const mine = new Map<string, Json>()
    const readsOnly = one.steps.every(([verb]) => verb === 'read')
    const behind = readsOnly && this.shape.store === 'stale' ? this.dice.integer(0, 30) : 0
    for (const [i, [verb, key, value]] of one.steps.entries()) {
      if (verb === 'write') mine.set(key, value)
      else one.steps[i] = [verb, key, mine.get(key) ?? this.held(key, one.snapshot - behind)]
    }
    if (mine.size > 0) this.commits++
    for (const [key, value] of mine) {
      const all = this.versions.get(key) ?? []
      all.push({ at: this.commits, value })
      this.versions.set(key, all)
    }
    one.stage = 'done'
  }

  private held(key: string, snapshot: number): Json {
    return this.versions.get(key)?.findLast(({ at }) => at <= snapshot)?.value ?? null
  }

  private answer({ at, client, steps }: Running, now: number, outcome: HistoryOperation['outcome']): true {
    const unknown = outcome === 'info'
    const value = unknown
      ? steps.map(([verb, key, given]) => (verb === 'read' ? [verb, key] : [verb, key, given]))
      : steps
    this.operations[at] = {
      ...this.operations[at]!,
      outcome,
      return: unknown ? null : now,
      value: value as Json,
    }
    // Who is not answered asks nothing more: the client goes on under another name.
    if (unknown) {
      this.names[client] += 'x'
      this.counts[client] = 0
    }
    return true
  }
}
