/** The hidden checks of oral-messages, in the order of the ladder. */
import {
  beforeEndOfRound,
  type CouncilOptions,
  endOfRound,
  expectOneDecision,
  explored,
  generalsNamed,
  type HandRun,
  scenariosOn,
  simulated,
} from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { council, gathered, ORDERS, type Order, protocol, say } from './cluster.ts'

scenariosOn(() => [protocol()])

/** What a commander who is silent by himself says to each; who is not named hears nothing. */
type Words = { readonly [lieutenant: string]: Order }

/** Six lieutenants: the commander and l1 are traitors. */
const SEVEN: CouncilOptions = { n: 7, m: 2, silent: ['c', 'l1'] }
const LOYAL = ['l2', 'l3', 'l4', 'l5', 'l6']

function command(run: HandRun, words: Words): HandRun {
  for (const [name, order] of Object.entries(words)) say(run, name, ['c'], order)
  return run
}

/** All rounds pass; in the second and third, the traitor l1 says what it likes. */
function throughRounds(
  run: HandRun,
  m: number,
  l1?: (path: readonly string[], to: string) => Order | null,
): HandRun {
  const lieutenants = run.model.cluster.names.slice(1)
  for (let round = 1; round <= m + 1; round++) {
    if (round > 1 && l1 !== undefined)
      for (const path of waysOver(lieutenants, round))
        for (const to of lieutenants) {
          const value = path.includes(to) ? null : l1(path, to)
          if (value !== null) say(run, to, path, value)
        }
    endOfRound(run, round)
  }
  return run
}

/** `c l1`, and in the third round `c l2 l1`, `c l3 l1`, ... */
function waysOver(lieutenants: readonly string[], round: number): readonly (readonly string[])[] {
  if (round === 2) return [['c', 'l1']]
  return lieutenants.filter((name) => name !== 'l1').map((name) => ['c', name, 'l1'])
}

function passes(
  run: HandRun,
  word: { readonly from: string; readonly path: readonly string[]; readonly value: Order },
): boolean {
  return run.sent.some(
    ({ from, body }) =>
      from === word.from && String(body['path']) === String(word.path) && body['value'] === word.value,
  )
}

describe('one message', () => {
  test('passes an order on to everybody else', {
    meta: {
      rung: 1,
      points: 1,
      section: 'One general more',
      expected: 'l1 is told attack by c: by the end of the round l2 and l3 are sent it, with the path c l1',
      why: 'what the commander told one lieutenant the others can only learn from that lieutenant',
      hints: [
        'Who does not know yet what l1 was told?',
        'Send { type: "order", path: [...path, ctx.self], value } to every lieutenant that is not in the path.',
      ],
    },
  }, () => {
    for (const value of ORDERS) {
      const run = say(gathered({ silent: ['c', 'l2', 'l3'] }), 'l1', ['c'], value)
      endOfRound(run, 1)
      for (const to of ['l2', 'l3'])
        expect(run).toSend({ from: 'l1', to, type: 'order', path: ['c', 'l1'], value })
    }
  })

  test('believes only who speaks for himself', {
    meta: {
      rung: 1,
      points: 1,
      section: 'One general more',
      expected: 'l2 says that l3 said attack: l1 does not take it for a word of l3, and does not pass it on',
      why: 'a traitor who may speak for others counts as many; a messenger is known by who sent him',
      hints: [
        'Who has sent this message, and who stands last in its path?',
        'The world writes who sent a message (from). The last name in the path must be the same.',
      ],
    },
  }, () => {
    // Whatever stands for a word that did not come: what is passed on is the same with the forged one and without.
    for (const value of ORDERS) {
      const run = endOfRound(gathered({ n: 5, m: 2, silent: ['c', 'l2', 'l3', 'l4'] }), 1)
      const honest = endOfRound(run.branch(), 2)
      run.receive('l1', 'l2', { type: 'order', path: ['c', 'l3'], value })
      endOfRound(run, 2)
      const word = { from: 'l1', type: 'order', path: ['c', 'l3', 'l1'], value }
      if (!passes(honest, word)) expect(run).not.toSend(word)
    }
  })

  test('believes no way that cannot be', {
    meta: {
      rung: 1,
      points: 1,
      section: 'One general more',
      expected:
        'what did not begin at the commander, went through somebody twice or through l1 itself is not passed on',
      why: 'each way is one word; a traitor who makes up more of them has more words than the others',
      hints: [
        'How many ways of length 2 are there to l1, and what do they begin with?',
        'A path is the commander, then lieutenants, each once, and not yourself.',
      ],
    },
  }, () => {
    for (const path of [['l2'], ['l3', 'l2'], ['c', 'l2', 'l2'], ['c', 'l1', 'l2'], ['c', 'c', 'l2']]) {
      const run = gathered({ n: 6, m: 3, silent: ['c', 'l2', 'l3', 'l4', 'l5'] })
      endOfRound(run, path.length - 1)
      endOfRound(say(run, 'l1', path, 'attack'), path.length)
      expect(run).not.toSend({ from: 'l1', type: 'order', path: [...path, 'l1'] })
    }
  })

  test('ends its rounds at the timer of the task', {
    meta: {
      rung: 1,
      points: 1,
      section: 'One general more',
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
      for (const name of ['l1', 'l2', 'l3']) {
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
      section: 'One general more',
      reference: {
        messages: 9,
        syncs: 0,
        how: 'three orders of the commander, and two words of each of the three lieutenants',
      },
      expected: 'seven generals with m = 2, five and four, all loyal: all decide what c ordered',
      why: 'IC2: a loyal commander is obeyed by every loyal lieutenant',
      hints: [
        'What has each lieutenant been told, and by whom, when the rounds are over?',
        'After m + 1 rounds: ctx.output({ type: "decide", value }), with the majority of the own word and those of the others.',
      ],
    },
  }, () => {
    for (const [n, m] of [
      [7, 2],
      [5, 1],
      [4, 1],
    ] as const)
      for (const order of ORDERS)
        expectOneDecision(throughRounds(gathered({ n, m, order }), m), generalsNamed(n).slice(1), order)
  })

  test('sends no word to whom it has come through', {
    meta: {
      rung: 2,
      points: 1,
      section: 'As deep as there are traitors',
      expected:
        'four generals send 9 messages, five send 16, seven with m = 2 send 156, six with m = 4 send 325: M(n, m) in the lesson',
      why: 'whoever stands in the path has said it; to tell him again costs messages and adds nothing',
      hints: [
        'Whom does a word with the path c l2 still not have gone through?',
        'Not the commander, not l2, not yourself. And the last round is only heard, not passed on.',
      ],
    },
  }, () => {
    for (const [n, m, most] of [
      [4, 1, 9],
      [5, 1, 16],
      [7, 2, 156],
      [6, 4, 325],
    ] as const) {
      const run = throughRounds(gathered({ n, m }), m)
      const { length } = run.sent
      if (length !== most)
        run.fail(`${n} generals with m = ${m} sent ${length} messages; OM(${m}) sends ${most}`)
    }
  })

  test('a silent commander means retreat', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What is not said',
      expected: 'c says nothing: all three decide retreat when the rounds are over',
      why: 'whoever waits for a traitor waits for ever; the end of a round shows that nothing came',
      hints: [
        'How does a lieutenant notice that nothing came?',
        'At the end of round r: every path of length r that is still missing counts as retreat.',
      ],
    },
  }, () => {
    expectOneDecision(throughRounds(gathered({ silent: ['c'] }), 1), generalsNamed(4).slice(1), 'retreat')
  })

  test('one liar among four changes nothing', {
    meta: {
      rung: 2,
      points: 1,
      section: 'One general more',
      expected:
        'c orders attack, l1 tells l2 and l3 retreat, or one of them, or nothing: both attack all the same',
      why: 'IC2: one traitor must not talk a loyal lieutenant out of the order of a loyal commander',
      hints: [
        'Which three words does l2 have, and how many of them can be the liar’s?',
        'What c told you yourself counts as one of the three.',
      ],
    },
  }, () => {
    const lies: readonly ((to: string) => Order | null)[] = [
      () => 'retreat',
      (to) => (to === 'l2' ? 'retreat' : 'attack'),
      () => null,
    ]
    for (const lie of lies)
      expectOneDecision(
        throughRounds(gathered({ silent: ['l1'] }), 1, (_path, to) => lie(to)),
        ['l2', 'l3'],
        'attack',
      )
  })

  test('a commander who says two things is followed in one way', {
    meta: {
      rung: 2,
      points: 2,
      section: 'One general more',
      expected: 'whatever c tells each of three lieutenants, or does not tell: all three decide the same',
      why: 'IC1: the loyal lieutenants act together, also where the commander is the traitor',
      hints: [
        'Do all three have the same three words in the end, only in another order?',
        'They do if each passes on what it was told, and one who was told nothing counts as retreat for all.',
      ],
    },
  }, () => {
    const said = [...ORDERS, null]
    for (const one of said)
      for (const two of said)
        for (const three of said) {
          const words = Object.entries({ l1: one, l2: two, l3: three }).filter((e) => e[1] !== null)
          const run = command(gathered({ silent: ['c'] }), Object.fromEntries(words) as Words)
          const all = one !== null && one === two && two === three ? one : undefined
          expectOneDecision(throughRounds(run, 1), generalsNamed(4).slice(1), all)
        }
  })

  test('without a majority all do the same', {
    meta: {
      rung: 2,
      points: 1,
      section: 'One general more',
      expected:
        'c tells two of four lieutenants attack and two retreat, whichever two: all four decide the same',
      why: 'a tie is no reason to part: where words do not decide, a rule that is the same for all must',
      hints: [
        'Four words, two of each. What is the same for all four lieutenants, and what is not?',
        'The set of words is the same. Your own word is not: do not let it decide.',
      ],
    },
  }, () => {
    for (let bits = 0; bits < 16; bits++) {
      const orders = [0, 1, 2, 3].map((i): Order => ((bits >> i) & 1 ? 'attack' : 'retreat'))
      if (orders.filter((order) => order === 'attack').length !== 2) continue
      const words = Object.fromEntries(orders.map((order, i) => [`l${i + 1}`, order]))
      expectOneDecision(
        throughRounds(command(gathered({ n: 5, silent: ['c'] }), words), 1),
        generalsNamed(5).slice(1),
      )
    }
  })

  test('the first word counts', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What is not said',
      expected:
        'c tells l1 attack and then retreat; l2 hears attack and l3 retreat: all three decide the same',
      why: 'whoever passes one word on and counts another one lies without knowing it',
      hints: [
        'What has l1 told the others when the second word comes?',
        'What was passed on is what counts. A second word on the same path is ignored.',
      ],
    },
  }, () => {
    for (const first of ORDERS) {
      const second = first === 'attack' ? 'retreat' : 'attack'
      const run = command(gathered({ silent: ['c'] }), { l1: first, l2: first, l3: second })
      expectOneDecision(throughRounds(say(run, 'l1', ['c'], second), 1), generalsNamed(4).slice(1))
    }
  })

  test('a late word does not count', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What is not said',
      expected: 'c tells l1 attack, and l3 only in the second round: all three decide the same',
      why: 'when the round was over the others were told that nothing had come; what comes later must not change that',
      hints: [
        'What did l3 tell l1 and l2 at the end of the first round?',
        'A path of length r belongs to round r. Once that round is over its word stands, also if it is the default.',
      ],
    },
  }, () => {
    for (const late of ['l2', 'l3']) {
      const run = endOfRound(command(gathered({ silent: ['c'] }), { l1: 'attack' }), 1)
      expectOneDecision(endOfRound(say(run, late, ['c'], 'attack'), 2), generalsNamed(4).slice(1))
    }
  })

  test('a word counts until its round is over', {
    meta: {
      rung: 2,
      points: 1,
      section: 'As deep as there are traitors',
      expected:
        'c tells l1 attack, l2 just before the first round ends, and l3 nothing: all three decide the same',
      why: 'what was said at the last moment is passed on in the next round, and that round must be waited for',
      hints: [
        'When does l1 hear what l2 was told?',
        'In the second round. Nobody may decide before round m + 1 is over, even if much has come already.',
      ],
    },
  }, () => {
    const run = beforeEndOfRound(command(gathered({ silent: ['c'] }), { l1: 'attack' }), 1)
    expectOneDecision(throughRounds(command(run, { l2: 'attack' }), 1), generalsNamed(4).slice(1))
  })

  test('takes the majority level by level', {
    meta: {
      rung: 2,
      points: 2,
      section: 'As deep as there are traitors',
      expected:
        'seven generals, c and l1 are traitors: c tells l2, l3 and l4 attack, the others retreat, and l1 lies to l6; all five decide the same',
      why: 'what l3 was told is settled first, from all that was said about it, and counts once; all words on one heap give a traitor many votes',
      hints: [
        'What did c tell l3, as far as l6 can know? Who has said anything about that?',
        'ordered(path): the word that came along the path, and ordered([...path, name]) for every other lieutenant; the majority of these.',
        'Lamport, Shostak & Pease 1982, section 3: OM(m) calls OM(m - 1) once for each lieutenant.',
      ],
    },
  }, () => {
    const run = command(gathered(SEVEN), {
      l2: 'attack',
      l3: 'attack',
      l4: 'attack',
      l5: 'retreat',
      l6: 'retreat',
    })
    const lie = (path: readonly string[], to: string): Order =>
      to === 'l6' && (path[1] === 'l3' || path[1] === 'l4') ? 'attack' : 'retreat'
    expectOneDecision(throughRounds(run, 2, lie), LOYAL)
  })

  test('two liars among seven change nothing', {
    meta: {
      rung: 2,
      points: 1,
      section: 'As deep as there are traitors',
      expected:
        'seven generals, c is loyal and orders attack; l1 and l2 say retreat whatever they were told, in both rounds in which they speak: the other four attack',
      why: 'IC2: what a loyal lieutenant was told is settled by a majority too, of those who can know, and of nobody else',
      hints: [
        'What did c tell l3, as l4 can know it? How many words are there about that, and how many of them are lies?',
        'Five words: from l3 itself, and what l1, l2, l5 and l6 say that l3 told them. Nobody stands in a path twice.',
      ],
    },
  }, () => {
    const run = endOfRound(gathered({ n: 7, m: 2, silent: ['l1', 'l2'] }), 1)
    const loyal = ['l3', 'l4', 'l5', 'l6']
    const lieutenants = generalsNamed(7).slice(1)
    for (const round of [2, 3]) {
      for (const liar of ['l1', 'l2'])
        for (const way of round === 2 ? [['c']] : lieutenants.map((name) => ['c', name]))
          for (const to of loyal)
            if (!way.includes(liar) && !way.includes(to)) say(run, to, [...way, liar], 'retreat')
      endOfRound(run, round)
    }
    expectOneDecision(run, loyal, 'attack')
  })

  test('believes nobody who speaks for others, on any level', {
    meta: {
      rung: 2,
      points: 1,
      section: 'As deep as there are traitors',
      expected:
        'seven generals, c and l1 are traitors: l1 sends l6 words of the last level in the names of others, before they speak; all five decide the same',
      why: 'words of the last level are not passed on, and they are counted all the same',
      hints: [
        'Where do you compare the sender with the path: for every message, or only for some?',
        'The last name in the path must be the sender, however long the path is.',
      ],
    },
  }, () => {
    const run = gathered(SEVEN)
    for (const about of ['l2', 'l3'])
      for (const name of ['l2', 'l3', 'l4', 'l5'])
        if (name !== about)
          run.receive('l6', 'l1', { type: 'order', path: ['c', about, name], value: 'retreat' })
    command(run, { l2: 'attack', l3: 'attack', l4: 'attack', l5: 'attack', l6: 'retreat' })
    expectOneDecision(
      throughRounds(run, 2, () => 'retreat'),
      LOYAL,
    )
  })

  test('counts what did not come as retreat on every level', {
    meta: {
      rung: 2,
      points: 2,
      section: 'What is not said',
      expected:
        'seven generals, c and l1 are traitors: c tells l2 and l3 attack, l4 nothing, l5 and l6 retreat; all five decide the same',
      why: 'a word that is left out of the count makes majorities of different sizes, and these differ',
      hints: [
        'l4 was told nothing by c. What do the others count for l4?',
        'Nothing means retreat: for l4 itself, and in what is said about l4. Four generals never show the difference.',
      ],
    },
  }, () => {
    const run = command(gathered(SEVEN), { l2: 'attack', l3: 'attack', l5: 'retreat', l6: 'retreat' })
    const lie = (path: readonly string[], to: string): Order =>
      path[1] === 'l4' && to === 'l3' ? 'retreat' : 'attack'
    expectOneDecision(throughRounds(run, 2, lie), LOYAL)
  })

  test('asks as many rounds as there may be traitors, and one more', {
    meta: {
      rung: 2,
      points: 1,
      section: 'As deep as there are traitors',
      expected:
        'seven generals, c and l1 are traitors: c tells l2, l3 and l6 attack, l4 and l5 nothing, and l1 tells all but l6 attack; all five decide the same',
      why: 'a traitor in the last round can say two things, and nobody asks the others any more what they heard',
      hints: [
        'Of what l1 says in the second round: does anybody hear what it told the others?',
        'With m = 2 there are three rounds: a word with a path of length 2 is passed on once more.',
      ],
    },
  }, () => {
    const run = command(gathered(SEVEN), { l2: 'attack', l3: 'attack', l6: 'attack' })
    const lie = (path: readonly string[], to: string): Order | null =>
      path.length === 2 && to === 'l6' ? null : 'attack'
    expectOneDecision(throughRounds(run, 2, lie), LOYAL)
  })
})

const judged = (options: CouncilOptions) => council(options, true)

describe('chaos', () => {
  test('agrees whatever traitors say', {
    meta: {
      rung: 3,
      points: 2,
      section: 'As deep as there are traitors',
      expected:
        'in 40 random runs of 4 to 7 generals, with as many traitors as they bear, who lie, repeat, make up and withhold: IC1 and IC2',
      why: 'traitors need no plan to find the one word that makes a difference',
      hints: [
        'Which word in the story reaches two loyal lieutenants differently, and where is that asked again?',
        'Check what you believe, what you do with a second word, and what stands for a word that is missing.',
      ],
    },
  }, () => {
    const sizes = [
      [7, 2],
      [4, 1],
      [7, 2],
      [6, 1],
    ] as const
    const run = (n: number) => ({
      untilMs: 400,
      maxSteps: 5000,
      faults: {
        untilMs: 310,
        traitors: sizes[n % 4]![1],
        lies: n % 3 === 0 ? 0.9 : 0.4,
        ...(n % 4 === 0 && { strategies: ['equivocate'] as const }),
      },
    })
    expect(
      simulated(
        (n) => {
          const [size, m] = sizes[n % 4]!
          return judged({ n: size, m, order: n % 4 === 0 ? 'retreat' : 'attack' })
        },
        {
          runs: 40,
          run,
          faults: ['traitors'],
          sometimes: { type: 'decide', value: 'attack' },
          shorter: () => explored(gathered4(), { budgets: { traitors: 1, lies: 1 }, maxWorlds: 60_000 }),
        },
      ),
    ).toHold()
  })
})

/** Four generals, judged from the first step on. */
function gathered4(order: Order = 'attack'): HandRun {
  return gathered({ order }, true)
}

/** Two lies; one, where an answer remembers so much of the order of arrival that all of that is too much to try. */
function searched(traitors: readonly string[]) {
  const twice = explored(gathered4(), { budgets: { traitors, lies: 2 }, maxWorlds: 200_000 })
  const isTooMuch = twice.verdicts.every(({ kind }) => kind === 'gaveUp')
  return isTooMuch ? explored(gathered4(), { budgets: { traitors, lies: 1 }, maxWorlds: 400_000 }) : twice
}

describe('every schedule', () => {
  test('agrees whatever one traitor among four says', {
    meta: {
      rung: 4,
      points: 3,
      section: 'One general more',
      expected:
        'the commander or l1 is a traitor and lies twice (once, if the answer remembers in which order words came), in every order of arrival: IC1 and IC2; and with the order retreat, anybody lies once',
      why: 'what one traitor can do to four generals can be tried out to the end',
      hints: [
        'Walk the story to the first lie: who hears it, and who hears of it?',
        'Each of the loyal ones must end with the same words about everybody. Which of them differs, and since which step? Words of one round may arrive in any order.',
      ],
    },
  }, () => {
    for (const traitors of [['c'], ['l1']]) expect(searched(traitors)).toHold()
    const anybody = { budgets: { traitors: 1, lies: 1 }, maxWorlds: 400_000 }
    expect(explored(gathered4('retreat'), anybody)).toHold()
  })
})
