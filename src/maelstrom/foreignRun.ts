/** foreignRun: clients ask programs of somebody else while faults meet them, and what they were told is judged. An edge. */
import { randomStream } from '../base/random.ts'
import { count } from '../base/verdict.ts'
import { byInvoke, type HistoryOperation } from '../history/history.ts'
import type { IsolationVerdict } from '../history/transactions/isolated.ts'
import type { LevelName } from '../history/transactions/levels.ts'
import type { HistoryVerdict } from '../history/verdict.ts'
import { type FaultKind, type PlannedFault, planFaults } from './faults.ts'
import type { NodeLife } from './member.ts'
import { isDefinite, shown, type WireBody } from './message.ts'
import { type Misdeed, Network, type Reply } from './network.ts'
import type { SecondAnswer } from './requests.ts'
import type { Workload } from './workload.ts'
import { WORKLOADS } from './workloads.ts'

export interface ForeignOptions {
  /** A command of the shell; each node is one process of it. */
  readonly command: string
  readonly nodes: number
  /** A name of `WORKLOADS`. */
  readonly workload: string
  /** What transactions are judged by. Default: `serializable`. */
  readonly level?: LevelName
  readonly faults: readonly FaultKind[]
  readonly seed: number
  /** For how long clients ask. */
  readonly forMs: number
  /** Requests a second, of all clients together. */
  readonly rate: number
  /** How long a node may take to answer `init`. */
  readonly patienceMs: number
  /** How long it may take at the end until all nodes answer, and have all that they must have. */
  readonly settleMs: number
}

export interface ForeignReport {
  readonly verdict: HistoryVerdict | IsolationVerdict
  /** Where a node did what no node may do, and the run ended. */
  readonly misdeed: Misdeed | null
  readonly history: readonly HistoryOperation[]
  /** How many of those that failed were handed to nobody, as all nodes were down. */
  readonly refused: number
  /** How often each code of an error was answered; `none` where there was no code. */
  readonly errors: { readonly [code: string]: number }
  readonly faults: readonly PlannedFault[]
  readonly messages: Network['counts']
  /** Whom the first message to nobody was for. */
  readonly astrayTo: string | null
  /** Which nodes did not carry out what each is asked at the end. */
  readonly silent: readonly string[]
  readonly nodes: readonly NodeLife[]
  readonly ms: number
}

/** A client waits so long for an answer; then nobody knows what became of its request. */
const CLIENT_WAITS_MS = 1000
/** Between two looks at the end. */
const LOOK_MS = 200

/** Rejects only on a mistake of ours. Every process is gone when it settles. */
export async function foreignRun(options: ForeignOptions): Promise<ForeignReport> {
  const run = new ForeignRun(WORKLOADS[options.workload]!, options)
  const { network } = run
  try {
    const misdeed = await Promise.race([network.misdeed, run.all().then(() => null)])
    return run.report(misdeed)
  } finally {
    run.isOver = true
    await network.close()
  }
}

class ForeignRun {
  isOver = false
  private readonly history: HistoryOperation[] = []
  private readonly errors: Record<string, number> = {}
  private readonly plan: readonly PlannedFault[]
  private readonly begun: PlannedFault[] = []
  private last: readonly HistoryOperation[] = []
  private silent: string[] = []
  private refused = 0
  private place = 0
  private readonly asked = new Map<string, number>()

  readonly network: Network

  constructor(
    private readonly workload: Workload,
    private readonly options: ForeignOptions,
  ) {
    const { command, nodes, faults, seed, forMs, patienceMs } = options
    this.network = new Network(command, nodes, seed, patienceMs, workload.before ?? null)
    this.plan = planFaults(faults, this.network.names, seed, forMs)
  }

  async all(): Promise<void> {
    await Promise.all(this.network.names.map((name) => this.network.start(name)))
    await Promise.all([this.load(), this.disturb()])
    await this.look()
  }

  report(misdeed: Misdeed | null): ForeignReport {
    const { history, errors, begun, network } = this
    return {
      verdict: misdeed === null ? this.verdict() : brokenBy(misdeed),
      misdeed,
      history: [...history].sort(byInvoke),
      refused: this.refused,
      errors,
      faults: begun,
      messages: network.counts,
      astrayTo: network.astrayTo,
      silent: misdeed === null ? this.silent : [],
      nodes: network.lives,
      ms: network.nowMs,
    }
  }

  private verdict(): ForeignReport['verdict'] {
    const verdict = this.workload.judge(this.history, this.last, this.options.level ?? 'serializable')
    if (verdict.kind === 'broken') return verdict
    const { property } = verdict
    if (this.silent.length > 0) {
      const why = `${this.silent.join(', ')} did not carry out ${this.workload.last.type} within ${this.options.settleMs / 1000} s after everything was healed`
      return { kind: 'broken', property: 'Answers', why, witness: [] }
    }
    const [twice, ...others] = this.network.secondAnswers
    if (twice !== undefined)
      return { kind: 'broken', property: 'AnswersOnce', why: twiceText(twice, others.length), witness: [] }
    if (!this.history.some(({ outcome }) => outcome === 'ok'))
      return { kind: 'gaveUp', property, why: 'no request was carried out, so nothing was shown' }
    return verdict
  }

  /** Requests at the rate that was asked for, each of a client that waits for nothing else. */
  private async load(): Promise<void> {
    const { forMs, rate, seed, nodes } = this.options
    const dice = randomStream(seed, 'load')
    const free = Array.from({ length: 2 * nodes }, (_, i) => `c${i + 1}`)
    const open = new Set<Promise<void>>()
    const beganMs = this.network.nowMs
    for (let i = 1; !this.isOver; i++) {
      const dueMs = beganMs + (i * 1000) / rate
      if (dueMs > beganMs + forMs) break
      await pause(dueMs - this.network.nowMs)
      const [to, request] = [dice.choose(this.network.names), this.workload.draw(dice, i)]
      const client = free.shift()
      // All of them wait: who asks slower than this is not asked more.
      if (client === undefined) continue
      // Whose node is down asks another.
      const up = this.network.upFrom(to)
      const asked: Promise<void> = this.ask(client, client, up, request).then(({ reply }) => {
        if (reply.kind === 'refused') this.refused++
        open.delete(asked)
        free.push(client)
      })
      open.add(asked)
    }
    await Promise.all(open)
  }

  private async disturb(): Promise<void> {
    const beganMs = this.network.nowMs
    await Promise.all(
      this.plan.map(async (fault) => {
        await pause(beganMs + fault.fromMs - this.network.nowMs)
        if (this.isOver) return
        const end = this.network.begin(fault)
        this.begun.push(fault)
        await pause(beganMs + fault.untilMs - this.network.nowMs)
        await end()
      }),
    )
  }

  /** Asks every node at the end, until each has answered and all is where it must be. */
  private async look(): Promise<void> {
    const { names } = this.network
    const { settles, last, oneIsEnough = false } = this.workload
    const untilMs = this.network.nowMs + this.options.settleMs
    const found = new Map<string, HistoryOperation>()
    const replied = new Set<string>()
    for (;;) {
      const missing = names.filter((name) => settles || !found.has(name))
      await Promise.all(
        missing.map(async (name) => {
          const client = `c${2 * names.length + names.indexOf(name) + 1}`
          // What is read at the end is told as what the node shows.
          const process = settles ? name : client
          const { operation, reply } = await this.ask(process, client, name, last)
          if (operation.outcome === 'ok') found.set(name, operation)
          if (reply.kind === 'answer') replied.add(name)
        }),
      )
      this.last = [...found.values()]
      const answered = oneIsEnough && found.size > 0 ? replied : found
      this.silent = names.filter((name) => !answered.has(name))
      const isWell = this.silent.length === 0 && (!settles || this.verdict().kind === 'held')
      if (isWell || this.isOver || this.network.nowMs >= untilMs) return
      await pause(LOOK_MS)
    }
  }

  /** `process` is what the history calls who asks. */
  private async ask(process: string, client: string, to: string, request: WireBody) {
    const n = (this.asked.get(process) ?? 0) + 1
    this.asked.set(process, n)
    const invoke = this.place++
    const at = this.history.length
    const open = this.workload.call(request, null)
    if (typeof open === 'string') throw new Error(open)
    const unknown: HistoryOperation = { process, n, invoke, return: null, outcome: 'info', ...open }
    this.history.push(unknown)
    const reply = await this.network.ask(client, to, request, CLIENT_WAITS_MS)
    const operation = this.isOver ? unknown : this.told(unknown, to, request, reply)
    this.history[at] = operation
    return { operation, reply }
  }

  private told(unknown: HistoryOperation, to: string, request: WireBody, reply: Reply): HistoryOperation {
    if (reply.kind === 'silence') return unknown
    const failed: HistoryOperation = { ...unknown, return: this.place++, outcome: 'fail' }
    if (reply.kind === 'refused') return failed
    const { body } = reply
    let answer = body
    if (body.type === 'error') {
      const code = body['code'] ?? null
      if (code !== null && !Number.isInteger(code))
        return this.isNone(to, unknown, `its "code" is no integer: ${shown(body)}`)
      const name = code === null ? 'none' : String(code)
      this.errors[name] = (this.errors[name] ?? 0) + 1
      const meant = this.workload.means?.(request, code) ?? null
      if (meant === null) return isDefinite(code) ? failed : unknown
      answer = meant
    }
    if (answer.type !== `${request.type}_ok`)
      return this.isNone(
        to,
        unknown,
        `${request.type} is answered with ${request.type}_ok or error, not ${shown(body)}`,
      )
    const call = this.workload.call(request, answer)
    return typeof call === 'string' ? this.isNone(to, unknown, call) : { ...failed, outcome: 'ok', ...call }
  }

  private isNone(node: string, unknown: HistoryOperation, why: string): HistoryOperation {
    this.network.accuse(node, `gave an answer that is none: ${why}`)
    return unknown
  }
}

function twiceText({ node, client, first, second }: SecondAnswer, others: number): string {
  const [before, after] = [first, second].map(({ in_reply_to: _, msg_id: __, ...body }) => shown(body))
  const told = before === after ? `both times with ${before}` : `with ${before} and then with ${after}`
  const more = others === 0 ? '' : `; so it was with ${count(others, 'other answer')}`
  return `${node} answered twice what ${client} had asked once, ${told}${more}`
}

function brokenBy({ property, why, atMs }: Misdeed): HistoryVerdict {
  return {
    kind: 'broken',
    property,
    why: `${why}, ${(atMs / 1000).toFixed(2)} s after the start`,
    witness: [],
  }
}

/** `412 operations, 31 of unknown outcome`. */
export function operationsText(history: readonly HistoryOperation[]): string {
  const unknown = history.filter(({ outcome }) => outcome === 'info').length
  const failed = history.filter(({ outcome }) => outcome === 'fail').length
  const parts = [count(history.length, 'operation')]
  if (failed > 0) parts.push(`${failed} failed`)
  if (unknown > 0) parts.push(`${unknown} of unknown outcome`)
  return parts.join(', ')
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))
}
