/** The hidden checks of three-phase commit, in the order of the ladder. */
import { byHand, explored, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { begun, cluster, expectDecided, protocol, SAFETY, stop } from './cluster.ts'

scenariosOn(() => [protocol()])

describe('one message', () => {
  test('asks everyone for a vote', {
    meta: {
      rung: 1,
      points: 1,
      section: 'The third phase, after the votes',
      expected: 'when the client asks, c sends canCommit to p1, p2 and p3',
      why: 'nobody may commit before all have agreed, however many they are',
      hints: ['Who takes part?', 'ctx.peers names all others; ctx.broadcast sends to each of them.'],
    },
  }, () => {
    const run = begun({ participants: 3 })
    for (const to of ['p1', 'p2', 'p3']) expect(run).toSend({ from: 'c', to, type: 'canCommit' })
  })

  test('votes yes and waits', {
    meta: {
      rung: 1,
      points: 1,
      section: 'The third phase, after the votes',
      expected:
        'asked, and configured to agree, p1 announces its yes vote and sends it to c; it decides nothing yet',
      why: 'a vote that nobody hears cannot be counted, and after a yes only the others can say what becomes of it',
      hints: [
        'What are the two ways in which a vote leaves a site?',
        'ctx.output({ type: "vote", tx: "t1", yes }), and a message with the same yes to whoever asked.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('p1', 'c', { type: 'canCommit' })
    expect(run).toAnnounce({ node: 'p1', type: 'vote', yes: true })
    expect(run).toSend({ from: 'p1', to: 'c', type: 'vote', yes: true })
    expect(run).not.toAnnounce({ node: 'p1', type: 'decide' })
  })

  test('votes no and aborts', {
    meta: {
      rung: 1,
      points: 1,
      section: 'The third phase, after the votes',
      expected:
        'asked, and configured to refuse, p1 announces and sends its no vote, and decides abort at once',
      why: 'without its yes nobody can ever commit: it need not wait to be told so',
      hints: ['After your own no, which outcomes are still possible?', 'Only abort. Decide it right there.'],
    },
  }, () => {
    const run = byHand(cluster({ votes: 'no' })).receive('p1', 'c', { type: 'canCommit' })
    expect(run).toAnnounce({ node: 'p1', type: 'vote', yes: false })
    expect(run).toSend({ from: 'p1', to: 'c', type: 'vote', yes: false })
    expect(run).toAnnounce({ node: 'p1', type: 'decide', decision: 'abort' })
  })

  test('votes either way when it is free to', {
    meta: {
      rung: 1,
      points: 1,
      expected: 'configured with "any", p1 votes what ctx.pick([true, false]) gives: once true, once false',
      why: 'a participant that never refuses hides what happens when one does',
      hints: ['What does ctx.pick give you, and do you use all of it?'],
    },
  }, () => {
    for (const [pick, yes] of [true, false].entries()) {
      const run = byHand(cluster({ votes: 'any' })).request('p1', { type: 'canCommit' }, 'c')
      run.deliver({ to: 'p1', type: 'canCommit' }, pick)
      expect(run).toAnnounce({ node: 'p1', type: 'vote', yes })
    }
  })

  test('acknowledges preCommit and does not decide', {
    meta: {
      rung: 1,
      points: 1,
      section: 'The third phase, after the votes',
      expected: 'p1 has voted yes; told preCommit it sends ack to c, and decides nothing yet',
      why: 'pre-committed says that all voted yes; it does not say that everybody knows it, and the rest may still be uncertain',
      hints: [
        'What does p1 know after preCommit, and what does it not know?',
        'It knows the votes, but not who else knows them. It answers ack and waits for the decision.',
      ],
    },
  }, () => {
    const run = byHand(cluster())
      .receive('p1', 'c', { type: 'canCommit' })
      .receive('p1', 'c', { type: 'preCommit' })
    expect(run).toSend({ from: 'p1', to: 'c', type: 'ack' })
    expect(run).not.toAnnounce({ node: 'p1', type: 'decide' })
  })

  test('tells how far it is', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Who goes on, and how',
      expected:
        'asked with stateRequest by p1, p2 answers with its state: wait after a yes vote, preCommitted after a preCommit, commit after that decision',
      why: 'whoever takes charge knows only its own phase: what it decides rests on what the others tell',
      hints: [
        'What does p1 need to know of p2?',
        'Answer with { type: "state", phase }, whatever the phase is.',
      ],
    },
  }, () => {
    const voted = byHand(cluster()).receive('p2', 'c', { type: 'canCommit' })
    const told = voted.branch().receive('p2', 'c', { type: 'preCommit' })
    // Played by hand, p2 hears of a decision that the others had no part in.
    const decided = byHand(cluster({ properties: [] }))
      .receive('p2', 'c', { type: 'canCommit' })
      .receive('p2', 'c', { type: 'preCommit' })
      .receive('p2', 'c', { type: 'decision', decision: 'commit' })
    expect(voted.receive('p2', 'p1', { type: 'stateRequest' })).toSend({
      from: 'p2',
      to: 'p1',
      type: 'state',
      phase: 'wait',
    })
    expect(told.receive('p2', 'p1', { type: 'stateRequest' })).toSend({
      from: 'p2',
      to: 'p1',
      type: 'state',
      phase: 'preCommitted',
    })
    expect(decided.receive('p2', 'p1', { type: 'stateRequest' })).toSend({
      from: 'p2',
      to: 'p1',
      type: 'state',
      phase: 'commit',
    })
  })
})

describe('one scenario', () => {
  test('commits when all vote yes', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The third phase, after the votes',
      reference: {
        messages: 16,
        syncs: 0,
        how: 'begin, and then five for each of three: canCommit, vote, preCommit, ack, decision',
      },
      expected: 'three yes votes and no stop: all four sites announce commit',
      why: 'without a failure and with yes votes only there is no reason to do anything else',
      hints: [
        'What happens when the last vote has come, and what when the last ack has?',
        'After the last vote: preCommit to everyone. After the last ack: decide commit, and tell everyone.',
      ],
    },
  }, () => {
    expectDecided(begun({ participants: 3 }).deliverAll(), ['c', 'p1', 'p2', 'p3'], 'commit')
  })

  test('aborts when one votes no', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The third phase, after the votes',
      expected: 'p1 and p3 vote yes, p2 votes no: all four sites announce abort',
      why: 'commit means that every one of them can',
      hints: ['How many no votes does it take?', 'One: decide abort at the first, and tell everyone.'],
    },
  }, () => {
    const nodes = ['c', 'p1', 'p2', 'p3']
    for (const run of begun({ participants: 3, votes: { p2: 'no' } })
      .deliverAll({ type: 'vote' })
      .everyOrder())
      expectDecided(run, nodes, 'abort')
  })

  test('nobody commits while somebody is uncertain', {
    meta: {
      rung: 2,
      points: 2,
      section: 'What makes a state dangerous',
      expected: 'while preCommit has not reached p2, or its ack not c, nobody announces commit',
      why: 'a site that is uncertain aborts if it is left alone: nobody may have committed then',
      hints: [
        'p2 still waits, everybody else stops now: what will p2 do? So what may nobody have done?',
        'c decides when it has an ack from every site that is up, not from some.',
        'Skeen 1981: no state may have a commit in its concurrency set unless all have voted yes and know it.',
      ],
    },
  }, () => {
    const held = begun({ participants: 3 }).deliverAll({ to: 'p2', type: 'preCommit' })
    for (const node of ['c', 'p1', 'p2', 'p3']) expect(held).not.toAnnounce({ node, type: 'decide' })
    const late = begun({ participants: 3 }).deliverAll({ from: 'p2', type: 'ack' })
    for (const node of ['c', 'p1', 'p2', 'p3']) expect(late).not.toAnnounce({ node, type: 'decide' })
    expectDecided(held.deliverAll(), ['c', 'p1', 'p2', 'p3'], 'commit')
  })

  test('a participant that stops before it votes makes the others abort', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The third phase, after the votes',
      expected: 'p2 stops before it has voted, or before anyone has asked: c, p1 and p3 decide abort',
      why: 'its vote can no longer come; to wait for it would be to wait for ever, and to do without it would be to commit without a vote',
      hints: [
        'c waits for three votes and hears down of p2. What is the missing vote worth?',
        'A vote that can no longer come counts as No.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3, mayStop: ['p2'] })
    expectDecided(stop(run, 'p2').deliverAll(), ['c', 'p1', 'p3'], 'abort')
    const late = begun({ participants: 3, mayStop: ['p2'] }).deliverAll({ to: 'p2' })
    expectDecided(stop(late, 'p2').deliverAll(), ['c', 'p1', 'p3'], 'abort')
    const early = stop(byHand(cluster({ participants: 3, mayStop: ['p2'] })), 'p2').deliverAll()
    early.request('c', { type: 'begin' }).deliverAll()
    expectDecided(early, ['c'], 'abort')
    for (const node of ['p1', 'p3'])
      expect(early).not.toAnnounce({ node, type: 'decide', decision: 'commit' })
  })

  test('a participant that stops after its vote holds nobody up', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The third phase, after the votes',
      expected: 'p2 votes yes and stops, its ack never comes: c, p1 and p3 decide, and decide alike',
      why: 'whoever is down cannot be uncertain any more: there is nobody to wait for',
      hints: [
        'c waits for three acks and hears down of p2. Whose ack is still worth waiting for?',
        'Look at the round again whenever somebody is down: perhaps it is complete now.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3, mayStop: ['p2'] }).deliverAll({ to: 'p2', type: 'preCommit' })
    expectDecided(stop(run, 'p2').deliverAll(), ['c', 'p1', 'p3'])
    const told = begun({ participants: 3, mayStop: ['p2'] }).deliverAll({ from: 'p2', type: 'vote' })
    expectDecided(stop(told.deliver({ from: 'p2', type: 'vote' }), 'p2').deliverAll(), ['c', 'p1', 'p3'])
  })

  test('when the site in charge stops, the next takes charge', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Who goes on, and how',
      expected:
        'c stops while p1, p2 and p3 wait, all uncertain: p1 asks how far they are, and all three decide alike',
      why: 'this is what two-phase commit cannot do: those who are left must not need the one who is gone',
      hints: [
        'Who is in charge now, and how does everybody know?',
        'The first in ctx.config.order that is not down. When down makes that me, I send stateRequest to the others who are up.',
        'Bernstein, Hadzilacos & Goodman 1987, 7.5: the termination protocol with its five rules.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3, mayStop: ['c'] }).deliverAll({ to: 'c', type: 'vote' })
    expectDecided(stop(run, 'c').deliverAll(), ['p1', 'p2', 'p3'], 'abort')
  })

  test('does not commit over a vote that was never cast', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Who goes on, and how',
      expected:
        'c stops when p3 has not even been asked: p1 and p2 are uncertain, p3 has not voted; all decide abort',
      why: 'to be uncertain is no yes of the others: nobody knows that all agreed',
      hints: [
        'p1 takes charge and finds only uncertain sites. What does it know about the votes?',
        'Nothing but its own: abort.',
      ],
    },
  }, () => {
    const run = stop(begun({ participants: 3, mayStop: ['c'] }).deliverAll({ to: 'p3' }), 'c')
    expectDecided(run.deliver({ to: 'p3', type: 'down' }).deliverAll(), ['p1', 'p2', 'p3'], 'abort')
  })

  test('commits what the one that stopped may have committed', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Who goes on, and how',
      expected: 'c decides commit and stops before it has told anyone: p1, p2 and p3 decide commit',
      why: 'c may have handed out the money already; everyone who is left is pre-committed, and has to follow',
      hints: [
        'All who are left are pre-committed. What may c have done before it stopped?',
        'It may have committed. Nobody can have aborted. So there is only one way to go.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3, mayStop: ['c'] }).deliverAll({ type: 'decision' })
    expect(run).toAnnounce({ node: 'c', type: 'decide', decision: 'commit' })
    stop(run, 'c').deliverAll({ from: 'c', type: 'decision' })
    expectDecided(run, ['p1', 'p2', 'p3'], 'commit')
  })

  test('whoever takes charge hands on what it knows to be decided', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Who goes on, and how',
      expected:
        'c has told p1 alone that it is commit (and in another run abort), and stops: p2 and p3 hear it from p1',
      why: 'p1 has nothing left to ask, but the others have',
      hints: [
        'p1 is in charge, and has decided already. Who still waits?',
        'Send the decision to everyone who is up.',
      ],
    },
  }, () => {
    const commit = begun({ participants: 3, mayStop: ['c'] }).deliverAll({ type: 'decision' })
    stop(commit.deliver({ to: 'p1', type: 'decision' }), 'c').deliverAll({ from: 'c', type: 'decision' })
    expectDecided(commit, ['p1', 'p2', 'p3'], 'commit')
    const abort = begun({ participants: 3, votes: { p3: 'no' }, mayStop: ['c'] }).deliverAll({
      type: 'decision',
    })
    stop(abort.deliver({ to: 'p1', type: 'decision' }), 'c').deliverAll({ from: 'c', type: 'decision' })
    expectDecided(abort, ['p1', 'p2', 'p3'], 'abort')
  })

  test('survives that who took charge stops too', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Who goes on, and how',
      expected:
        'c has pre-committed p1 only, and stops; p1 takes charge and stops as soon as it has decided: p2 and p3 decide as p1 did',
      why: 'p1 must not run ahead: what it decides has to be the only thing that the rest can decide without it',
      hints: [
        'p1 knows that all voted yes. Do p2 and p3 know it at the moment p1 commits?',
        'Bring everyone to pre-committed first, and wait for their acks. Only then may anybody commit.',
        'Bernstein, Hadzilacos & Goodman 1987, 7.5: the rule for "some are pre-committed" sends PRE-COMMIT again before it commits.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3, mayStop: ['c', 'p1'] })
      .deliverAll({ from: 'c', type: 'preCommit' })
      .deliver({ to: 'p1', type: 'preCommit' })
    stop(run, 'c').deliver({ to: 'p2', type: 'down' }).deliver({ to: 'p3', type: 'down' })
    expectDecided(run.branch().deliverAll(), ['p1', 'p2', 'p3'])
    // p1 takes charge; what it does before it decides gets through, and its decision does not.
    const decided = () => run.outputs.some((o) => o.node === 'p1' && o.body.type === 'decide')
    const next = () => run.world.wire.find((e) => e.body.type !== 'decision')
    for (let e = next(); !decided() && e !== undefined; e = next())
      run.deliver({ from: e.from, to: e.to, ...e.body })
    stop(run, 'p1').deliver({ to: 'p2', type: 'down' }).deliver({ to: 'p3', type: 'down' })
    expectDecided(run.deliverAll(), ['p2', 'p3'])
  })
})

/** Three or four sites; any of them may stop, at a time that is drawn, until one is left. */
const ALL = ['c', 'p1', 'p2', 'p3']

describe('chaos', () => {
  test('agrees, and everyone who is up decides, whoever stops', {
    meta: {
      rung: 3,
      points: 3,
      section: 'Who goes on, and how',
      expected:
        'in 150 random runs sites stop at random moments: nobody decides differently, and all who are up decide',
      why: 'a stop between two sends reaches some and not others: that is where the phases earn their keep',
      hints: [
        'Walk the story to the first decision. Who was uncertain at that moment?',
        'And if somebody is left waiting: whose answer does it wait for, and is that one up?',
      ],
    },
  }, () => {
    expect(
      simulated(
        (n) =>
          cluster({
            participants: n % 2 === 0 ? 3 : 2,
            votes: n % 5 === 0 ? 'any' : 'yes',
            mayStop: ALL.slice(0, 1 + (n % 3)),
            stopMs: [1, 60],
            properties: [...SAFETY, 'AC5'],
            delayMs: [1, 12],
          }),
        {
          runs: 150,
          run: () => ({
            untilMs: 2000,
            maxSteps: 5000,
            requests: [{ atMs: 1, client: 'client', to: 'c', body: { type: 'begin' } }],
          }),
          faults: ['stops'],
          sometimes: { type: 'decide', decision: 'commit' },
          shorter: () =>
            explored(begun({ mayStop: ['c', 'p1'], properties: [...SAFETY] }), {
              budgets: { timeouts: 2 },
              maxWorlds: 100_000,
            }),
        },
      ),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('agrees in every schedule, and leaves nobody behind', {
    meta: {
      rung: 4,
      points: 5,
      section: 'Who goes on, and how',
      expected:
        'three sites, every order of the messages, every one of them may stop at any moment: nobody decides differently, and whoever is up can decide without those that are down',
      why: 'a schedule that is rare happens all the same, at the worst moment',
      hints: [
        'Look at the two that disagree, or at the one that waits. What did the first know that the second did not?',
        'stateRequest can come before down does. What of the old site in charge may still be in flight then?',
        'Who asks with stateRequest is in charge: everyone before it in the order is down. Do not read what they sent.',
      ],
    },
  }, () => {
    const all = begun({ mayStop: ['c', 'p1', 'p2'] })
    expect(all).toSend({ to: 'p1', type: 'canCommit' })
    expect(explored(all, { budgets: { timeouts: 3 }, maxWorlds: 500_000 })).toHold()
    for (const votes of ['yes', 'any'])
      expect(
        explored(begun({ votes, mayStop: ['c', 'p1'], properties: [...SAFETY, 'NonBlocking'] }), {
          budgets: { timeouts: 2 },
          maxWorlds: 500_000,
        }),
      ).toHold()
  })
})
