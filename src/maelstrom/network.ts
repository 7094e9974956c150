/** Network: programs of somebody else as nodes, the messages between them, and the faults that meet them. An edge. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import process from 'node:process'
import { type RandomStream, randomStream } from '../base/random.ts'
import { Child, type Ended } from './child.ts'
import type { PlannedFault } from './faults.ts'
import { endWithUs } from './marked.ts'
import { Member, type NodeLife, type Parcel } from './member.ts'
import {
  digits,
  type Envelope,
  ERROR,
  errorBody,
  lineShown,
  messageLine,
  readEnvelope,
  readMessage,
  shown,
  type WireBody,
  type WireMessage,
} from './message.ts'
import { Requests, type SecondAnswer } from './requests.ts'
import { Services } from './services.ts'

/** What a node did that no node may do: it ends the run. */
export interface Misdeed {
  readonly property: 'Protocol' | 'StaysUp'
  readonly node: string
  readonly atMs: number
  readonly why: string
}

/** What came back for a request. `refused`: it was never handed over. */
export type Reply =
  | { readonly kind: 'answer'; readonly body: WireBody }
  | { readonly kind: 'silence' }
  | { readonly kind: 'refused' }

/** Messages between nodes travel so long, drawn anew for each: they overtake each other. */
const DELAY_MS = [0, 10] as const
/** So many may be under way before what the nodes print is left in their pipes for a while. */
const MOST_UNDER_WAY = 20_000
/** The variable that names a node's folder, and tells its processes from all others. */
const MARK = 'SPLITBRAIN_DISK'
/** The client that tells each node who it is, and whatever else it must know before it is asked anything. */
const SETUP = 'c0'
/** So many messages may wait for a node that has not answered `init` yet. */
const MOST_EARLY = 10_000

export class Network {
  readonly names: readonly string[]
  private readonly told: WireBody | null
  /** Settles with the first misdeed. */
  readonly misdeed: Promise<Misdeed>
  /** Messages between nodes: how many arrived, how many were lost to faults, how many were to nobody. */
  readonly counts = { arrived: 0, lost: 0, astray: 0 }
  /** Whom the first of those was for that were to nobody. */
  astrayTo: string | null = null
  private readonly members: ReadonlyMap<string, Member>
  private readonly requests = new Requests()
  private readonly services: Services
  private readonly dice: RandomStream
  private readonly disks = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly began = performance.now()
  private readonly dismissGuard = endWithUs(`${MARK}=${this.disks}${sep}`, this.disks)
  private readonly cleanUp = () => {
    this.dismissGuard()
    rmSync(this.disks, { recursive: true, force: true })
  }
  private groups: readonly (readonly string[])[] = []
  private loss = 0
  private underWay = 0
  private isOver = false
  private report: (misdeed: Misdeed) => void = () => {}

  constructor(
    private readonly command: string,
    nodes: number,
    seed: number,
    private readonly patienceMs: number,
    /** What each node is told after `init`, given their names; null for nothing. */
    before: ((names: readonly string[]) => WireBody) | null,
  ) {
    this.names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`)
    this.told = before?.(this.names) ?? null
    this.members = new Map(this.names.map((name) => [name, new Member(name)]))
    this.dice = randomStream(seed, 'network')
    this.services = new Services(randomStream(seed, 'services'))
    this.misdeed = new Promise((resolve) => {
      this.report = resolve
    })
    process.on('exit', this.cleanUp)
  }

  /** Milliseconds since the network was made. */
  get nowMs(): number {
    return Math.round(performance.now() - this.began)
  }

  get lives(): readonly NodeLife[] {
    return [...this.members.values()].map(({ life }) => life)
  }

  /** Answers to requests that had been answered. */
  get secondAnswers(): readonly SecondAnswer[] {
    return this.requests.secondAnswers
  }

  /** Starts a node, and waits until it has answered `init`. Settles at once where it was killed meanwhile. */
  async start(name: string): Promise<void> {
    const member = this.member(name)
    await member.former?.gone
    if (this.isOver || member.child !== null) return
    const disk = join(this.disks, name)
    mkdirSync(disk, { recursive: true })
    member.starts++
    const child: Child = new Child(this.command, `${MARK}=${disk}`, {
      line: (text) => member.child === child && this.heard(member, text),
      odd: (problem) => member.child === child && this.misdid('Protocol', member, problem),
      ended: (how) => member.child === child && this.died(member, how),
    })
    member.child = child
    const cancelled = new Promise<Reply>((resolve) => {
      member.cancel = () => resolve({ kind: 'silence' })
    })
    const body = { type: 'init', node_id: name, node_ids: this.names }
    for (const told of [body, ...(this.told === null ? [] : [this.told])]) {
      const reply = await Promise.race([this.request(SETUP, name, told, this.patienceMs), cancelled])
      if (member.child !== child || this.isOver) return
      if (reply.kind !== 'answer') return this.misdid('Protocol', member, this.silence(told.type, child))
      if (reply.body.type !== `${told.type}_ok`)
        return this.misdid('Protocol', member, `answered ${told.type} with ${shown(reply.body)}`)
      if (told !== body) continue
      member.isReady = true
      for (const { line, src } of member.early.splice(0)) child.send(line, src)
    }
  }

  private silence(type: string, { hasPrinted }: Child): string {
    const hint = hasPrinted
      ? ''
      : ', and has printed nothing: is its standard output flushed after each line?'
    return `has not answered ${type} within ${this.patienceMs / 1000} s${hint}`
  }

  /** This node if it is up, otherwise the next that is; itself where none is. */
  upFrom(name: string): string {
    const at = this.names.indexOf(name)
    const round = [...this.names.slice(at), ...this.names.slice(0, at)]
    return round.find((one) => this.member(one).isReady) ?? name
  }

  /** Asks a node in the name of a client. */
  async ask(client: string, to: string, body: WireBody, waitMs: number): Promise<Reply> {
    if (!this.member(to).isReady) return { kind: 'refused' }
    return this.request(client, to, body, waitMs)
  }

  /** A node has answered what no node may answer. */
  accuse(name: string, why: string): void {
    this.misdid('Protocol', this.member(name), why)
  }

  /** Carries a fault out; call what it returns to end it. */
  begin(fault: PlannedFault): () => Promise<void> {
    switch (fault.kind) {
      case 'partition':
        this.groups = fault.groups
        return async () => {
          this.groups = []
        }
      case 'loss':
        this.loss = fault.chance
        return async () => {
          this.loss = 0
        }
      case 'kill':
        for (const name of fault.nodes) if (this.end(name)) this.member(name).kills++
        return async () => {
          await Promise.all(fault.nodes.map((name) => this.isOver || this.start(name)))
        }
      case 'pause': {
        const stopped = fault.nodes.map((name) => this.member(name).child)
        for (const child of stopped) child?.stop()
        return async () => {
          for (const child of stopped) child?.goOn()
        }
      }
    }
  }

  /** Ends every process, and removes what they have kept. */
  async close(): Promise<void> {
    this.isOver = true
    for (const timer of this.timers) clearTimeout(timer)
    for (const name of this.names) this.end(name)
    await Promise.all([...this.members.values()].map(({ former }) => former?.gone))
    process.off('exit', this.cleanUp)
    this.cleanUp()
  }

  /** False where there is no process to end. */
  private end(name: string): boolean {
    const member = this.member(name)
    const child = member.lose()
    child?.kill()
    // Nobody waits for what will not be answered any more.
    if (child !== null) member.cancel()
    return child !== null
  }

  private died(member: Member, { code, signal, open }: Ended): void {
    // What it printed last may be whole but for the end of its line.
    const isWhole = open.trim() !== '' && typeof readEnvelope(open) !== 'string'
    if (isWhole) this.heard(member, open)
    const child = member.lose()!
    const how = signal === null ? `ended by itself with ${exitText(code)}` : `was ended by ${signal}`
    const half = open === '' || isWhole ? '' : `, in the middle of a line: ${lineShown(open)}`
    const last = child.stderr.trim().split('\n').at(-1) ?? ''
    const says = last === '' ? '' : `; the last it said: ${shown(last, 200)}`
    this.misdid('StaysUp', member, `${how}${half}${says}`)
  }

  private heard(member: Member, text: string): void {
    member.printed(text, this.nowMs)
    const envelope = readEnvelope(text)
    if (typeof envelope === 'string') return this.noMessage(member, envelope, text)
    const { src, dest } = envelope
    if (src !== member.name)
      return this.misdid('Protocol', member, `printed a message with "src" ${shown(src)}: ${lineShown(text)}`)
    // What nodes tell each other is theirs: it arrives as it was printed.
    if (this.members.has(dest)) return this.route({ src, dest, line: `${text.trim()}\n` })
    const isClient = this.requests.isClient(dest)
    if (!isClient && !this.services.isOne(dest)) return this.toNobody(envelope)
    const message = readMessage(text, true)
    if (typeof message === 'string') return this.noMessage(member, message, text)
    if (isClient) this.toClient(member, message, text)
    else this.toService(message)
  }

  private noMessage(member: Member, why: string, text: string): void {
    this.misdid('Protocol', member, `printed what is no message: ${why}: ${lineShown(text)}`)
  }

  private toClient(member: Member, { dest, body }: WireMessage, text: string): void {
    const arrival = this.requests.arrived(member.name, dest, digits(body) as WireBody)
    if (arrival === 'unasked') member.answeredNothing(text)
  }

  private toService({ src, dest, body }: WireMessage): void {
    this.answer(dest, src, body['msg_id'], this.services.answer(dest, src, body))
  }

  private toNobody({ src, dest, body }: Envelope): void {
    this.counts.astray++
    this.astrayTo ??= dest
    this.answer(dest, src, body['msg_id'], errorBody(ERROR.nodeNotFound, `there is no node ${dest}`))
  }

  /** Without an id nobody waits for an answer. */
  private answer(src: string, dest: string, id: WireBody[string] | undefined, body: WireBody): void {
    if (id === undefined) return
    const line = messageLine({ src, dest, body: { ...body, in_reply_to: id } })
    this.later(() => this.deliver({ src, dest, line }))
  }

  private route(parcel: Parcel): void {
    if (this.dice.chance(this.loss) || this.isCut(parcel)) {
      this.counts.lost++
      return
    }
    this.later(() => {
      if (this.isCut(parcel) || this.member(parcel.dest).child === null) this.counts.lost++
      else {
        this.counts.arrived++
        this.deliver(parcel)
      }
    })
  }

  private isCut({ src, dest }: Parcel): boolean {
    const groupOf = (name: string) => this.groups.findIndex((group) => group.includes(name))
    return groupOf(src) !== groupOf(dest)
  }

  private deliver(parcel: Parcel): void {
    const member = this.member(parcel.dest)
    if (member.isReady) member.child?.send(parcel.line, parcel.src)
    else if (member.child !== null && member.early.length < MOST_EARLY) member.early.push(parcel)
  }

  private later(work: () => void): void {
    this.underWay++
    if (this.underWay === MOST_UNDER_WAY) this.takeAll(false)
    this.wait(this.dice.integer(...DELAY_MS), () => {
      if (this.underWay-- === MOST_UNDER_WAY / 2) this.takeAll(true)
      work()
    })
  }

  private takeAll(isTaken: boolean): void {
    for (const { child } of this.members.values()) child?.take(isTaken)
  }

  private request(client: string, to: string, body: WireBody, waitMs: number): Promise<Reply> {
    return new Promise((resolve) => {
      const done = (reply: Reply) => {
        this.requests.close(client, id)
        clearTimeout(late)
        this.timers.delete(late)
        resolve(reply)
      }
      const id = this.requests.open(client, (answer) => done({ kind: 'answer', body: answer }))
      const late = this.wait(waitMs, () => done({ kind: 'silence' }))
      const line = messageLine({ src: client, dest: to, body: { ...body, msg_id: id } })
      this.member(to).child?.send(line, 'clients')
    })
  }

  private wait(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      work()
    }, ms)
    this.timers.add(timer)
    return timer
  }

  private misdid(property: Misdeed['property'], { name }: Member, why: string): void {
    this.report({ property, node: name, atMs: this.nowMs, why: `${name} ${why}` })
  }

  private member(name: string): Member {
    return this.members.get(name)!
  }
}

/** `exit code 3`; where the shell had to say that a signal ended its program, which one. */
function exitText(code: number | null): string {
  const [signal] = Object.entries(constants.signals).find(([, n]) => code === 128 + n) ?? []
  return `exit code ${code ?? 'unknown'}${signal === undefined ? '' : `, which says that ${signal} ended it`}`
}
