/** The hidden checks of Raft's election, in the order of the ladder. */
import { explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import {
  aloneUp,
  ask,
  candidacies,
  candidacy,
  cluster,
  ELECTION_MS,
  electedTerms,
  fresh,
  HEARTBEAT_MS,
  mayLead,
  protocol,
  standing,
  unheard,
  vote,
} from './cluster.ts'

scenariosOn(() => [protocol()])

const TERMS = 'One vote, and on the disk'
const SPLIT = 'Who stands first'
const LOGS = 'Not everybody may lead'
const BEATS = 'In time'

describe('one message', () => {
  test('stands for election when it hears nobody', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Terms',
      expected:
        'n1 of five, whose log ends at entry 7 of term 3, hears nobody: it asks the four others for their votes, in term 1, and says where its log ends',
      why: 'somebody has to begin, and whoever is asked must be able to compare the logs',
      hints: [
        'What happens at a server to which no leader speaks?',
        'When the timer fires: currentTerm + 1, the own vote, and RequestVote to all in ctx.peers.',
      ],
    },
  }, () => {
    const last = { lastLogTerm: 3, lastLogIndex: 7 }
    const run = standing({ servers: 5, logs: { n1: last } })
    for (const to of ['n2', 'n3', 'n4', 'n5'])
      expect(run).toSend({ from: 'n1', to, type: 'RequestVote', term: 1, ...last })
  })

  test('gives its vote, in the term of the request', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Terms',
      expected: 'n2, which is new, is asked for a vote in term 4, and answers voteGranted true, term 4',
      why: 'a term that is later than the own one is the current one from then on, and nobody has had this vote yet',
      hints: [
        'What does a server know of a term that it has never heard of?',
        'A later term: take it over, forget votedFor. Then judge the request.',
      ],
    },
  }, () => {
    const run = fresh()
    ask(run, 'n2', 'n1', 4)
    expect(run).toSend({ from: 'n2', to: 'n1', type: 'RequestVoteResult', term: 4, voteGranted: true })
  })

  test('refuses the past, and says which term it is', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Terms',
      expected: 'n2 has voted in term 4; n3 asks for a vote in term 3: voteGranted false, term 4',
      why: 'who is behind learns of the later term by the answer; silence would leave it behind',
      hints: [
        'What does n3 need to know in order to stop?',
        'The answer carries the own currentTerm, whatever the answer is.',
      ],
    },
  }, () => {
    const run = fresh()
    ask(run, 'n2', 'n1', 4)
    ask(run, 'n2', 'n3', 3)
    expect(run).toSend({ from: 'n2', to: 'n3', type: 'RequestVoteResult', term: 4, voteGranted: false })
  })

  test('gives one vote in each term', {
    meta: {
      rung: 1,
      points: 1,
      section: TERMS,
      expected:
        'n2 has voted for n1 in term 4: n3 is refused in term 4, n1 may ask again and has the vote, and in term 5 n3 is free to have it; n3 leads term 5 and is heard, and in term 6 n1 has the vote',
      why: 'two majorities share a server: if that one votes once, there is one leader in a term',
      hints: [
        'For whom is the vote of this term, and what if the same candidate asks twice?',
        'votedFor is null, or it is this very candidate. Who led an earlier term does not matter.',
      ],
    },
  }, () => {
    const run = fresh()
    const given = [
      ask(run, 'n2', 'n1', 4),
      ask(run, 'n2', 'n3', 4),
      ask(run, 'n2', 'n1', 4),
      ask(run, 'n2', 'n3', 5),
      ask(run.receive('n2', 'n3', { type: 'AppendEntries', term: 5 }), 'n2', 'n1', 6),
    ]
    expectVotes(run, given, [true, false, true, true, true])
  })

  test('votes for a log that is at least as up to date', {
    meta: {
      rung: 1,
      points: 1,
      section: LOGS,
      expected:
        "n2's log ends at entry 3 of term 2: it votes for logs that end at 3 or 4 of term 2, or at 1 of term 3; not for 2 of term 2, 9 of term 1 or none",
      why: 'what was committed is on a majority, and a leader that does not have it would overwrite it',
      hints: [
        'Which of two logs is the newer one: the longer one, or the one with the later last term?',
        'The later last term wins; with equal terms, the longer log. Equal is enough.',
        'Ongaro and Ousterhout 2014, section 5.4.1.',
      ],
    },
  }, () => {
    const run = fresh({ logs: { n2: { lastLogTerm: 2, lastLogIndex: 3 } } })
    const ends = [
      [2, 3],
      [2, 4],
      [3, 1],
      [2, 2],
      [1, 9],
      [0, 0],
    ] as const
    const given = ends.map(([lastLogTerm, lastLogIndex], i) =>
      ask(run, 'n2', 'n1', 4 + i, { lastLogTerm, lastLogIndex }),
    )
    expectVotes(run, given, [true, true, true, false, false, false])
  })

  test('a later term is a later term, also without a vote', {
    meta: {
      rung: 1,
      points: 1,
      section: LOGS,
      expected:
        "n2's log ends at entry 3 of term 2; n1 with an empty log asks in term 6: no vote, but term 6. Then n3 asks in term 6, with a log like n2's, and gets the vote",
      why: 'terms are how servers notice that they are behind; a refused vote is still there for somebody else',
      hints: [
        'Two questions: which term is it, and who gets the vote? Does the answer to one depend on the other?',
        'Take the later term over before you look at the log.',
      ],
    },
  }, () => {
    const run = fresh({ logs: { n2: { lastLogTerm: 2, lastLogIndex: 3 } } })
    ask(run, 'n2', 'n1', 6)
    expect(run).toSend({ from: 'n2', to: 'n1', type: 'RequestVoteResult', term: 6, voteGranted: false })
    const given = [ask(run, 'n2', 'n3', 6, { lastLogTerm: 2, lastLogIndex: 3 })]
    expectVotes(run, given, [true])
  })

  test('answers a leader, with its own term', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Terms',
      expected:
        'n2 hears AppendEntries of term 3 and answers with term 3; then one of term 2, and answers with term 3',
      why: 'a leader of the past keeps on leading until somebody tells it',
      hints: [
        'Who is deposed and does not know it: how does it learn?',
        'Every AppendEntries is answered: AppendEntriesResult with the own currentTerm.',
      ],
    },
  }, () => {
    const run = fresh()
    for (const [leader, term] of [
      ['n1', 3],
      ['n3', 2],
    ] as const) {
      run.receive('n2', leader, { type: 'AppendEntries', term })
      expect(run).toSend({ from: 'n2', to: leader, type: 'AppendEntriesResult', term: 3 })
    }
  })
})

/** The votes that were asked for one after the other were given like this. */
function expectVotes(run: HandRun, given: readonly boolean[], expected: readonly boolean[]): void {
  const words = (list: readonly boolean[]) => list.map((yes) => (yes ? 'yes' : 'no')).join(', ')
  if (words(given) !== words(expected))
    run.fail(`n2 was asked for its vote and said ${words(given)}; it should be ${words(expected)}`)
}

describe('one scenario', () => {
  test('waits as long as it is told, and not always equally long', {
    meta: {
      rung: 2,
      points: 2,
      section: SPLIT,
      expected:
        'with electionMs 1000 no server stands before 1 s, and each has by 2 s; one that hears nobody stands after another while each time',
      why: 'servers that always wait equally long stand at the same moment for ever; one that draws once can meet its equal',
      hints: [
        'Where does the delay come from, and how often is it drawn?',
        'ctx.arm("election", [electionMs, 2 * electionMs]) lets the world draw; arm it anew at each candidacy.',
        'Ongaro and Ousterhout 2014, section 5.2: each candidate restarts its randomized election timeout at the start of an election.',
      ],
    },
  }, () => {
    const run = fresh({ servers: 5, electionMs: 1000 })
    run.cut(['n1'], ['n2'], ['n3'], ['n4'], ['n5']).wait(12_000)
    for (const node of run.model.cluster.names) {
      const times = candidacies(run, node)
      const waits = times.map((at, i) => Math.round(at - (times[i - 1] ?? 0)))
      const odd = waits.find((ms) => ms < 1000 || ms > 2000)
      if (odd !== undefined) run.fail(`${node} waited ${odd} ms, and should wait 1000 to 2000 ms`)
      if (times.length < 6)
        run.fail(`in 12 s ${node} stood ${times.length} times: a candidate that is not elected stands again`)
      if (new Set(waits).size < 4)
        run.fail(`${node} waited ${waits.slice(0, 4).join(', ')} ... ms: always the same`)
    }
  })

  test('leads when a majority has voted for it', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Terms',
      reference: {
        messages: 12,
        syncs: 1,
        how: 'n1 asks four others, four votes arrive, and one round of AppendEntries goes out; one forced write keeps the new term and the vote of n1 for itself',
      },
      expected:
        'n1 of five stands; with the vote of n2 it does not lead yet, with that of n3 it announces elected, and all four hear AppendEntries at once',
      why: 'three of five is a majority, with its own vote; and who does not hear of it stands too',
      hints: [
        'How many of five are a majority, and whose vote does a candidate have from the beginning?',
        'Announce elected once, then broadcast AppendEntries without waiting for a timer.',
      ],
    },
  }, () => {
    const run = vote(standing({ servers: 5 }), 'n1', 'n2')
    expect(run).not.toAnnounce({ type: 'elected' })
    vote(run, 'n1', 'n3')
    expect(run).toAnnounce({ node: 'n1', type: 'elected', term: 1 })
    for (const to of ['n2', 'n3', 'n4', 'n5'])
      expect(run).toSend({ from: 'n1', to, type: 'AppendEntries', term: 1 })
    vote(vote(run, 'n1', 'n4'), 'n1', 'n5')
    if (electedTerms(run).length > 1)
      run.fail('n1 leads, two more votes arrived, and it announced that it was elected once more')
  })

  test('half is not a majority', {
    meta: {
      rung: 2,
      points: 1,
      section: TERMS,
      expected: 'n1 of four stands and has the vote of n2: it is not elected; with that of n3 it is',
      why: 'the two others may have elected somebody too',
      hints: ['How many of four must it be so that two such groups always meet?', 'More than half.'],
    },
  }, () => {
    const run = vote(standing({ servers: 4 }), 'n1', 'n2')
    expect(run).not.toAnnounce({ type: 'elected' })
    expect(vote(run, 'n1', 'n3')).toAnnounce({ node: 'n1', type: 'elected', term: 1 })
  })

  test('counts servers, not messages, and only those that said yes', {
    meta: {
      rung: 2,
      points: 1,
      section: TERMS,
      expected:
        'of five, the vote of n2 arrives three times, n3 and n4 say no, and then n4 and n5 answer an AppendEntries, with the term of n1: n1 is not elected',
      why: 'a network copies messages; one server is one vote',
      hints: [
        'What do you count when an answer arrives?',
        'Keep who voted, by name. And look at voteGranted.',
      ],
    },
  }, () => {
    const run = standing({ servers: 5 })
    for (const _ of [1, 2, 3]) vote(run, 'n1', 'n2')
    for (const from of ['n3', 'n4'])
      run.receive('n1', from, { type: 'RequestVoteResult', term: 1, voteGranted: false })
    expect(run).not.toAnnounce({ type: 'elected' })
    for (const from of ['n4', 'n5']) run.receive('n1', from, { type: 'AppendEntriesResult', term: 1 })
    if (electedTerms(run).length > 0)
      run.fail('only n2 has voted for n1; n4 and n5 answered an AppendEntries, and n1 announced elected')
  })

  test('counts votes of this very term', {
    meta: {
      rung: 2,
      points: 1,
      section: TERMS,
      expected:
        'n1 stands in term 1, nobody answers in time, and it stands in term 2; then the votes for term 1 arrive: it is not elected',
      why: 'in term 2 those servers may have voted for somebody else by now',
      hints: [
        'What did n2 promise: its vote for n1, or its vote for n1 in term 1?',
        'Compare the term of the answer with currentTerm; and forget the old votes when you stand again.',
      ],
    },
  }, () => {
    const run = unheard(standing(), 'n1')
    for (const from of ['n2', 'n3']) vote(run, 'n1', from, 1)
    expect(run).not.toAnnounce({ node: 'n1', type: 'elected' })
    const again = vote(standing({ servers: 5 }), 'n1', 'n2')
    unheard(again, 'n1')
    vote(again, 'n1', 'n3')
    expect(again).not.toAnnounce({ node: 'n1', type: 'elected' })
  })

  test('votes for itself, and for nobody else', {
    meta: {
      rung: 2,
      points: 1,
      section: TERMS,
      expected: 'n1 stands in term 1; n2 asks for its vote in term 1, and is refused',
      why: 'a candidate counts its own vote, so it has given it',
      hints: ['Whose name is in votedFor of a candidate?', 'votedFor = ctx.self, and on the disk.'],
    },
  }, () => {
    const run = standing()
    if (ask(run, 'n1', 'n2', 1)) run.fail('n1 stands in term 1, and voted for n2 in term 1')
  })

  test('a single server elects itself', {
    meta: {
      rung: 2,
      points: 1,
      section: TERMS,
      expected:
        'a cluster of one: n1 is elected when its time is up, although nobody ever answers, and stays so',
      why: 'one of one is a majority',
      hints: ['When do you look whether it is a majority?', 'After your own vote too.'],
    },
  }, () => {
    const run = fresh({ servers: 1 }).wait(2 * ELECTION_MS)
    expect(run).toAnnounce({ node: 'n1', type: 'elected', term: 1 })
    run.wait(2000)
    if (electedTerms(run).length > 1) run.fail('n1 leads alone, and stood for election again')
  })

  test('only a log that a majority can follow', {
    meta: {
      rung: 2,
      points: 1,
      section: LOGS,
      expected:
        'the logs of Figure 7 end as n1 6/10, n2 6/9, n3 4/4, n4 6/11, n5 7/12, n6 4/7, n7 3/11 (term and index): each stands in turn; n1, n2, n4 and n5 can be elected, the others cannot',
      why: 'the long log of n7 is full of entries that nobody else has',
      hints: [
        'Which of the seven may vote for n7?',
        'Only those whose own last term is earlier, or the same with a log that is not longer.',
      ],
    },
  }, () => {
    const ends = [
      [6, 10],
      [6, 9],
      [4, 4],
      [6, 11],
      [7, 12],
      [4, 7],
      [3, 11],
    ] as const
    const logs = Object.fromEntries(
      ends.map(([lastLogTerm, lastLogIndex], i) => [`n${i + 1}`, { lastLogTerm, lastLogIndex }]),
    )
    for (const node of Object.keys(logs)) {
      const run = standing({ servers: 7, logs, node }).deliverAll({ type: 'AppendEntries' })
      const may = mayLead(node, Object.keys(logs), logs)
      if (may) expect(run).toAnnounce({ node, type: 'elected' })
      else expect(run).not.toAnnounce({ node, type: 'elected' })
    }
  })

  test('a leader is heard in time, and nobody else stands', {
    meta: {
      rung: 2,
      points: 1,
      section: BEATS,
      expected:
        'n1 is elected; in the next 2 s each follower hears it about every 50 ms, and nobody asks for votes; and n1 goes on when nobody answers',
      why: 'a follower that hears nothing for an election timeout begins a new term',
      hints: [
        'What puts the election off at a follower, and who sees to it that it comes again and again?',
        'AppendEntries arms the election timer anew; a timer of the leader sends it every heartbeatMs.',
      ],
    },
  }, () => {
    const run = standing().deliverAll()
    expect(run).toAnnounce({ node: 'n1', type: 'elected', term: 1 })
    run.wait(2000)
    for (const node of ['n1', 'n2', 'n3'])
      if (candidacy(run, node) > (node === 'n1' ? 1 : 0))
        run.fail(`${node} asked for votes in term ${candidacy(run, node)}, and there was a leader`)
    const beats = run.sent.filter((m) => m.to === 'n2' && m.body.type === 'AppendEntries').length
    const due = 2000 / HEARTBEAT_MS
    if (beats < due * 0.8 || beats > due * 1.5)
      run.fail(`in 2 s n2 was sent ${beats} AppendEntries; one each ${HEARTBEAT_MS} ms makes ${due}`)
    const before = aloneUp(run, 'n1').sent.length
    run.wait(4 * HEARTBEAT_MS)
    const toNobody = run.sent.slice(before).filter((m) => m.to === 'n2' && m.body.type === 'AppendEntries')
    if (toNobody.length < 3)
      run.fail(
        `n2 and n3 were down for 200 ms, and n1, which leads, sent n2 ${toNobody.length} AppendEntries`,
      )
  })

  test('a sign of the past puts nothing off', {
    meta: {
      rung: 2,
      points: 1,
      section: BEATS,
      expected:
        'n2 is in term 5; for 400 ms it hears only a leader of term 4, or candidates whose log is too old, be they of term 5 or of later ones: it stands for election all the same',
      why: 'a leader that was deposed, or a candidate that nobody may elect, could keep all others from standing for ever',
      hints: [
        'Which messages show that there is somebody worth waiting for?',
        'AppendEntries of the current term, and a request to which you gave your vote. Nothing else.',
      ],
    },
  }, () => {
    const logs = { n2: { lastLogTerm: 2, lastLogIndex: 3 } }
    const signs = [
      () => ({ type: 'AppendEntries', term: 4 }),
      () => ({ type: 'RequestVoteResult', term: 4, voteGranted: false }),
      () => ({ type: 'RequestVote', term: 5, lastLogTerm: 0, lastLogIndex: 0 }),
      (i: number) => ({ type: 'RequestVote', term: 6 + i, lastLogTerm: 0, lastLogIndex: 0 }),
    ]
    for (const sign of signs) {
      const run = fresh({ logs }).receive('n2', 'n1', { type: 'AppendEntries', term: 5 })
      aloneUp(run, 'n2')
      for (let i = 0; i < 8; i++) run.receive('n2', 'n3', sign(i)).wait(HEARTBEAT_MS)
      if (candidacy(run, 'n2') === 0)
        run.fail(`for 400 ms n2 heard nothing but ${sign(0).type} of this kind, and it did not stand`)
    }
  })

  test('a vote that was given puts the election off', {
    meta: {
      rung: 2,
      points: 1,
      section: BEATS,
      expected:
        'shortly before its time is up, n2 votes for n1, or hears a leader as a candidate: it waits a whole election timeout from then on, and no longer',
      why: 'who has just voted has hopes of a leader; to stand at once would split the next vote',
      hints: [
        'How long does a candidate need after it has your vote?',
        'Arm the election timer anew when you give your vote, and when you hear the leader of the term.',
      ],
    },
  }, () => {
    for (const body of [
      { type: 'RequestVote', term: 1, lastLogTerm: 0, lastLogIndex: 0 },
      { type: 'AppendEntries', term: 1 },
    ]) {
      const run = aloneUp(fresh(), 'n2').wait(ELECTION_MS - 10)
      run.receive('n2', 'n1', body).wait(ELECTION_MS - 10)
      if (candidacy(run, 'n2') > 0)
        run.fail(`n2 heard ${body.type}, and stood for election less than ${ELECTION_MS} ms later`)
      run.wait(ELECTION_MS + 20)
      if (candidacy(run, 'n2') === 0)
        run.fail(`n2 heard ${body.type}, then nobody for ${2 * ELECTION_MS} ms, and did not stand`)
    }
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const run = aloneUp(standing({ node: 'n2', seed }), 'n2')
      run.receive('n2', 'n1', { type: 'AppendEntries', term: candidacy(run, 'n2') }).wait(ELECTION_MS - 10)
      if (candidacy(run, 'n2') > 1)
        run.fail('n2 stood, heard the leader of its term, and stood again at once')
    }
  })

  test('who hears of a later term gives up', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Terms',
      expected:
        'n1 leads term 1 and hears of term 3, from a request, a leader, or an answer: no AppendEntries any more; and when it hears nobody after that, it stands in term 4',
      why: 'term 3 may have a leader: a deposed one that goes on only confuses clients and followers',
      hints: [
        'In how many kinds of messages can a later term arrive? In all four.',
        'Become a follower, stop the heartbeat, and wait for a leader again.',
      ],
    },
  }, () => {
    for (const body of [
      { type: 'RequestVote', term: 3, lastLogTerm: 0, lastLogIndex: 0 },
      { type: 'RequestVoteResult', term: 3, voteGranted: false },
      { type: 'AppendEntries', term: 3 },
      { type: 'AppendEntriesResult', term: 3 },
    ]) {
      const run = standing().deliverAll()
      expect(run).toAnnounce({ node: 'n1', type: 'elected', term: 1 })
      aloneUp(run, 'n1').receive('n1', 'n2', body)
      const before = run.sent.length
      run.wait(2 * ELECTION_MS)
      if (run.sent.slice(before).some((m) => m.from === 'n1' && m.body.type === 'AppendEntries'))
        run.fail(`n1 heard ${body.type} of term 3, and went on sending AppendEntries`)
      const term = candidacy(run, 'n1')
      if (term !== 4)
        run.fail(
          term < 2
            ? `n1 gave up its office, heard nobody for ${2 * ELECTION_MS} ms, and did not stand again`
            : `n1 had heard of term 3, and stood in term ${term}`,
        )
    }
  })

  test('a candidate that hears of a later term waits', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Terms',
      expected:
        'n1 of five stands in term 1; n2 refuses it with term 3; then the votes of n3 and n4 for term 1 arrive: it is not elected',
      why: 'term 1 is over',
      hints: [
        'What does a candidate do with an answer that says no and carries a later term?',
        'It follows, in that term. Votes for the earlier one count for nothing.',
      ],
    },
  }, () => {
    const run = standing({ servers: 5 })
    run.receive('n1', 'n2', { type: 'RequestVoteResult', term: 3, voteGranted: false })
    for (const term of [1, 3]) for (const from of ['n3', 'n4']) vote(run, 'n1', from, term)
    expect(run).not.toAnnounce({ node: 'n1', type: 'elected' })
  })

  test('a vote survives a crash', {
    meta: {
      rung: 2,
      points: 2,
      section: TERMS,
      expected:
        'n2 votes for n1 in term 4, loses power and comes back; n3 asks for its vote in term 4: no. The same when the power goes at any point of the step in which n2 hears of term 5. And when it goes after n2 has heard the leader of term 6, the vote of term 6 is still free',
      why: 'the one vote of n2 could elect both n1 and n3',
      hints: [
        'What does n2 know after the crash?',
        'Only what was written and synced before the answer left. Term and vote belong together: written as one, they cannot part.',
        'Ongaro and Ousterhout 2014, Figure 2: currentTerm and votedFor are on stable storage before an answer is sent.',
      ],
    },
  }, () => {
    const run = fresh()
    ask(run, 'n2', 'n1', 4)
    run.crash('n2').restart('n2')
    if (ask(run, 'n2', 'n3', 4))
      run.fail('n2 voted for n1 in term 4, lost power, came back, and voted for n3 in term 4')
    for (let after = 0; after < 8; after++)
      for (const type of ['RequestVote', 'AppendEntries']) {
        const voted = fresh()
        ask(voted, 'n2', 'n1', 4)
        voted.request('n2', { type, term: 5, lastLogTerm: 0, lastLogIndex: 0 }, 'n1')
        voted.crashDuring({ from: 'n1', to: 'n2', type }, after).restart('n2')
        if (ask(voted, 'n2', 'n3', 4))
          voted.fail(
            `n2 voted for n1 in term 4, lost power while it took over term 5, and voted for n3 in term 4`,
          )
      }
    run.receive('n2', 'n1', { type: 'AppendEntries', term: 6 }).crash('n2').restart('n2')
    if (!ask(run, 'n2', 'n3', 6))
      run.fail('n2 voted in term 4, heard the leader of term 6, lost power, and has no vote in term 6')
  })

  test('a candidacy survives a crash', {
    meta: {
      rung: 2,
      points: 1,
      section: TERMS,
      expected:
        'n1 stands in term 1, loses power and comes back: it votes for nobody else in term 1, and stands next in term 2',
      why: 'it has voted in term 1, for itself; and votes for a second candidacy in the same term would add up with the first',
      hints: [
        'Which vote has a candidate given, and when?',
        'The new term and the own vote are on the disk before RequestVote leaves.',
      ],
    },
  }, () => {
    const run = standing().crash('n1').restart('n1')
    if (ask(run, 'n1', 'n2', 1))
      run.fail('n1 stood in term 1, lost power, came back, and voted for n2 in term 1')
    aloneUp(run, 'n1').wait(2 * ELECTION_MS)
    if (candidacies(run, 'n1').length !== 2 || candidacy(run, 'n1') !== 2)
      run.fail(
        `n1 stood in term 1, lost power, came back, and heard nobody for ${2 * ELECTION_MS} ms; its latest term is ${candidacy(run, 'n1')}, and should be 2`,
      )
  })

  test('another one takes over, and who comes back follows', {
    meta: {
      rung: 2,
      points: 1,
      section: SPLIT,
      expected:
        'of five, whoever is elected loses power: within 2 s another one is elected; the first one comes back, and for 2 s nobody else is elected',
      why: 'that is what the election is for; and a leader that works is not to be disturbed',
      hints: [
        'Walk the story to where nobody stands any more, or everybody does. Which timer is missing there?',
        'After a restart too a server waits for a leader: start(ctx) arms the timer.',
      ],
    },
  }, () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const run = fresh({ servers: 5, seed, delayMs: [1, 10] }).wait(2000)
      const leader = run.outputs.findLast(({ body }) => body.type === 'elected')?.node
      if (leader === undefined) return run.fail('five servers, no fault, 2 s, and nobody was elected')
      const before = electedTerms(run).length
      run.crash(leader).wait(2000)
      if (electedTerms(run).length === before) run.fail(`${leader} is down, and nobody was elected for 2 s`)
      const then = electedTerms(run).length
      run.restart(leader).wait(2000)
      if (electedTerms(run).length > then)
        run.fail(`${leader} came back, and the leader that worked was replaced`)
    }
  })
})

describe('chaos', () => {
  test('one leader a term, through loss, copies, crashes and cuts', {
    meta: {
      rung: 3,
      points: 2,
      section: TERMS,
      expected:
        'in 100 random runs of three and five servers no term has two leaders, and no leader has a log that is behind a majority',
      why: 'two leaders of one term would both be obeyed',
      hints: [
        'Whose vote did both of them have? Walk the story to where that server voted the second time.',
        'Look at the step before its crash: what had it said, and what was on its disk?',
      ],
    },
  }, () => {
    const logs = { n1: { lastLogTerm: 1, lastLogIndex: 4 }, n2: { lastLogTerm: 2, lastLogIndex: 2 } }
    const faults = {
      untilMs: 1500,
      loss: 0.1,
      duplicate: 0.1,
      crashes: 2,
      downMs: 200,
      partitions: 1,
      partitionMs: 300,
    }
    expect(
      simulated((n) => cluster({ servers: n % 2 === 0 ? 3 : 5, logs, delayMs: [1, 40] }), {
        runs: 100,
        run: () => ({ untilMs: 1800, maxSteps: 20_000, faults }),
        faults: ['loss', 'duplication', 'crashes', 'lost writes', 'partitions'],
        sometimes: { type: 'elected' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('one leader a term, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: TERMS,
      expected:
        'of three servers n1 has just stood, and n2 will hear of it: in every order of the messages, with a timer and a crash at any point, or a message that comes twice, no term has two leaders',
      why: 'seven steps in the right order are enough; a test that tries some orders finds them seldom',
      hints: [
        'Walk the story step by step: which server has told somebody what is not on its disk?',
        'Term and vote first, sync, and only then any message.',
      ],
    },
  }, () => {
    const run = standing().drop({ type: 'RequestVote' })
    run.request('n2', { type: 'RequestVote', term: 1, lastLogTerm: 0, lastLogIndex: 0 }, 'n1')
    for (const budgets of [
      { timeouts: 1, crashes: 1 },
      { timeouts: 1, duplicates: 1 },
    ])
      expect(explored(run, { budgets, maxWorlds: 300_000 })).toHold()
  })
})
