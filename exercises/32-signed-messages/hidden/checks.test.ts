/** The hidden checks of signed-messages, in the order of the ladder. */
import {
  beforeEndOfRound,
  endOfRound,
  expectOneDecision,
  explored,
  generalsNamed,
  type HandRun,
  scenariosOn,
  simulated,
} from 'splitbrain'
import { describe, expect, test } from 'vitest'
import {
  chainOf,
  council,
  gathered,
  isTrue,
  ORDERS,
  type Order,
  protocol,
  type Signature,
  say,
} from './cluster.ts'

scenariosOn(() => [protocol()])

/** The orders that a node has sent, with chains as they are. */
function ordersOf(run: HandRun, from: string) {
  return run.sent
    .filter((one) => one.from === from && one.body.type === 'order')
    .map(({ to, body }) => ({
      to,
      value: body['value'] as Order,
      chain: (Array.isArray(body['chain']) ? body['chain'] : []) as unknown as readonly Signature[],
    }))
}

const signers = (chain: readonly Signature[]) => chain.map((one) => String(one?.by)).join(' ')

function throughRounds(run: HandRun, m: number): HandRun {
  for (let round = 1; round <= m + 1; round++) endOfRound(run, round)
  return run
}

describe('one message', () => {
  test('a commander signs his order', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A word that nobody can change',
      expected:
        'c announces its command and sends l1, l2 and l3 the order, with a chain of one signature: its own, on the order and an empty chain',
      why: 'without the signature anybody could have given that order',
      hints: [
        'What does a lieutenant need to be sure that the order comes from c?',
        'ctx.output({ type: "command", value }), then to all: chain: [{ by: ctx.self, signature: ctx.sign(signed(value, [])) }].',
      ],
    },
  }, () => {
    for (const order of ORDERS) {
      const run = gathered({ n: 4, order, silent: ['l1', 'l2', 'l3'] })
      expect(run).toAnnounce({ node: 'c', type: 'command', value: order })
      for (const to of ['l1', 'l2', 'l3']) {
        const sent = ordersOf(run, 'c').find((one) => one.to === to)
        if (sent === undefined) run.fail(`c sent ${to} no order`)
        else if (sent.value !== order || signers(sent.chain) !== 'c' || !isTrue(run, order, sent.chain))
          run.fail(`what c sent ${to} is not its order with its signature: ${JSON.stringify(sent)}`)
      }
    }
  })

  test('a lieutenant adds its own signature', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A word that nobody can change',
      expected:
        'l1 is sent attack, signed by c: by the end of the round l2 and l3 are sent it, signed by c and by l1, who signs the order and the signature of c',
      why: 'a chain shows through whom an order has gone, and nobody on it can deny that',
      hints: [
        'What does l1 sign: the order, or the order and what stands under it?',
        'The chain grows by one: { by: ctx.self, signature: ctx.sign(signed(value, chain)) }. It goes to every lieutenant who is not in it.',
      ],
    },
  }, () => {
    for (const value of ORDERS) {
      const run = endOfRound(say(gathered({ n: 4, silent: ['c', 'l2', 'l3'] }), 'l1', value, ['c']), 1)
      for (const to of ['l2', 'l3']) {
        const sent = ordersOf(run, 'l1').find((one) => one.to === to)
        if (sent === undefined) run.fail(`l1 passed nothing on to ${to}`)
        else if (sent.value !== value || signers(sent.chain) !== 'c l1' || !isTrue(run, value, sent.chain))
          run.fail(
            `what l1 sent ${to} is not the order with the signatures of c and l1: ${JSON.stringify(sent)}`,
          )
      }
    }
  })

  test('believes no signature that does not fit', {
    meta: {
      rung: 1,
      points: 2,
      section: 'A word that nobody can change',
      expected:
        'the order was changed, a name was, a signature was made up, or one in the middle was taken from elsewhere: l1 passes nothing on',
      why: 'one signature that is not checked is one that a traitor can write himself',
      hints: [
        'Which of the signatures in the chain do you check, and on what?',
        'Each of them: ctx.verify(by, signed(value, everything before it), signature).',
      ],
    },
  }, () => {
    const run = gathered({ n: 5, m: 3, silent: ['c', 'l2', 'l3', 'l4'] })
    const [c, two] = chainOf(run, 'attack', ['c', 'l2'])
    const [other, otherTwo] = chainOf(run, 'retreat', ['c', 'l2'])
    const three = chainOf(run, 'attack', ['c', 'l2', 'l3'])
    const forged: readonly (readonly Signature[])[] = [
      [other!],
      [{ by: 'c', signature: 'forged' }],
      [{ by: 'c', signature: two!.signature }],
      [c!, otherTwo!],
      [other!, two!],
      [c!, { by: 'l2', signature: c!.signature }],
      [c!, { by: 'l3', signature: two!.signature }],
      [c!, otherTwo!, three[2]!],
      [{ by: 'c', signature: 'forged' }, two!, three[2]!],
      // Whoever passes a forged one on can sign that truly, and so can the next one.
      ...[[other!], [{ by: 'c', signature: 'forged' }], [c!, otherTwo!]].flatMap((start) => [
        chainOf(run, 'attack', ['l4'], start),
        chainOf(run, 'attack', start.length === 1 ? ['l3', 'l4'] : ['l4'], start),
      ]),
    ]
    for (const chain of forged) {
      const twin = run.branch()
      endOfRound(twin, chain.length - 1)
      endOfRound(
        say(
          twin,
          'l1',
          'attack',
          chain.map(({ by }) => by),
          chain,
        ),
        chain.length,
      )
      if (ordersOf(twin, 'l1').length > 0)
        twin.fail(`l1 passed on what ${signers(chain)} had not signed like this`)
    }
  })

  test('believes no chain that does not begin at the commander', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A word that nobody can change',
      expected: 'l2 signs an order of its own, true as its signature is: l1 passes nothing on',
      why: 'a true signature shows who says something, and not that he may order it',
      hints: ['Whose order is it? Who has to stand first in the chain?'],
    },
  }, () => {
    for (const chain of [['l2'], ['l2', 'c']]) {
      const run = endOfRound(gathered({ n: 4, m: 2, silent: ['c', 'l2', 'l3'] }), chain.length - 1)
      endOfRound(say(run, 'l1', 'attack', chain), chain.length)
      if (ordersOf(run, 'l1').length > 0) run.fail(`l1 passed on an order that began at ${chain[0]}`)
    }
  })

  test('ends its rounds at the timer of the task', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Three are enough',
      expected:
        'each lieutenant arms a timer called round with the number 1, and when it fires, with the number 2',
      why: 'that is how everybody knows when a round is over: the searches here end it when all that was sent has arrived',
      hints: [
        "start.ts arms it already. Are the name and the last argument of ctx.arm('round', ms, number) as they were?",
      ],
    },
  }, () => {
    const run = gathered()
    for (const round of [1, 2]) {
      for (const name of ['l1', 'l2']) {
        const { timers } = run.world.nodes[name]!
        if (!timers.some(({ timer, arg }) => timer === 'round' && arg === round))
          run.fail(`in round ${round} ${name} has not armed the timer round with the number ${round}`)
      }
      endOfRound(run, round)
    }
  })
})

describe('one scenario', () => {
  test('obeys where nobody lies', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Three are enough',
      reference: {
        messages: 9,
        syncs: 0,
        how: 'three orders of the commander, and each of the three lieutenants passes it on to the two others',
      },
      expected: 'seven generals with m = 2, three and four, all loyal: all decide what c ordered',
      why: 'IC2: a loyal commander is obeyed by every loyal lieutenant',
      hints: [
        'When are the rounds over, and which orders does a lieutenant have then?',
        'After m + 1 rounds: ctx.output({ type: "decide", value }). One order is followed; none, or two, mean retreat.',
      ],
    },
  }, () => {
    for (const [n, m] of [
      [7, 2],
      [3, 1],
      [4, 1],
    ] as const)
      for (const order of ORDERS)
        expectOneDecision(throughRounds(gathered({ n, m, order }), m), generalsNamed(n).slice(1), order)
  })

  test('passes an order on once', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Three are enough',
      expected:
        'without a traitor n generals send (n - 1) squared messages: 4, 9, and 36 among seven with m = 2',
      why: 'an order that is known has been passed on already; its second copy tells nobody anything',
      hints: [
        'l2 hears attack from c, and again from l1. What is new the second time?',
        'Pass on only what is new, to whom is not in the chain, and only while there is a round left.',
      ],
    },
  }, () => {
    for (const [n, m] of [
      [3, 1],
      [4, 1],
      [7, 2],
    ] as const) {
      const run = throughRounds(gathered({ n, m }), m)
      const [sent, most] = [run.sent.length, (n - 1) ** 2]
      if (sent > most) run.fail(`${n} generals with m = ${m} sent ${sent} messages, where ${most} are enough`)
    }
    // In the second round l2 hears what l1 has signed: with m = 2 it is news for l3 alone, with m = 1 for nobody.
    for (const m of [2, 1]) {
      const run = endOfRound(gathered({ n: 4, m, silent: ['c', 'l1', 'l3'] }), 1)
      endOfRound(say(run, 'l2', 'attack', ['c', 'l1']), 2)
      expect(run).not.toSend({ from: 'l2', to: 'l1', type: 'order' })
      if (m === 1) expect(run).not.toSend({ from: 'l2', type: 'order' })
    }
  })

  test('nothing signed means retreat', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Three are enough',
      expected:
        'c says nothing, or only its name is forged: both lieutenants decide retreat when the rounds are over',
      why: 'whoever waits for a traitor waits for ever',
      hints: ['How many orders are there, and what is the default of the task?'],
    },
  }, () => {
    expectOneDecision(throughRounds(gathered({ silent: ['c'] }), 1), ['l1', 'l2'], 'retreat')
    const forged = [{ by: 'c', signature: 'forged' }]
    const run = say(gathered({ silent: ['c', 'l1'] }), 'l2', 'attack', ['c'], forged)
    expectOneDecision(throughRounds(run, 1), ['l2'], 'retreat')
  })

  test('passes the second order on as well', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Which of the two',
      expected: 'c signs attack for both, and then retreat for l1 alone: both decide the same',
      why: 'the second order is the proof against the commander, and l2 has only what l1 tells',
      hints: [
        'l1 knows that the commander has signed two orders. Does l2?',
        'New is what is not in your set of orders, not only what is the first in it.',
      ],
    },
  }, () => {
    for (const first of ORDERS) {
      const run = gathered({ silent: ['c'] })
      for (const to of ['l1', 'l2']) say(run, to, first, ['c'])
      say(run, 'l1', first === 'attack' ? 'retreat' : 'attack', ['c'])
      expectOneDecision(throughRounds(run, 1), ['l1', 'l2'])
    }
  })

  test('a commander who signs two orders is found out', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Three are enough',
      expected:
        'whatever c signs for each of three lieutenants, one order, both or none: all three decide the same',
      why: 'IC1: each order reaches all loyal ones, or none; then all have the same set of orders',
      hints: [
        'Which orders does l1 have in the end, which l2?',
        'Two signed orders of one commander prove that he is a traitor. What matters is that all do the same then.',
      ],
    },
  }, () => {
    const said: readonly (readonly Order[])[] = [['attack'], ['retreat'], [], ['attack', 'retreat']]
    for (const one of said)
      for (const two of said)
        for (const three of said) {
          const run = gathered({ n: 4, silent: ['c'] })
          for (const [to, orders] of [one, two, three].entries())
            for (const order of orders) say(run, `l${to + 1}`, order, ['c'])
          expectOneDecision(throughRounds(run, 1), generalsNamed(4).slice(1))
        }
  })

  test('an order that is told twice is one order', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Which of the two',
      expected:
        'l2 hears attack from c and from l1, and retreat from l1; l1 hears each once: both decide the same',
      why: 'how often one is told something differs from one to the other; what one has been told does not',
      hints: [
        'Is what you decide from the same for l1 and l2?',
        'A set: { attack, retreat } for both. Do not count messages.',
      ],
    },
  }, () => {
    const run = say(gathered({ silent: ['c'] }), 'l1', 'attack', ['c'])
    if (run.world.wire.some(({ to }) => to === 'l2')) run.deliver({ from: 'l1', to: 'l2', type: 'order' })
    say(say(run, 'l2', 'attack', ['c']), 'l1', 'retreat', ['c'])
    expectOneDecision(throughRounds(run, 1), ['l1', 'l2'])
  })

  test('an order that comes too late does not count', {
    meta: {
      rung: 2,
      points: 2,
      section: 'The length that nobody checked',
      expected:
        'c signs attack for both, and just before the last round ends retreat for l2 alone: both decide the same; and so with m = 2, for one signature in the second round and two in the third',
      why: 'what one is told when nobody can be told any more splits the loyal ones',
      hints: [
        'l2 hears of retreat in the second round. Through how many hands has it gone by then, if nobody kept it back?',
        'In round r an order must carry at least r signatures. One with fewer was kept back by somebody.',
        'Dolev & Strong 1983: with r different signatures in round r, one of the signers is loyal or there is a round left to pass it on.',
      ],
    },
  }, () => {
    for (const first of ORDERS) {
      const run = gathered({ silent: ['c'] })
      for (const to of ['l1', 'l2']) say(run, to, first, ['c'])
      beforeEndOfRound(endOfRound(run, 1), 2)
      say(run, 'l2', first === 'attack' ? 'retreat' : 'attack', ['c'])
      expectOneDecision(throughRounds(run, 1), ['l1', 'l2'])
    }
    // With m = 2: one signature at the end of the second round, two at the end of the third.
    for (const chain of [['c'], ['c', 'l1']]) {
      const run = gathered({ n: 4, m: 2, silent: ['c', 'l1'] })
      for (const to of ['l2', 'l3']) say(run, to, 'attack', ['c'])
      for (let round = 1; round <= chain.length; round++) endOfRound(run, round)
      say(beforeEndOfRound(run, chain.length + 1), 'l2', 'retreat', chain)
      expectOneDecision(throughRounds(run, 2), ['l2', 'l3'])
    }
  })

  test('who signs twice counts once', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The length that nobody checked',
      expected:
        'four generals with m = 2, c and l1 are traitors: in the last round l2 alone is sent retreat, signed by c, l1 and l1 again; l2 and l3 decide the same',
      why: 'the number of signatures says through how many hands an order went, if they are different hands',
      hints: ['Can a traitor make a chain longer by himself?', 'All signers of a chain must be different.'],
    },
  }, () => {
    for (const chain of [
      ['c', 'l1', 'l1'],
      ['c', 'c', 'l1'],
      ['c', 'l1', 'c'],
    ]) {
      const run = gathered({ n: 4, m: 2, silent: ['c', 'l1'] })
      for (const to of ['l2', 'l3']) say(run, to, 'attack', ['c'])
      beforeEndOfRound(endOfRound(endOfRound(run, 1), 2), 3)
      say(run, 'l2', 'retreat', chain)
      expectOneDecision(throughRounds(run, 2), ['l2', 'l3'])
    }
  })

  test('bears two traitors among four', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The length that nobody checked',
      expected:
        'm = 2, c and l1 are traitors: c signs attack for l2 and l3, and l1 shows l2 retreat, signed by c and l1, in the first round or in the second; l2 and l3 decide the same',
      why: 'two traitors can keep an order for two rounds; the third is there to tell it to the others',
      hints: [
        'In which round does l3 hear of retreat?',
        'There are m + 1 rounds, and an order is passed on as long as one is left.',
      ],
    },
  }, () => {
    for (const round of [1, 2]) {
      const run = gathered({ n: 4, m: 2, silent: ['c', 'l1'] })
      for (const to of ['l2', 'l3']) say(run, to, 'attack', ['c'])
      for (let before = 1; before < round; before++) endOfRound(run, before)
      say(beforeEndOfRound(run, round), 'l2', 'retreat', ['c', 'l1'])
      expectOneDecision(throughRounds(run, 2), ['l2', 'l3'])
    }
  })
})

describe('chaos', () => {
  test('agrees whatever traitors say and sign', {
    meta: {
      rung: 3,
      points: 2,
      section: 'The length that nobody checked',
      expected:
        'in 40 random runs of 3 to 6 generals with real signatures (Ed25519), with up to n - 2 traitors who sign for each other: IC1 and IC2',
      why: 'traitors may do anything but sign for those who are loyal',
      hints: [
        'Which order does one of the two have and the other not? Who could have passed it on, and when?',
        'Signatures, different signers, length by round: all three, for every order, also the second one.',
      ],
    },
  }, () => {
    const sizes = [
      [3, 1],
      [4, 2],
      [5, 2],
      [6, 3],
    ] as const
    const run = (n: number) => ({
      untilMs: 500,
      maxSteps: 3000,
      faults: {
        untilMs: 100 * (sizes[n % 4]![1] + 1),
        traitors: sizes[n % 4]![1],
        lies: n % 3 === 0 ? 0.9 : 0.5,
      },
    })
    expect(
      simulated(
        (n) => {
          const [size, m] = sizes[n % 4]!
          const order = n % 5 === 0 ? 'retreat' : 'attack'
          return council({ n: size, m, order, signatures: 'ed25519' }, true)
        },
        {
          runs: 40,
          run,
          faults: ['traitors'],
          sometimes: { type: 'decide', value: 'attack' },
          shorter: () => explored(gathered({}, true), { budgets: { traitors: 1, lies: 1 } }),
        },
      ),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('agrees whatever one traitor among three says, and when', {
    meta: {
      rung: 4,
      points: 3,
      section: 'Three are enough',
      expected:
        'anybody is the traitor and tells two lies of any kind, at any time, in every order of arrival: IC1 and IC2',
      why: 'what one traitor can do to three generals can be tried out to the end',
      hints: [
        'Walk the story to the lie: who hears it, in which round, and who hears of it from him?',
        'Does your answer depend on the order in which two messages of one round arrive?',
      ],
    },
  }, () => {
    for (const order of ORDERS)
      expect(
        explored(gathered({ order }, true), { budgets: { traitors: 1, lies: 2 }, maxWorlds: 200_000 }),
      ).toHold()
  })
})
