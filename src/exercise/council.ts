/** Generals for checks: rounds that pass, some who are silent, and what was decided. For the exercises on oral and on signed messages. */
import { defineNode } from '../node/node.ts'
import { defineProtocol, type Model, makeModel, type Protocol } from '../world/protocol.ts'
import type { HandRun } from './byHand.ts'

type Order = 'attack' | 'retreat'

/** How long a round lasts, in milliseconds. A message takes one, and so does each word that a check puts in. */
const ROUND_MS = 100

/** Does nothing by itself: a check speaks for it. */
const silent = defineNode<Record<string, never>, never>({ start: () => ({}), on: {} })

export interface CouncilOptions {
  /** How many generals, the commander among them; as many as the protocol usually has by default. */
  readonly n?: number
  readonly m?: number
  readonly order?: Order
  /** Who does nothing by itself. */
  readonly silent?: readonly string[]
  readonly signatures?: 'tags' | 'ed25519'
}

/** `c l1 l2 ...`. */
export function generalsNamed(n: number): readonly string[] {
  return ['c', ...Array.from({ length: n - 1 }, (_, i) => `l${i + 1}`)]
}

type Roles = ReturnType<Protocol['roles']>

/** A protocol of the generals with these nodes, any of whom may be silent. */
export function withSilent(reference: Protocol, says: string, roles: Roles): Protocol {
  const { name, lies, label, params, assign, properties, cluster } = reference
  return defineProtocol({
    name,
    source: "the learner's answer",
    says,
    cluster,
    rules: {},
    roles: () => ({ ...roles, silent }),
    params: { ...params, silent: { default: [], says: 'who does nothing by itself' } },
    assign(names, { silent: quiet = [], ...given }) {
      const usual = assign(names, given)
      const roleOf = (one: string) =>
        (quiet as readonly string[]).includes(one) ? 'silent' : usual[one]!.role
      return Object.fromEntries(names.map((one) => [one, { ...usual[one]!, role: roleOf(one) }]))
    },
    properties,
    rounds: 'round',
    lies: lies!,
    label: label!,
  })
}

/** Only what is judged is kept track of: by hand, nothing. */
export function councilOf(protocol: Protocol, options: CouncilOptions, judged: boolean): Model {
  const { n = protocol.cluster.length, m = 1, order = 'attack', silent: quiet = [], signatures } = options
  return makeModel(protocol, {
    names: generalsNamed(n),
    params: { m, order, roundMs: ROUND_MS, silent: [...quiet] },
    options: { signatures: signatures ?? 'tags' },
    ...(judged ? {} : { properties: [] }),
  })
}

/** Lets everything happen until round `r` is over: its timers have fired, and what was sent then has arrived. */
export function endOfRound(run: HandRun, r: number): HandRun {
  return run.wait(r * ROUND_MS + 10 - run.world.timeUs / 1000)
}

/** The last moment of round `r`: what is sent now arrives in the next one. */
export function beforeEndOfRound(run: HandRun, r: number): HandRun {
  return run.wait(r * ROUND_MS - 1 - run.world.timeUs / 1000)
}

/** All of them have decided, once, and alike: what is given, if anything is. */
export function expectOneDecision(run: HandRun, lieutenants: readonly string[], order?: Order): void {
  const decided = decisions(run, lieutenants)
  if (decided.every((one) => one === (order ?? decided[0]))) return
  const told = lieutenants.map((name, i) => `${name} decided ${decided[i]}`).join(', ')
  run.fail(order === undefined ? told : `the commander ordered ${order} of all, and ${told}`)
}

/** What each of the lieutenants has decided; one that has not, or not once, fails the check. */
function decisions(run: HandRun, lieutenants: readonly string[]): readonly Order[] {
  return lieutenants.map((node) => {
    const said = run.outputs.filter((o) => o.node === node && o.body.type === 'decide')
    const values = said.map(({ body }) => body['value'])
    if (values.length === 1) return values[0] as Order
    return run.fail(
      values.length === 0
        ? `the rounds are over, and ${node} has not decided`
        : `${node} decided ${values.join(' and then ')}: it is asked for one decision`,
    )
  })
}
