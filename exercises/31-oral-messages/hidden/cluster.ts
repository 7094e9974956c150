/** The generals that answers run in: a commander who is given, lieutenants who are the answer's, and some who are silent. */
import {
  answer,
  byHand,
  defineNode,
  defineProtocol,
  type HandRun,
  type Model,
  makeModel,
  oralMessages,
  type Protocol,
} from 'splitbrain'

export type Order = 'attack' | 'retreat'

/** How long a round lasts, in milliseconds. A message takes one, and so does each word that a check puts in. */
const ROUND_MS = 100

/** Does nothing by itself: a check speaks for it. */
const silent = defineNode<Record<string, never>, never>({ start: () => ({}), on: {} })

export interface CouncilOptions {
  /** How many generals, the commander among them. */
  readonly n?: number
  readonly m?: number
  readonly order?: Order
  /** Who does nothing by itself. */
  readonly silent?: readonly string[]
}

/** `c l1 l2 ...`. */
export function generals(n: number): readonly string[] {
  return ['c', ...Array.from({ length: n - 1 }, (_, i) => `l${i + 1}`)]
}

export function protocol(): Protocol {
  const { lieutenant } = answer('lieutenant')
  const { commander } = oralMessages.roles(oralMessages.rules)
  const { lies, label, params, assign } = oralMessages
  return defineProtocol({
    name: 'oral-messages',
    source: "the learner's answer",
    says: 'generals who tell each other what they were told',
    cluster: [...generals(4)],
    rules: {},
    roles: () => ({ commander: commander!, lieutenant, silent }),
    params: { ...params, silent: { default: [], says: 'who does nothing by itself' } },
    assign(names, { silent: quiet = [], ...given }) {
      const usual = assign(names, given)
      const roleOf = (name: string) =>
        (quiet as readonly string[]).includes(name) ? 'silent' : usual[name]!.role
      return Object.fromEntries(names.map((name) => [name, { ...usual[name]!, role: roleOf(name) }]))
    },
    properties: oralMessages.properties,
    rounds: 'round',
    lies: lies!,
    label: label!,
  })
}

/** Only what is judged is kept track of: by hand, nothing. */
export function council(options: CouncilOptions = {}, judged = false): Model {
  const { n = 4, m = 1, order = 'attack', silent: quiet = [] } = options
  const whole = protocol()
  return makeModel(whole, {
    names: generals(n),
    params: { m, order, roundMs: ROUND_MS, silent: [...quiet] },
    ...(judged ? {} : { properties: [] }),
  })
}

export function gathered(options: CouncilOptions = {}, judged = false): HandRun {
  return byHand(council(options, judged))
}

/** The last one on the path says to `to` what is said to have come along it. */
export function say(run: HandRun, to: string, path: readonly string[], value: Order): HandRun {
  return run.receive(to, path.at(-1)!, { type: 'order', path: [...path], value })
}

/** Lets everything happen until round `r` is over: its timers have fired, and what was sent then has arrived. */
export function endOfRound(run: HandRun, r: number): HandRun {
  return run.wait(r * ROUND_MS + 10 - run.world.timeUs / 1000)
}

/** The last moment of round `r`: what is sent now arrives in the next one. */
export function beforeEnd(run: HandRun, r: number): HandRun {
  return run.wait(r * ROUND_MS - 1 - run.world.timeUs / 1000)
}

/** What each of the lieutenants has decided; one that has not, or not once, fails the check. */
export function decisions(run: HandRun, lieutenants: readonly string[]): readonly Order[] {
  return lieutenants.map((node) => {
    const said = run.outputs.filter((o) => o.node === node && o.body.type === 'decide')
    const values = [...new Set(said.map(({ body }) => body['value']))]
    if (values.length === 1) return values[0] as Order
    return run.fail(
      values.length === 0
        ? `the rounds are over, and ${node} has not decided`
        : `${node} decided ${values.join(' and then ')}`,
    )
  })
}
