/** Two generals who must attack together and can only send messengers (Akkoyunlu, Ekanadham & Huber 1975; Gray 1978). */
import { type Context, defineNode } from '../node/node.ts'
import { property } from '../world/property.ts'
import { defineProtocol } from '../world/protocol.ts'

interface General {
  attacks: boolean
}

type Letter = { readonly type: 'plan' } | { readonly type: 'letter'; readonly n: number }

const attack = (state: General, ctx: Context): void => {
  if (!state.attacks) ctx.output({ type: 'attack' })
  state.attacks = true
}

/** A general attacks when the last letter it has to see in a plan of `letters` is written or read. */
function go(state: General, ctx: Context, n: number): void {
  const letters = Number(ctx.config['letters'])
  if (n < letters) ctx.send(ctx.peers[0]!, { type: 'letter', n: n + 1 })
  if (n >= letters - 1) attack(state, ctx)
}

const general = defineNode<General, Letter>({
  start: () => ({ attacks: false }),
  on: {
    plan: (state, _message, ctx) => go(state, ctx, 0),
    letter: (state, { body: { n } }, ctx) => go(state, ctx, n),
  },
})

/** Judged when no letter is on its way: then whoever has not attacked never will. */
const together = property<{ readonly attackers: readonly string[] }>({
  name: 'Together',
  says: 'Together: both generals attack, or neither does',
  first: { attackers: [] },
  see: (fold, seen) =>
    seen.kind === 'output' && seen.body.type === 'attack'
      ? { attackers: [...fold.attackers, seen.node].sort() }
      : fold,
  judge: {
    kind: 'atRest',
    broken: ({ attackers }, { names }) =>
      attackers.length === 1
        ? `${attackers[0]} attacks alone: no letter is on its way, and ${names.find((name) => name !== attackers[0])} does not know`
        : null,
  },
})

/** It guards against a plan that is safe because nobody ever attacks. */
const bothAttack = property<{ readonly count: number }>({
  name: 'BothAttack',
  says: 'Both attack: in some run they do',
  first: { count: 0 },
  see: (fold, seen) =>
    seen.kind === 'output' && seen.body.type === 'attack' ? { count: fold.count + 1 } : fold,
  judge: { kind: 'sometimes', shown: ({ count }) => count === 2 },
})

export const twoGenerals = defineProtocol({
  name: 'two-generals',
  source:
    'Akkoyunlu, Ekanadham & Huber, Some Constraints and Tradeoffs in the Design of Network Communications, 1975; Gray 1978, section 5.8.3.3.1',
  says: 'two generals agree on an attack by letters that may be lost',
  cluster: ['north', 'south'],
  rules: {},
  roles: () => ({ general }),
  params: { letters: { default: 1, says: 'how many letters the plan asks for, there and back in turn' } },
  assign(names, params) {
    const [a, b, ...more] = names
    if (a === undefined || b === undefined || more.length > 0)
      throw new RangeError('two-generals needs two nodes, such as: north south')
    const config = { letters: params['letters'] ?? 1 }
    return { [a]: { role: 'general', peers: [b], config }, [b]: { role: 'general', peers: [a], config } }
  },
  requests: { plan: { to: 'general', fields: {}, says: 'tells a general to plan the attack' } },
  properties: [together, bothAttack],
  label: (body) => (body.type === 'letter' ? `letter ${body['n']}` : body.type),
})
