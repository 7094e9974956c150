/** The hidden checks of Paxos, in the order of the ladder. */
import { byHand, explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import {
  acceptedValue,
  answersTo,
  asked,
  ballotOf,
  ballots,
  begun,
  cluster,
  expectNoAccept,
  expectUndecided,
  LATE,
  outbid,
  promised,
  protocol,
  reported,
  SAFETY,
  tell,
  voted,
} from './cluster.ts'

scenariosOn(() => [protocol()])

const TWO_PHASES = 'Ask first, then vote'
const VALUE_RULE = 'Which value?'
const MEMORY = 'Acceptors are the memory'
const NUMBERS = 'A number nobody else has'
const DUEL = 'It may never end'

describe('one message', () => {
  test('asks all acceptors to prepare', {
    meta: {
      rung: 1,
      points: 1,
      section: TWO_PHASES,
      expected: 'asked for A, p1 sends prepare to a1, a2, a3, a4 and a5, all with the same ballot',
      why: 'any majority will do, and nobody knows in advance which of them can be reached',
      hints: [
        'Who may be part of the majority?',
        'ctx.peers of a proposer are all acceptors; ctx.broadcast reaches them.',
      ],
    },
  }, () => {
    const run = begun({ acceptors: 5 })
    const ballot = ballotOf(run)
    for (const to of ['a1', 'a2', 'a3', 'a4', 'a5'])
      expect(run).toSend({ from: 'p1', to, type: 'prepare', ballot })
  })

  test('promises, and says that it has not voted', {
    meta: {
      rung: 1,
      points: 1,
      section: TWO_PHASES,
      expected:
        'asked by p2 to prepare ballot 3, a1 sends p2 a promise for ballot 3, with vballot and vval null',
      why: 'the proposer may only choose freely if it knows that nobody has voted',
      hints: [
        'What does an acceptor know before its first vote?',
        'null is an answer; leaving the fields out, or a 0, is another one.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('a1', 'p2', { type: 'prepare', ballot: 3 })
    expect(run).toSend({ from: 'a1', to: 'p2', type: 'promise', ballot: 3, vballot: null, vval: null })
  })

  test('votes, and tells every proposer', {
    meta: {
      rung: 1,
      points: 1,
      section: TWO_PHASES,
      expected:
        'a1 has promised ballot 3 of p2, and is asked to accept A in it: it sends accepted, with ballot 3 and A, to p1, p2 and p3',
      why: 'a proposer that died cannot pass on what was chosen: each has to hear of it',
      hints: [
        'May an acceptor vote in the very ballot that it has promised?',
        'It may, and ctx.broadcast reaches all proposers, not only the one that asked.',
      ],
    },
  }, () => {
    const run = byHand(cluster({ proposers: 3 })).receive('a1', 'p2', { type: 'prepare', ballot: 3 })
    run.receive('a1', 'p2', { type: 'accept', ballot: 3, value: 'A' })
    for (const to of ['p1', 'p2', 'p3'])
      expect(run).toSend({ from: 'a1', to, type: 'accepted', ballot: 3, value: 'A' })
  })

  test('reports its last vote, and the ballot of that vote', {
    meta: {
      rung: 1,
      points: 2,
      section: VALUE_RULE,
      expected:
        'a1 votes for A in ballot 1, promises ballot 4, and is asked to prepare ballot 6: it reports vballot 1 and A; after a vote for B in ballot 6, asked to prepare ballot 9, it reports 6 and B',
      why: 'the proposer takes the value of the highest ballot: with the ballot promised instead of the one voted in, an old vote looks new',
      hints: [
        'Two numbers: the ballot promised last, and the ballot voted in last. Which one tells how old the value is?',
        'Keep both. vballot and vval change only when the acceptor votes.',
        'Lamport 2001, section 2.2: a promise comes with the proposal with the highest number that the acceptor has accepted.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('a1', 'p1', { type: 'prepare', ballot: 1 })
    run.receive('a1', 'p1', { type: 'accept', ballot: 1, value: 'A' })
    const seen = [reported(run, 'a1', 4), reported(run, 'a1', 6)]
    run.receive('a1', 'p2', { type: 'accept', ballot: 6, value: 'B' })
    seen.push(reported(run, 'a1', 9))
    const right = [
      [1, 'A'],
      [1, 'A'],
      [6, 'B'],
    ]
    seen.forEach((report, i) => {
      const [ballot, value] = right[i]!
      if (report[0] !== ballot || report[1] !== value)
        run.fail(`a1 voted for ${value} in ballot ${ballot}, and reports ${report[1]} in ballot ${report[0]}`)
    })
  })

  test('takes part in nothing below its promise', {
    meta: {
      rung: 1,
      points: 2,
      section: TWO_PHASES,
      expected:
        'a1 has promised ballot 5: asked to prepare 3 it promises nothing, asked to accept in 3 or in 4 it does not vote; in 5 it does',
      why: 'the proposer of ballot 5 has counted on it: what a lower ballot could still choose, it has not looked at',
      hints: [
        'What exactly was promised?',
        'Compare with the highest ballot promised, and never let that go down.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('a1', 'p2', { type: 'prepare', ballot: 5 })
    const low = [
      { type: 'accept', ballot: 4, value: 'A' },
      { type: 'prepare', ballot: 3 },
      { type: 'accept', ballot: 3, value: 'A' },
      { type: 'accept', ballot: 4, value: 'A' },
    ]
    for (const body of low) {
      const said = answersTo(run, 'a1', 'p1', body)
      if (said.some(({ type }) => type === 'promise'))
        run.fail(`a1 has promised ballot 5, and then promised ballot ${body.ballot}`)
      if (said.some(({ type }) => type === 'accepted'))
        run.fail(`a1 has promised ballot 5, and then voted in ballot ${body.ballot}`)
    }
    const said = answersTo(run, 'a1', 'p2', { type: 'accept', ballot: 5, value: 'B' })
    if (!said.some(({ type }) => type === 'accepted'))
      run.fail('a1 has promised ballot 5, and does not vote in it')
  })

  test('votes in a ballot that it was not asked to promise', {
    meta: {
      rung: 1,
      points: 1,
      section: MEMORY,
      expected:
        'a1 has promised ballot 2, has missed the prepare of ballot 5, and is asked to accept A in it: it votes; asked to prepare ballot 4 after that, it promises nothing',
      why: 'two of three promised, and one of them died: the third can make the majority. And a vote binds like a promise',
      hints: [
        'Does the proposer need a promise from every acceptor that votes?',
        'A vote is allowed in any ballot that is not below the promise, and raises the promise to it.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('a1', 'p2', { type: 'prepare', ballot: 2 })
    const said = answersTo(run, 'a1', 'p1', { type: 'accept', ballot: 5, value: 'A' })
    if (!said.some(({ type }) => type === 'accepted'))
      run.fail('a1 was asked to vote in ballot 5, had promised nothing above 2, and did not')
    const low = answersTo(run, 'a1', 'p2', { type: 'prepare', ballot: 4 })
    if (low.some(({ type }) => type === 'promise'))
      run.fail('a1 has voted in ballot 5, and promised ballot 4')
    const lower = answersTo(run, 'a1', 'p2', { type: 'accept', ballot: 4, value: 'B' })
    if (lower.some(({ type }) => type === 'accepted'))
      run.fail('a1 has voted in ballot 5, and then in ballot 4')
  })
})

/** Every order of a few things. */
function* orders<T>(all: readonly T[]): Generator<readonly T[]> {
  if (all.length === 0) yield []
  for (const [i, first] of all.entries())
    for (const rest of orders([...all.slice(0, i), ...all.slice(i + 1)])) yield [first, ...rest]
}

/** p1 wants A, of five acceptors, and has come to a ballot with room for others below it. */
function high(): { run: HandRun; ballot: number } {
  const run = begun({ acceptors: 5, properties: ['Agreement', 'Integrity'] })
  return { run, ballot: outbid(run, 'p1', 11) }
}

/** p1 has lost power: it comes back, is asked again, and begins no ballot that it had begun before, in three tries. */
function expectNewBallot(run: HandRun): void {
  const before = ballots(run, 'p1')
  const sent = run.sent.length
  asked(run.restart('p1'), 'p1', 'B', 'bob')
  for (let i = 0; i < 3; i++) {
    const begun = run.sent.slice(sent).filter(({ from, body }) => from === 'p1' && body.type === 'prepare')
    if (begun.length === 0) run.fail('p1 is back and was asked, and has begun no ballot')
    const again = begun.find(({ body }) => before.includes(Number(body['ballot'])))
    if (again !== undefined)
      run.fail(`p1 began ballot ${String(again.body['ballot'])} before it lost power, and begins it again`)
    run.deliverAll({ type: 'promise' }).drop({ type: 'promise' })
    outbid(run, 'p1', Number(begun.at(-1)!.body['ballot']))
  }
}

describe('one scenario', () => {
  test('has a value chosen', {
    meta: {
      rung: 2,
      points: 1,
      section: TWO_PHASES,
      reference: {
        messages: 17,
        syncs: 7,
        how: 'a prepare, a promise and an accept for each of three acceptors, whose votes go to two proposers each, and the two of the client; p1 forces its ballot, and each acceptor its promise and its vote',
      },
      expected:
        'ann asks p1 for A, and nothing goes wrong: p1 announces that A is decided, and ann is told so',
      why: 'without faults and without a rival there is no reason for anything else',
      hints: [
        'What has to be true when the last promise of a majority arrives? And the last vote?',
        'A majority of promises: accept. A majority of accepted: announce, and answer the client.',
      ],
    },
  }, () => {
    const run = asked(byHand(cluster()), 'p1', 'A', 'ann').deliverAll()
    expect(run).toAnnounce({ node: 'p1', type: 'decide', value: 'A' })
    expect(run).toSend({ from: 'p1', to: 'ann', type: 'propose_ok', value: 'A' })
  })

  test('asks for votes when a majority has promised, and not before', {
    meta: {
      rung: 2,
      points: 2,
      section: TWO_PHASES,
      expected:
        'of four and of five acceptors: with two promises p1 asks nobody to accept, with three it asks all of them to accept A',
      why: 'any two majorities share an acceptor: it is the one that tells of an earlier vote',
      hints: ['How many are a majority of four?', 'More than half of ctx.peers.length, whatever that is.'],
    },
  }, () => {
    for (const acceptors of [4, 5]) {
      const run = begun({ acceptors })
      const ballot = ballotOf(run)
      for (const name of ['a2', 'a3']) tell(run, name, ballot, null)
      expectNoAccept(
        run,
        ballot,
        `two of ${acceptors} acceptors have promised: the others could choose without them`,
      )
      tell(run, 'a4', ballot, null)
      if (acceptedValue(run, ballot) !== 'A')
        run.fail('nobody has voted, and p1 does not ask for its own value')
    }
  })

  test('tries again, with a higher ballot', {
    meta: {
      rung: 2,
      points: 2,
      section: DUEL,
      expected:
        'no acceptor can be reached for 10 s: in any 3 s of them p1 begins a ballot, each above the ones before; when they are back, A is decided',
      why: 'a message is lost, or another proposer has outbid this one: who waits for ever decides nothing',
      hints: [
        'Who notices that nothing happens?',
        'A timer, armed with every ballot that is begun: ctx.arm("retry", [least, most]).',
      ],
    },
  }, () => {
    const run = begun().cut(['p1', 'p2'], ['a1', 'a2', 'a3'])
    for (let i = 0; i < 3; i++) {
      const before = ballots(run, 'p1').length
      run.wait(3100)
      if (ballots(run, 'p1').length === before)
        run.fail('for 3 s no acceptor answered, and p1 began no new ballot')
    }
    const all = ballots(run, 'p1')
    const low = all.findIndex((ballot, i) => i > 0 && ballot <= all[i - 1]!)
    if (low >= 0) run.fail(`p1 began ballot ${all[low - 1]}, and after it ballot ${all[low]}`)
    run.drop({}).heal().wait(10_000)
    expect(run).toAnnounce({ node: 'p1', type: 'decide', value: 'A' })
  })

  test('takes its own value only if none of the majority has voted', {
    meta: {
      rung: 2,
      points: 2,
      section: VALUE_RULE,
      expected:
        'p1 wants A, and of the three acceptors that promise one has voted for B: whichever of them answers first, p1 asks for votes for B',
      why: 'B may be chosen already: the two acceptors that did not answer may have voted for it as well',
      hints: [
        'One vote of three. What do you know of the two acceptors that have not answered?',
        'Nothing. So a single vote is enough to be bound: propose its value, not your own.',
      ],
    },
  }, () => {
    for (const order of orders(['a1', 'a3', 'a4'])) {
      const { run, ballot } = high()
      for (const name of order) tell(run, name, ballot, name === 'a3' ? [ballot - 1, 'B'] : null)
      const value = acceptedValue(run, ballot)
      if (value !== 'B') run.fail(`a3 had voted for B, and p1 asks for votes for ${String(value)}`)
    }
  })

  test('takes the value of the highest ballot that was voted in', {
    meta: {
      rung: 2,
      points: 3,
      section: VALUE_RULE,
      expected:
        'three acceptors report votes of three ballots, in every order of their answers and with every assignment of values: p1 asks for votes for the value of the highest ballot',
      why: 'if a value was chosen in some ballot, every ballot above it proposed that same value: so the highest one has it',
      hints: [
        'Which of the reports can be of a value that is chosen, and which only of one that was left behind?',
        'Compare vballot. The values themselves, how often they come and who comes first say nothing.',
        'Lamport 2001, section 2.2, P2c: the value of the highest-numbered proposal among those accepted.',
      ],
    },
  }, () => {
    const cases = [
      ['X', 'Y', 'Z'],
      ['Z', 'Y', 'X'],
      ['X', 'X', 'Y'],
      ['Y', 'Y', 'X'],
    ]
    for (const values of cases)
      for (const order of orders([0, 1, 2])) {
        const { run, ballot } = high()
        for (const i of order) tell(run, `a${i + 2}`, ballot, [9 + i, values[i]!])
        const value = acceptedValue(run, ballot)
        if (value !== values[2])
          run.fail(`${values[2]} was voted for in ballot 11, and p1 asks for votes for ${String(value)}`)
      }
  })

  test('decides when a majority has voted in one ballot', {
    meta: {
      rung: 2,
      points: 2,
      section: TWO_PHASES,
      expected:
        'of five acceptors two have voted for A in the ballot of p1, and one in a lower ballot: p1 announces nothing; when a third votes in the same ballot as the two, p1 decides A. And of four, two are not enough',
      why: 'votes of different ballots do not add up: a ballot between them may have chosen something else',
      hints: [
        'Three acceptors have said A. In the same ballot?',
        'Count votes by ballot. A majority in one ballot, and then it is chosen.',
      ],
    },
  }, () => {
    const { run, ballot } = high()
    for (const name of ['a2', 'a3', 'a4']) tell(run, name, ballot, [ballot - 1, 'A'])
    voted(voted(voted(run, 'a1', ballot - 1, 'A'), 'a2', ballot, 'A'), 'a3', ballot, 'A')
    expectUndecided(run, 'in no ballot have more than two of five acceptors voted')
    voted(run, 'a4', ballot, 'A')
    expect(run).toAnnounce({ node: 'p1', type: 'decide', value: 'A' })
    const four = begun({ acceptors: 4 })
    const own = ballotOf(four)
    for (const name of ['a1', 'a2', 'a3']) tell(four, name, own, null)
    voted(voted(four, 'a1', own, 'A'), 'a2', own, 'A')
    expectUndecided(four, 'two of four acceptors are no majority: the two others could choose something else')
  })

  test('counts acceptors, not messages', {
    meta: {
      rung: 2,
      points: 1,
      section: TWO_PHASES,
      expected:
        'the promise of a1 comes twice, and of five only one other promises: p1 asks nobody to accept. The vote of a1 comes twice, and only one other votes: p1 announces nothing',
      why: 'a copy of a promise is no second promise',
      hints: ['What do you count when an answer arrives?', 'Keep who has answered, by name.'],
    },
  }, () => {
    const run = begun({ acceptors: 5 })
    const ballot = ballotOf(run)
    for (const name of ['a1', 'a1', 'a2']) tell(run, name, ballot, null)
    expectNoAccept(run, ballot, 'only a1 and a2 have promised')
    for (const name of ['a1', 'a1', 'a2']) voted(run, name, ballot, 'A')
    expectUndecided(run, 'only a1 and a2 have voted')
  })

  test('asks for one value in a ballot', {
    meta: {
      rung: 2,
      points: 1,
      section: NUMBERS,
      expected:
        'two of three promise and have not voted, p1 asks for votes for A; then the third promise comes, with a vote for B: p1 asks nobody for votes for B in this ballot',
      why: 'a ballot stands for one value: with two of them in one ballot two majorities can vote for different ones',
      hints: [
        'What does a promise change that comes when the accept has left?',
        'Nothing. Note that the accept has left.',
      ],
    },
  }, () => {
    const run = begun()
    const ballot = outbid(run, 'p1', 3)
    for (const name of ['a1', 'a2']) tell(run, name, ballot, null)
    tell(run, 'a3', ballot, [ballot - 1, 'B'])
    const values = run.sent
      .filter(({ from, body }) => from === 'p1' && body.type === 'accept' && body['ballot'] === ballot)
      .map(({ body }) => body['value'])
    if (new Set(values).size > 1) run.fail(`in ballot ${ballot} p1 asked for votes for A, and then for B`)
  })

  test('an answer to an old ballot counts for nothing', {
    meta: {
      rung: 2,
      points: 1,
      section: TWO_PHASES,
      expected:
        'p1 has begun a second ballot; of three, a1 promised the first one only and a2 the second: p1 asks nobody to accept',
      why: 'who has promised the first ballot may still vote in one between the two',
      hints: [
        'Which ballot is this promise for?',
        'Compare message.body.ballot with the ballot in progress, and begin each ballot with nobody.',
      ],
    },
  }, () => {
    for (const late of [false, true]) {
      const run = begun()
      const first = ballotOf(run)
      if (!late) tell(run, 'a1', first, null)
      const second = outbid(run, 'p1', first)
      if (late) tell(run, 'a1', first, null)
      tell(run, 'a2', second, null)
      expectNoAccept(run, second, `a1 has not promised ballot ${second}, only ${first}`)
    }
  })

  test('no two ballots have one number', {
    meta: {
      rung: 2,
      points: 2,
      section: NUMBERS,
      expected: 'p1, p2 and p3 try five times each: fifteen numbers, no two of them the same',
      why: 'two proposers in one ballot ask for two values, and a majority may vote for each',
      hints: [
        'What do you know that the other proposers do not have?',
        'ctx.config: rank tells them apart. attempt * proposers + rank is never the same for two.',
      ],
    },
  }, () => {
    const run = byHand(cluster({ proposers: 3 })).cut(['p1', 'p2', 'p3'], ['a1', 'a2', 'a3'])
    const seen = new Map<number, string>()
    for (const [i, proposer] of ['p1', 'p2', 'p3'].entries()) {
      asked(run, proposer, 'ABC'[i]!)
      while (ballots(run, proposer).length < 5) outbid(run, proposer, ballotOf(run, proposer))
      for (const ballot of ballots(run, proposer)) {
        const before = seen.get(ballot)
        if (before !== undefined) run.fail(`${before} and ${proposer} have both begun ballot ${ballot}`)
        seen.set(ballot, proposer)
      }
    }
  })

  test('a ballot that was used is never used again', {
    meta: {
      rung: 2,
      points: 2,
      section: NUMBERS,
      expected:
        'p1 loses power at any point of the step in which it begins a ballot, or later, when acceptors that have promised a higher one have answered or kept silent; it comes back and is asked again: it begins other ballots than any before',
      why: 'promises for the ballot before the crash may still be on their way: they would count for the new one',
      hints: [
        'What is left of the number after a crash?',
        'Write it and sync before the first prepare leaves; start(ctx), or the next attempt, reads it.',
      ],
    },
  }, () => {
    for (let after = 0; after < 9; after++) {
      const run = byHand(cluster()).request('p1', { type: 'propose', value: 'A' }, 'ann')
      expectNewBallot(run.crashDuring({ to: 'p1', type: 'propose' }, after))
    }
    for (const high of [5, 50])
      for (let tries = 0; tries < 4; tries++) {
        const run = byHand(cluster())
        for (const to of ['a1', 'a2', 'a3']) run.receive(to, 'p2', { type: 'prepare', ballot: high })
        asked(run.drop({ from: 'p2' }).drop({ to: 'p2' }), 'p1', 'A', 'ann')
        for (let i = 0; i < tries; i++) {
          run.deliverAll({ type: 'promise' }).drop({ type: 'promise' })
          outbid(run, 'p1', ballotOf(run))
        }
        expectNewBallot(run.crash('p1').drop({ from: 'p1' }))
      }
  })

  test('a promise survives a loss of power', {
    meta: {
      rung: 2,
      points: 2,
      section: MEMORY,
      expected:
        'a1 promises ballot 5, and loses power at any point of that step or after it: back again, if the promise was sent, it does not vote in ballot 4',
      why: 'the proposer of ballot 5 counts on a promise that nobody remembers',
      hints: [
        'What is left of memory after a crash?',
        'Write the promise to the disk and sync before it is sent; read it in start(ctx).',
      ],
    },
  }, () => {
    reported(byHand(cluster()), 'a1', 5)
    for (let after = 0; after < 7; after++) {
      const run = byHand(cluster()).request('a1', { type: 'prepare', ballot: 5 }, 'p2')
      run.crashDuring({ to: 'a1', type: 'prepare' }, after).restart('a1')
      if (!run.sent.some(({ body }) => body.type === 'promise')) continue
      const said = answersTo(run, 'a1', 'p1', { type: 'accept', ballot: 4, value: 'A' })
      if (said.some(({ type }) => type === 'accepted'))
        run.fail('a1 had promised ballot 5, lost power, and then voted in ballot 4')
    }
  })

  test('a vote survives a loss of power', {
    meta: {
      rung: 2,
      points: 2,
      section: MEMORY,
      expected:
        'a1 votes for A in ballot 3, and loses power at any point of that step or after it: back again, if anybody was told, it does not vote in ballot 2, and reports A in ballot 3, after one more crash as well',
      why: 'A may be chosen by that vote: if it is forgotten, another value is chosen as well',
      hints: [
        'Who may have counted the vote already when the power goes?',
        'Write vballot and vval, sync, and only then tell. A promise that comes later must not wipe the vote from the disk.',
      ],
    },
  }, () => {
    const calm = byHand(cluster()).receive('a1', 'p1', { type: 'accept', ballot: 3, value: 'A' })
    expect(calm).toSend({ from: 'a1', type: 'accepted', ballot: 3, value: 'A' })
    for (let after = 0; after < 8; after++) {
      const run = byHand(cluster()).request('a1', { type: 'accept', ballot: 3, value: 'A' }, 'p1')
      run.crashDuring({ to: 'a1', type: 'accept' }, after).restart('a1')
      if (!run.sent.some(({ body }) => body.type === 'accepted')) continue
      const low = answersTo(run, 'a1', 'p2', { type: 'accept', ballot: 2, value: 'B' })
      if (low.some(({ type }) => type === 'accepted'))
        run.fail('a1 had voted in ballot 3, lost power, and then voted in ballot 2')
      for (const ballot of [6, 8]) {
        const [vballot, vval] = reported(run, 'a1', ballot)
        if (vballot !== 3 || vval !== 'A')
          run.fail(`a1 had voted for A in ballot 3, lost power, and reports ${vval} in ballot ${vballot}`)
        run.crash('a1').restart('a1')
      }
    }
  })

  test('finishes what another one has begun', {
    meta: {
      rung: 2,
      points: 2,
      section: VALUE_RULE,
      expected:
        'two of three have voted for the A of p1, which loses power before it hears of that; bob asks p2 for B: A is decided, and bob is told A',
      why: 'A is chosen, though nobody knows it: whoever comes next has to find it and make it known',
      hints: [
        'What do the acceptors tell p2?',
        'That they have voted for A. p2 asks for votes for A, in its own ballot, and tells bob what was chosen.',
      ],
    },
  }, () => {
    const run = promised(begun(), 'p1', ['a1', 'a2'])
    for (const to of ['a1', 'a2']) run.deliver({ from: 'p1', to, type: 'accept' })
    run.drop({ type: 'accepted' }).crash('p1').drop({ from: 'p1' })
    asked(run, 'p2', 'B', 'bob').wait(20_000)
    expect(run).toAnnounce({ node: 'p2', type: 'decide', value: 'A' })
    expect(run).toSend({ from: 'p2', to: 'bob', type: 'propose_ok', value: 'A' })
  })

  test('answers every client with what was chosen', {
    meta: {
      rung: 2,
      points: 1,
      section: TWO_PHASES,
      expected:
        'ann and bob ask p1 for A and B at the same time, carl asks p2 for C later, and dora p1 for D: all four are told A',
      why: 'a client wants to know what was chosen, not whether it was its own value',
      hints: [
        'Whom does a proposer owe an answer?',
        'Keep all who ask. Who asks after the decision is answered at once, with what was decided.',
      ],
    },
  }, () => {
    const run = asked(asked(byHand(cluster()), 'p1', 'A', 'ann'), 'p1', 'B', 'bob').wait(10_000)
    asked(run, 'p2', 'C', 'carl').wait(10_000)
    asked(run, 'p1', 'D', 'dora').wait(10_000)
    for (const [client, proposer] of [
      ['ann', 'p1'],
      ['bob', 'p1'],
      ['carl', 'p2'],
      ['dora', 'p1'],
    ] as const)
      if (!run.sent.some(({ to, body }) => to === client && body.type === 'propose_ok'))
        run.fail(`${client} asked ${proposer}, and was never told what was chosen`)
  })

  test('rests when it has decided', {
    meta: {
      rung: 2,
      points: 1,
      section: TWO_PHASES,
      expected:
        'ann asks p1 and is answered, then bob asks p2 and is answered: in the 10 s after that no proposer begins a ballot',
      why: 'what is chosen stays chosen: ballots after that only cost messages, for ever',
      hints: [
        'What is still armed when the decision is known?',
        'ctx.disarm the timer, and begin no ballot for a client that you have just answered.',
      ],
    },
  }, () => {
    const run = asked(byHand(cluster()), 'p1', 'A', 'ann').wait(5000)
    asked(run, 'p2', 'B', 'bob').wait(10_000)
    for (const client of ['ann', 'bob'])
      if (!run.sent.some(({ to }) => to === client)) run.fail(`${client} was never told what was chosen`)
    const before = run.sent.filter(({ body }) => body.type === 'prepare').length
    run.wait(10_000)
    const later = run.sent.filter(({ body }) => body.type === 'prepare')[before]
    if (later !== undefined)
      run.fail(`all had been answered, and ${later.from} began ballot ${String(later.body['ballot'])}`)
  })
})

const FAULTS_END_MS = 1500
const FAULTS = ['loss', 'duplication', 'crashes', 'lost writes', 'partitions']

describe('chaos', () => {
  test('one value, and an answer for everybody in the end', {
    meta: {
      rung: 3,
      points: 3,
      section: DUEL,
      expected:
        'in 80 random runs with three proposers, three or five acceptors, loss, copies, crashes and partitions nobody decides differently; whoever asks when all is back is answered within 20 s, though others ask at the same moment',
      why: 'every promise, every vote and every number has to hold at each place where power can go; and proposers that outbid each other must come to an end',
      hints: [
        'The story ends with two decisions: which acceptor is in both majorities, and what did it say to each?',
        'Nobody is ever answered? Then look how long your proposer waits: a ballot takes four messages of up to 40 ms. And two that wait for the same time meet again and again: draw the time from a range.',
      ],
    },
  }, () => {
    expect(
      simulated(
        (n) =>
          cluster({
            proposers: 3,
            acceptors: n % 2 === 0 ? 3 : 5,
            properties: [...SAFETY, 'Answered'],
            delayMs: [1, 40],
          }),
        {
          runs: 80,
          run: (n) => ({
            untilMs: FAULTS_END_MS + 21_000,
            maxSteps: 20_000,
            faults: {
              untilMs: FAULTS_END_MS,
              sparesClients: true,
              loss: n % 4 === 0 ? 0 : 0.15,
              duplicate: 0.15,
              crashInside: n % 2 === 0 ? 0.1 : 0,
              crashes: n % 3,
              downMs: 300,
              partitions: n % 4 === 0 ? 1 : 0,
              partitionMs: 500,
            },
            requests: ['p1', 'p2', 'p3'].flatMap((to, i) => [
              { atMs: 1 + 5 * i * (n % 3), client: `c${i}`, to, body: { type: 'propose', value: 'ABC'[i]! } },
              {
                atMs: FAULTS_END_MS + 500,
                client: `${LATE}${i}`,
                to,
                body: { type: 'propose', value: 'DEF'[i]! },
              },
            ]),
          }),
          faults: FAULTS,
          sometimes: { type: 'decide' },
        },
      ),
    ).toHold()
  })
})

/** Two ballots: p1 has promises of a1 and a2, and the vote of a1; its accept is on its way to a2, and p2 asks a2 and a3 to prepare. */
function twoBallots(): HandRun {
  const run = asked(byHand(cluster({ properties: ['Agreement'] })), 'p1', 'A')
  const first = ballotOf(run)
  asked(run, 'p2', 'B')
  outbid(run, 'p2', first)
  promised(run, 'p1', ['a1', 'a2']).deliver({ from: 'p1', to: 'a1', type: 'accept' })
  return run.drop({ from: 'p1', to: 'a3' }).drop({ to: 'a1' }).drop({ from: 'a1', to: 'p2' })
}

/**
 * Three ballots: in the lowest, a1 has voted for W; in the second, a2 has voted for E and a3 is asked to, on promises of
 * these two; and p1 asks a1 and a2 to prepare a third. `sees`: a1 has promised the second ballot as well.
 */
function threeBallots(sees: boolean): HandRun {
  const run = promised(asked(byHand(cluster({ properties: ['Agreement'] })), 'p1', 'W'), 'p1', ['a1', 'a2'])
  const first = ballotOf(run)
  run.deliver({ from: 'p1', to: 'a1', type: 'accept', ballot: first }).drop({})
  asked(run, 'p2', 'E')
  const second = outbid(run, 'p2', first)
  if (sees) run.deliver({ from: 'p2', to: 'a1', type: 'prepare', ballot: second }).drop({ from: 'a1' })
  promised(run, 'p2', ['a2', 'a3']).deliver({ from: 'p2', to: 'a2', type: 'accept', ballot: second })
  run.drop({ from: 'p2', to: 'a1' }).drop({ from: 'a2', to: 'p1' })
  outbid(run, 'p1', second)
  return run.drop({ from: 'p1', to: 'a3' })
}

describe('every schedule', () => {
  test('agrees in every schedule of two ballots, and of three', {
    meta: {
      rung: 4,
      points: 3,
      section: VALUE_RULE,
      expected:
        'a1 has voted for A, and p2 begins a higher ballot with a2 and a3; and three ballots, of which the lowest has left one vote for W behind and the second is about to choose E: in every order of what comes then, in the first case with a crash of a2 at any point, nobody decides differently',
      why: 'some wrong rules agree in every schedule of two ballots, and break with the third',
      hints: [
        'Walk the story: which value was chosen first, and in which ballot? What did the next proposer hear of it?',
        'In the story of three ballots two acceptors report different votes. Which of the two is the newer one?',
      ],
    },
  }, () => {
    expect(
      explored(twoBallots(), { budgets: { timeouts: 0, crashes: 1, mayCrash: ['a2'] }, maxWorlds: 500_000 }),
    ).toHold()
    for (const sees of [false, true])
      expect(explored(threeBallots(sees), { budgets: { timeouts: 0 }, maxWorlds: 500_000 })).toHold()
  })
})
