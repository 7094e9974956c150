/**
 * rehearse: what every check does, done before there is an answer, on nodes of our own. The engine is warm then,
 * and the first checks take half as long.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { foreignNode } from '../sandbox/foreignNode.ts'
import type { ForeignModule } from '../sandbox/module.ts'
import { property } from '../world/property.ts'
import { defineProtocol, makeModel } from '../world/protocol.ts'
import { byHand } from './byHand.ts'
import { clearEvidence } from './evidence.ts'
import { explored, simulated } from './judged.ts'

const ROUNDS = 6

let open: (() => ForeignModule) | null = null

/** Says where the nodes of the rehearsal come from. Without them there is none. */
export function setRehearsal(opener: () => ForeignModule): void {
  open = opener
}

/** Ends early as soon as there is something to be judged. Leaves nothing behind. */
export async function rehearseUntil(isWanted: () => boolean): Promise<void> {
  if (open === null) return
  for (let round = 0; round < ROUNDS && !isWanted(); round++) {
    const module = open()
    module.load()
    handRun(modelOf(module))
    await breathe()
  }
  if (isWanted()) return clearEvidence()
  const module = open()
  module.load()
  drivers(modelOf(module))
  clearEvidence()
}

function handRun(model: ReturnType<typeof modelOf>): void {
  const run = byHand(model).request('n1', { type: 'begin', tx: 't1' }).deliver({ to: 'n1', type: 'begin' })
  run.branch().crash('n2').restart('n2').wait(20)
  run.branch().duplicateAll().deliverAll().wait(10)
  for (const order of run.branch().everyOrder()) order.wait(1)
  run.drop({ type: 'tell' }).wait(20)
}

function drivers(model: ReturnType<typeof modelOf>): void {
  const begin = { type: 'begin', tx: 't1' }
  explored(byHand(model).request('n1', begin), {
    budgets: { crashes: 1, timeouts: 1 },
    maxWorlds: 400,
  })
  simulated(() => model, {
    runs: 3,
    run: () => ({ untilMs: 50, requests: [{ atMs: 1, client: 'client', to: 'n1', body: begin }] }),
    faults: [],
    sometimes: { type: 'heard' },
  })
}

function modelOf(module: ForeignModule) {
  const node = foreignNode(module, 'node')
  if ('kind' in node) throw new Error('the rehearsal has no node')
  const protocol = defineProtocol({
    name: 'rehearsal',
    source: 'none',
    says: 'it is not judged',
    cluster: ['n1', 'n2', 'n3'],
    rules: {},
    params: {},
    roles: () => ({ node }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          { role: 'node', peers: names.filter((other) => other !== name), config: {} },
        ]),
      ),
    properties: [anything],
  })
  return makeModel(protocol)
}

const anything = property<{ readonly outputs: number }>({
  name: 'Anything',
  says: 'whatever happens is right',
  first: { outputs: 0 },
  see: (fold, seen) => (seen.kind === 'output' && fold.outputs < 3 ? { outputs: fold.outputs + 1 } : fold),
  judge: { kind: 'always', broken: () => null },
})
