/** Gossip in rounds, run many times: how an update spreads through a thousand sites (Demers et al., PODC 1987, sections 1.3 and 1.4). */
import { type RandomStream, randomStream } from '../base/random.ts'
import { defineNode } from '../node/node.ts'
import { type AnyProperty, property } from '../world/property.ts'
import { defineProtocol } from '../world/protocol.ts'

/**
 * One epidemic. Rounds are synchronous: in each, every site contacts one other site, and what counts is what was known
 * when the round began. One site knows the update at first.
 */
export interface EpidemicInput {
  readonly n: number
  readonly way: 'push' | 'pull' | 'push-pull'
  /** `random`: any other site. `neighbour`: one of the two next to it on a ring. `neighbours`: both of these. */
  readonly contacts: 'random' | 'neighbour' | 'neighbours'
  /**
   * How a site stops to tell. `never` is anti-entropy. `counter`: it has made k useless contacts with no useful one
   * between them; useless are those with sites that knew it when the round began. `coin`: one time in k after a
   * useless contact. `blind-counter` and `blind-coin` count every contact.
   */
  readonly stops: 'never' | 'counter' | 'coin' | 'blind-counter' | 'blind-coin'
  readonly k: number
  /** The part of the contacts that fail, and the part of the sites that are down, both 0 to 1. */
  readonly loss: number
  readonly down: number
  /** Every so many rounds each site compares its copy with one at random, besides; 0 for never. */
  readonly backstop: number
}

export interface Epidemic {
  /** How many sites know it, at the beginning and after each round. */
  readonly curve: readonly number[]
  /** The part of the sites that are up and never hear of it, 0 to 1. */
  readonly residue: number
  /** Times that the update was sent, for each site. */
  readonly traffic: number
  /** The round in which the last one heard of it that ever does: `t_last`. */
  readonly last: number
}

const MOST_ROUNDS = 20_000

/** Runs one epidemic to its end: nobody tells it any more, or, where nobody ever stops, all know it who are up. */
export function runEpidemic(input: EpidemicInput, dice: RandomStream): Epidemic {
  const { n, way, stops, backstop } = input
  const isUp = upSites(input, dice)
  const up = isUp.filter(Boolean).length
  const knows = new Array<boolean>(n).fill(false)
  const isHot = new Array<boolean>(n).fill(false)
  const useless = new Array<number>(n).fill(0)
  knows[0] = isHot[0] = true
  const curve = [1]
  let sent = 0
  let last = 0
  const goesOn = () =>
    curve.at(-1)! < up ? backstop > 0 || isHot.includes(true) : stops !== 'never' && isHot.includes(true)
  while (goesOn() && curve.length <= MOST_ROUNDS) {
    const had = knows.slice()
    const round = new Round(input, dice, isUp)
    const pushed: Told[] = []
    for (const [from, to] of round.contacts()) {
      if (way !== 'pull' && isHot[from]) pushed.push({ from, to, isNews: !had[to] })
      if (way !== 'push' && isHot[to]) pushed.push({ from: to, to: from, isNews: !had[from] })
    }
    sent += pushed.length
    for (const { to } of pushed) knows[to] = true
    lose(input, pushed, isHot, useless, dice)
    for (let i = 0; i < n; i++) if (knows[i] && !had[i]) isHot[i] = true
    if (backstop > 0 && curve.length % backstop === 0)
      for (const [from, to] of round.compared()) if (had[from] || had[to]) knows[from] = knows[to] = true
    curve.push(knows.filter(Boolean).length)
    if (curve.at(-1)! > curve.at(-2)!) last = curve.length - 1
  }
  return { curve, residue: 1 - curve.at(-1)! / up, traffic: sent / n, last }
}

interface Told {
  readonly from: number
  readonly to: number
  readonly isNews: boolean
}

/** Who contacts whom in a round; those that fail are left out. */
class Round {
  private readonly input: EpidemicInput
  private readonly dice: RandomStream
  private readonly isUp: readonly boolean[]

  constructor(input: EpidemicInput, dice: RandomStream, isUp: readonly boolean[]) {
    this.input = input
    this.dice = dice
    this.isUp = isUp
  }

  *contacts(): Generator<readonly [number, number]> {
    const { n, contacts } = this.input
    for (let own = 0; own < n; own++) {
      if (contacts === 'random') yield* this.tried(own, this.another(own))
      else if (contacts === 'neighbour') yield* this.tried(own, (own + this.dice.choose([1, n - 1])) % n)
      else for (const next of [1, n - 1]) yield* this.tried(own, (own + next) % n)
    }
  }

  /** Anti-entropy: each with one at random. */
  *compared(): Generator<readonly [number, number]> {
    for (let own = 0; own < this.input.n; own++) yield* this.tried(own, this.another(own))
  }

  private another(own: number): number {
    const other = this.dice.integer(0, this.input.n - 2)
    return other < own ? other : other + 1
  }

  private *tried(from: number, to: number): Generator<readonly [number, number]> {
    if (!this.isUp[from] || !this.isUp[to]) return
    if (this.input.loss > 0 && this.dice.chance(this.input.loss)) return
    yield [from, to]
  }
}

/** Which sites are up. The first one is: it knows the update. */
function upSites({ n, down }: EpidemicInput, dice: RandomStream): readonly boolean[] {
  const isUp = new Array<boolean>(n).fill(true)
  for (let left = Math.round(n * down); left > 0; ) {
    const one = dice.integer(1, n - 1)
    if (!isUp[one]) continue
    isUp[one] = false
    left--
  }
  return isUp
}

/**
 * Takes the interest from those who told it in vain. Of several who pulled from one site in a round, one that needed it
 * makes the contact useful; if none did, they count as one (footnote to the paper's Table 3).
 */
function lose(
  { stops, k }: EpidemicInput,
  told: readonly Told[],
  isHot: boolean[],
  useless: number[],
  dice: RandomStream,
): void {
  if (stops === 'never') return
  const useful = new Map<number, boolean>()
  for (const { from, isNews } of told) useful.set(from, (useful.get(from) ?? false) || isNews)
  for (const [from, isUseful] of useful) {
    const isBlind = stops === 'blind-counter' || stops === 'blind-coin'
    const counts = isBlind || !isUseful
    useless[from] = counts ? useless[from]! + 1 : 0
    const isOver = stops === 'coin' || stops === 'blind-coin' ? dice.integer(1, k) === 1 : useless[from]! >= k
    if (counts && isOver) isHot[from] = false
  }
}

interface Runs {
  epidemics: Epidemic[]
}

/** Runs one epidemic after the other. The dice come from the parameter `diceSeed`: nobody has to choose among thousands of picks. */
const crowd = defineNode<Runs, never>({
  start(ctx) {
    mustBeEpidemic(ctx.config)
    ctx.arm('run', 1)
    return { epidemics: [] }
  },
  on: {},
  timers: {
    run(state, ctx) {
      const input = ctx.config as unknown as EpidemicInput
      const ended = runEpidemic(
        input,
        randomStream(Number(ctx.config['diceSeed']), `run ${state.epidemics.length}`),
      )
      state.epidemics.push(ended)
      ctx.output({
        type: 'ended',
        rounds: ended.last,
        left: Math.round(ended.residue * input.n * (1 - input.down)),
      })
      if (state.epidemics.length < Number(ctx.config['runs'])) ctx.arm('run', 1)
    },
  },
})

/** In every run: nobody who is up is left out. */
const everyoneHears: AnyProperty = property<{ readonly left: number }>({
  name: 'EveryoneHears',
  says: 'Everyone hears: no epidemic ends before all who are up know the update',
  first: { left: 0 },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'ended' || fold.left > 0) return fold
    return { left: Number(seen.body['left']) }
  },
  judge: {
    kind: 'always',
    broken: ({ left }) => (left === 0 ? null : `an epidemic ended with ${left} sites that never hear of it`),
  },
})

const WORDS: { readonly [param: string]: readonly string[] } = {
  way: ['push', 'pull', 'push-pull'],
  contacts: ['random', 'neighbour', 'neighbours'],
  stops: ['never', 'counter', 'coin', 'blind-counter', 'blind-coin'],
}

/** Throws `RangeError` for what cannot be run. */
function mustBeEpidemic(given: { readonly [name: string]: unknown }): void {
  for (const [param, words] of Object.entries(WORDS))
    if (!words.includes(String(given[param])))
      throw new RangeError(`${param} is one of ${words.join(', ')}, not ${String(given[param])}`)
  const { n, k, runs, loss, down, backstop } = given as { readonly [name: string]: number }
  if (!Number.isInteger(n) || n! < 2 || n! > 5000) throw new RangeError(`n is 2 to 5,000 sites, not ${n}`)
  if (!Number.isInteger(runs) || runs! < 1 || runs! > 500)
    throw new RangeError(`runs is 1 to 500, not ${runs}`)
  if (!Number.isInteger(k) || k! < 1) throw new RangeError(`k is a whole number from 1 on, not ${k}`)
  if (!Number.isInteger(backstop) || backstop! < 0)
    throw new RangeError(`backstop is a number of rounds, or 0 for never, not ${backstop}`)
  for (const [name, part] of Object.entries({ loss, down }))
    if (typeof part !== 'number' || !(part >= 0 && part < 1))
      throw new RangeError(`${name} is a part, from 0 up to 1, not ${part}`)
}

export const epidemic = defineProtocol({
  name: 'epidemic',
  source:
    'Demers et al., Epidemic Algorithms for Replicated Database Maintenance, PODC 1987, sections 1.3 and 1.4: simple and complex epidemics',
  says: 'many runs of one update that spreads in rounds; each node stands for a whole crowd of sites',
  cluster: ['crowd'],
  rules: {},
  roles: () => ({ crowd }),
  assign(names, given) {
    mustBeEpidemic(given)
    return Object.fromEntries(names.map((name) => [name, { role: 'crowd', peers: [], config: given }]))
  },
  params: {
    n: { default: 1000, says: 'how many sites' },
    way: { default: 'push', says: 'push, pull or push-pull' },
    contacts: { default: 'random', says: 'random, neighbour (one of two on a ring) or neighbours (both)' },
    stops: { default: 'never', says: 'when a site stops: never, counter, coin, blind-counter or blind-coin' },
    k: { default: 1, says: 'of the counter or the coin' },
    loss: { default: 0, says: 'the part of the contacts that fail' },
    down: { default: 0, says: 'the part of the sites that are down' },
    backstop: { default: 0, says: 'every so many rounds all compare copies, besides; 0: never' },
    runs: { default: 20, says: 'how many epidemics, one after the other' },
    diceSeed: { default: 1, says: 'of the dice of all epidemics' },
  },
  view: (state) => ({ runs: (state as unknown as Runs).epidemics.length }),
  properties: [everyoneHears],
})
