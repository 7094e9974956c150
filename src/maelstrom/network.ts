/** Network: programs of somebody else as nodes, the messages between them, and the faults that meet them. An edge. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type RandomStream, randomStream } from '../base/random.ts'
import { Child, type Ended } from './child.ts'
import type { PlannedFault } from './faults.ts'
import {
  ERROR,
  errorBody,
  messageLine,
  readMessage,
  shown,
  type WireBody,
  type WireMessage,
} from './message.ts'
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

export interface NodeLife {
  readonly node: string
  /** How often it was started and how often killed by us. */
  readonly starts: number
  readonly kills: number
  /** The end of what it said on standard error. */
  readonly stderr: string
}

/** Messages between nodes travel so long, drawn anew for each: they overtake each other. */
const DELAY_MS = [0, 10] as const
/** So many may be under way before what the nodes print is left in their pipes for a while. */
const MOST_UNDER_WAY = 20_000
/** The client that tells each node who it is, and whatever else it must know before it is asked anything. */
const SETUP = 'c0'
/** So many messages may wait for a node that has not answered `init` yet. */
const MOST_EARLY = 10_000

interface Member {
  readonly name: string
  child: Child | null
  /** The one before it, which has been killed. */
  former: Child | null
  /** It has answered `init`. */
  isReady: boolean
  /** Gives up waiting for that. */
  cancel: () => void
  early: WireMessage[]
  starts: number
  kills: number
  stderr: string
}

export class Network {
  readonly names: readonly string[]
  private readonly told: WireBody | null
  /** Settles with the first misdeed. */
  readonly misdeed: Promise<Misdeed>
  /** Messages between nodes: how many arrived, how many were lost to faults, how many were to nobody. */
  readonly counts = { arrived: 0, lost: 0, astray: 0 }
  private readonly members: ReadonlyMap<string, Member>
  private readonly services = new Services()
  private readonly dice: RandomStream
  /** By client and id of the request. */
  private readonly waiting = new Map<string, (body: WireBody) => void>()
  private readonly ids = new Map<string, number>()
  private readonly disks = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly began = performance.now()
  private readonly removeDisks = () => rmSync(this.disks, { recursive: true, force: true })
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
    this.members = new Map(
      this.names.map((name) => [
        name,
        {
          name,
          child: null,
          former: null,
          isReady: false,
          cancel: () => {},
          early: [],
          starts: 0,
          kills: 0,
          stderr: '',
        },
      ]),
    )
    this.dice = randomStream(seed, 'network')
    this.misdeed = new Promise((resolve) => {
      this.report = resolve
    })
    process.on('exit', this.removeDisks)
  }

  /** Milliseconds since the network was made. */
  get nowMs(): number {
    return Math.round(performance.now() - this.began)
  }

  get lives(): readonly NodeLife[] {
    return [...this.members.values()].map(({ name, starts, kills, stderr, child }) => ({
      node: name,
      starts,
      kills,
      stderr: (stderr + (child?.stderr ?? '')).slice(-100_000),
    }))
  }

  /** Starts a node, and waits until it has answered `init`. Settles at once where it was killed meanwhile. */
  async start(name: string): Promise<void> {
    const member = this.member(name)
    await member.former?.gone
    if (this.isOver || member.child !== null) return
    const disk = join(this.disks, name)
    mkdirSync(disk, { recursive: true })
    member.starts++
    const child: Child = new Child(
      this.command,
      { SPLITBRAIN_DISK: disk },
      {
        line: (text) => member.child === child && this.heard(member, text),
        odd: (problem) => member.child === child && this.misdid('Protocol', member, problem),
        ended: (how) => member.child === child && this.died(member, child, how),
      },
    )
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
      for (const message of member.early.splice(0)) child.send(messageLine(message))
    }
  }

  private silence(type: string, { hasPrinted }: Child): string {
    const hint = hasPrinted
      ? ''
      : ', and has printed nothing: is its standard output flushed after each line?'
    return `has not answered ${type} within ${this.patienceMs / 1000} s${hint}`
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
        for (const name of fault.nodes) this.kill(name)
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
    process.off('exit', this.removeDisks)
    this.removeDisks()
  }

  private kill(name: string): void {
    if (this.end(name)) this.member(name).kills++
  }

  /** False where there is no process to end. */
  private end(name: string): boolean {
    const member = this.member(name)
    const { child } = member
    if (child === null) return false
    member.stderr += child.stderr
    member.child = null
    member.former = child
    member.isReady = false
    member.early = []
    child.kill()
    // Nobody waits for what will not be answered any more.
    member.cancel()
    return true
  }

  private died(member: Member, child: Child, { code, signal }: Ended): void {
    member.stderr += child.stderr
    member.child = null
    member.isReady = false
    const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`
    const last = child.stderr.trim().split('\n').at(-1) ?? ''
    const says = last === '' ? '' : `; the last it said: ${shown(last, 200)}`
    this.misdid('StaysUp', member, `ended by itself ${how}${says}`)
  }

  private heard(member: Member, text: string): void {
    const message = readMessage(text)
    if (typeof message === 'string')
      return this.misdid('Protocol', member, `printed what is no message: ${message}: ${shown(text, 120)}`)
    const { src, dest, body } = message
    if (src !== member.name)
      return this.misdid(
        'Protocol',
        member,
        `printed a message with "src" ${shown(src)}: ${shown(text, 120)}`,
      )
    // A late answer to a request that was given up is nobody's.
    if (this.ids.has(dest)) return this.waiting.get(`${dest} ${body['in_reply_to']}`)?.(body)
    if (this.members.has(dest)) return this.route(message)
    const answer = this.services.answer(dest, body)
    if (answer === null) this.counts.astray++
    const said = answer ?? errorBody(ERROR.nodeNotFound, `there is no node ${dest}`)
    const id = body['msg_id']
    if (id !== undefined)
      this.later(() => this.deliver({ src: dest, dest: src, body: { ...said, in_reply_to: id } }))
  }

  private route(message: WireMessage): void {
    if (this.dice.chance(this.loss) || this.isCut(message)) {
      this.counts.lost++
      return
    }
    this.later(() => {
      if (this.isCut(message) || this.member(message.dest).child === null) this.counts.lost++
      else {
        this.counts.arrived++
        this.deliver(message)
      }
    })
  }

  private isCut({ src, dest }: WireMessage): boolean {
    const groupOf = (name: string) => this.groups.findIndex((group) => group.includes(name))
    return groupOf(src) !== groupOf(dest)
  }

  private deliver(message: WireMessage): void {
    const member = this.member(message.dest)
    if (member.isReady) member.child?.send(messageLine(message))
    else if (member.child !== null && member.early.length < MOST_EARLY) member.early.push(message)
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
    const id = (this.ids.get(client) ?? 0) + 1
    this.ids.set(client, id)
    const key = `${client} ${id}`
    return new Promise((resolve) => {
      const done = (reply: Reply) => {
        this.waiting.delete(key)
        clearTimeout(late)
        this.timers.delete(late)
        resolve(reply)
      }
      const late = this.wait(waitMs, () => done({ kind: 'silence' }))
      this.waiting.set(key, (answer) => done({ kind: 'answer', body: answer }))
      this.member(to).child?.send(messageLine({ src: client, dest: to, body: { ...body, msg_id: id } }))
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
