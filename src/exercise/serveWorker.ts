/** The fork's entry for an answer that is served: holds one node, and does with it what the host asks. An edge. */
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { compileFunction } from 'node:vm'
import { mustBeServable } from '../maelstrom/modelEngine.ts'
import { ServedNode } from '../maelstrom/servedNode.ts'
import { servedWalk } from '../maelstrom/servedWalk.ts'
import { foreignNode } from '../sandbox/foreignNode.ts'
import { endFork, labelNumber, startWatchdog, tellHost } from '../sandbox/guard.ts'
import type { Limits } from '../sandbox/limits.ts'
import { lockRealm } from '../sandbox/lock.ts'
import { ForeignModule } from '../sandbox/module.ts'
import type { Log } from '../sandbox/realm.ts'
import { ScenarioProblem } from '../scenario/command.ts'
import { commands } from '../scenario/commands/index.ts'
import { Session } from '../scenario/session.ts'
import { defineProtocol, type Model, type Protocol } from '../world/protocol.ts'
import { answer, setAnswer } from './answer.ts'
import { CheckFailed } from './evidence.ts'
import * as forChecks from './forChecks.ts'
import { lentProtocols } from './scenariosOn.ts'
import type { ServeAsked, ServeTask } from './serveAnswer.ts'
import { anything, standIn } from './standIn.ts'
import { once } from './story.ts'

interface AnswerMessage {
  readonly type: 'answer'
  readonly code: string
  readonly limits: Limits
  readonly input: ServeAsked
}

const exit = process.exit.bind(process)
const log: Log = { lines: [], dropped: 0, chars: 0 }
let module: ForeignModule | null = null
let asked: ServeAsked | null = null
let node: ServedNode | null = null

process.on('disconnect', () => exit(1))
process.on('message', (message: unknown) => {
  const { type } = message as { readonly type?: unknown }
  if (type === 'answer') void begin(message as AnswerMessage)
  if (type === 'task') done((message as { readonly task: ServeTask }).task)
})
lockRealm()
tellHost({ type: 'ready' })
// A fork is never left to end by itself, which is when compiled code would be kept.
flushCompileCache()

async function begin({ code, limits, input }: AnswerMessage): Promise<void> {
  startWatchdog(limits)
  asked = input
  const made = new ForeignModule(code, limits, log)
  module = made
  setAnswer(() => made)
  try {
    if (input.checks !== null) await lend(input.checks)
    // Told before the names of the nodes come: what the file lacks, and settings that make no sense.
    modelOf([], input.settings)
    tellHost({ type: 'begun', problem: null })
  } catch (error) {
    tellSpent()
    tellHost({ type: 'begun', ...problemOf(error) })
  }
}

/** Runs a file of checks, and none of the checks: it says what scenarios are played on. */
async function lend({ code, door }: NonNullable<ServeAsked['checks']>): Promise<void> {
  const kit = door === 'index.js' ? await import('../index.ts') : forChecks
  const load = (name: string) =>
    name === 'splitbrain'
      ? kit
      : name === 'vitest'
        ? standIn({ describe: () => {}, test: anything })
        : anything
  const made = { exports: {} }
  const run = compileFunction(code, ['require', 'module', 'exports']) as (...args: unknown[]) => void
  run(load, made, made.exports)
}

function done(task: ServeTask): void {
  let reply: Record<string, unknown>
  try {
    reply = carriedOut(task)
  } catch (error) {
    reply = problemOf(error)
  }
  const printed = once(log.lines.splice(0))
  const { dropped } = log
  Object.assign(log, { dropped: 0, chars: 0 })
  const lines = dropped > 0 ? [...printed, `... ${dropped} lines more`] : printed
  const isSpent = tellSpent()
  tellHost({ type: 'done', n: task.n, printed: lines, ...reply })
  if (isSpent) endFork({ kind: 'spent' })
}

/** Where it ran out of fuel, told before what came of it. False where it did not. */
function tellSpent(): boolean {
  const spent = module?.realm.spent ?? null
  if (spent === null) return false
  const { label, site, deep, most } = spent
  tellHost({ type: 'spent', label, site, deep, most })
  return true
}

function carriedOut(task: ServeTask): Record<string, unknown> {
  switch (task.kind) {
    case 'prepare': {
      const model = modelOf(task.names, task.settings)
      node = new ServedNode(model, task.self)
      return { keeps: model.options.refusals === 'stay' }
    }
    case 'start':
      return { step: running().start(task.boot, task.disk, task.atUs, task.seed) }
    case 'take':
      return { step: running().take(task.event, task.atUs, task.seed) }
    case 'walk': {
      const all = [...Array(task.events.length + 1).keys()]
      const places = task.places?.filter((at) => at < all.length) ?? all
      const model = modelOf(task.names, task.settings)
      const { sightAt, saysAt, ...walk } = servedWalk(model, task.self, task.events, places)
      const sights = places.map((at) => [at, sightAt(at)] as const)
      return { walk: { ...walk, says: all.map(saysAt), sights } }
    }
  }
}

function running(): ServedNode {
  if (node === null) throw new Error('the node has not been prepared')
  return node
}

/** The first protocol that the checks lend, or the one node of the file for all, filled in by the words of a scenario. */
function modelOf(names: readonly string[], settings: string): Model {
  const protocols = asked!.checks === null ? [protocolOfFile(asked!.role)] : (lentProtocols() ?? [])
  const [first] = protocols
  if (first === undefined) throw new RangeError('this exercise has nothing that could be served')
  const session = new Session({ protocols, alternatives: [], commands })
  session.execute(`cluster ${first.name} ${names.join(' ')} ${settings}`)
  return mustBeServable(session.current.model)
}

/** Every node of the cluster runs this export, and knows all others as its peers. */
function protocolOfFile(role: string | null): Protocol {
  const export_ = role ?? onlyNode()
  const nodes = answer(export_)
  return defineProtocol({
    name: 'file',
    source: 'a file',
    says: 'the node of a file, everywhere',
    cluster: ['n1'],
    rules: {},
    roles: () => nodes,
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          { role: export_, peers: names.filter((other) => other !== name), config: {} },
        ]),
      ),
    properties: [],
  })
}

/** The name of the one node that the file exports. */
function onlyNode(): string {
  const from = module!
  from.load()
  const names = from.realm.enter(labelNumber('reading the exports'), () => from.names())
  const found = names.filter((name) => !('kind' in foreignNode(from, name)))
  if (found.length === 1) return found[0]!
  throw new RangeError(
    found.length === 0
      ? 'the file exports no node: it needs: export const node = defineNode({ ... })'
      : `the file exports ${found.join(', ')}: say which with --role`,
  )
}

/** In words for whoever wrote the answer; a mistake of ours is told as such. */
function problemOf(error: unknown): Record<string, unknown> {
  if (error instanceof CheckFailed)
    return { problem: error.evidence.happened, stack: error.evidence.threw?.stack ?? null }
  if (error instanceof ScenarioProblem || error instanceof RangeError || error instanceof Error)
    return { problem: error.message, stack: error.stack ?? null }
  return { problem: String(error), stack: null }
}
