/** The hidden checks of Raft's log, in the order of the ladder. */
import { byHand, explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import {
  ack,
  aloneUp,
  append,
  applied,
  appliedOf,
  candidacy,
  cluster,
  ELECTION_MS,
  entries,
  exchange,
  fresh,
  HEARTBEAT_MS,
  holding,
  indexOf,
  leaderOf,
  leading,
  protocol,
  refuse,
  standing,
  submit,
  told,
} from './cluster.ts'

scenariosOn(() => [protocol()])

const COPY = 'A log on every server'
const MATCH = 'What came before'
const LATE = 'What a late message may do'
const COUNT = 'What counts as committed'
const FIND = 'Where two logs part'

/** A server has applied these commands, and nothing else. */
function expectApplied(run: HandRun, node: string, commands: string): void {
  const now = applied(run, node)
  if (now !== commands)
    run.fail(`${node} applied ${now || 'nothing'}, and should have applied ${commands || 'nothing'}`)
}

describe('one message', () => {
  test('appends what follows its log, and applies what is committed', {
    meta: {
      rung: 1,
      points: 1,
      section: COPY,
      expected:
        'n2 is sent a, then b and c after it, all of term 1: it answers success with index 1, then 3; told that 2 are committed, it applies a and b, and with 3 also c',
      why: 'the index tells the leader what this server holds; what is not known to be committed may still be replaced',
      hints: [
        'What did this very message contain, and up to which index?',
        'index is prevLogIndex + entries.length. Apply in order, up to the smaller of leaderCommit and that index.',
      ],
    },
  }, () => {
    const run = fresh()
    const answers = [
      append(run, 'n2', { term: 1, prev: '', words: '1a' }),
      append(run, 'n2', { term: 1, prev: '1a', words: '1b 1c' }),
    ]
    expectAnswers(run, answers, [
      [true, 1],
      [true, 3],
    ])
    expectApplied(run, 'n2', '')
    append(run, 'n2', { term: 1, prev: '1a 1b 1c', words: '', commit: 2 })
    expectApplied(run, 'n2', 'a b')
    append(run, 'n2', { term: 1, prev: '1a 1b 1c', words: '', commit: 3 })
    expectApplied(run, 'n2', 'a b c')
  })

  test('refuses what does not follow its log', {
    meta: {
      rung: 1,
      points: 2,
      section: MATCH,
      expected:
        'n2 holds a and b of term 1: entries after index 3 are refused, and entries after an index 2 of term 2; b is still there, and the next message that fits is taken',
      why: 'what is appended to another log than the leader has is at the right index and means something else',
      hints: [
        'What does n2 know of the entry before the new ones?',
        'It has to be there, with that term: prevLogIndex and prevLogTerm. Otherwise success false, and nothing changes.',
        'Ongaro and Ousterhout 2014, section 5.3: the consistency check.',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 1b', 1)
    const answers = [
      append(run, 'n2', { term: 3, prev: '1a 1b 2c', words: '3d' }),
      append(run, 'n2', { term: 3, prev: '1a 2b', words: '3d' }),
    ]
    if (answers.some(({ success }) => success))
      run.fail('n2 holds a and b of term 1, and took an entry that follows something else')
    const next = append(run, 'n2', { term: 3, prev: '1a 1b', words: '3d', commit: 3 })
    expectAnswers(run, [next], [[true, 3]])
    expectApplied(run, 'n2', 'a b d')
  })

  test('obeys no leader of the past', {
    meta: {
      rung: 1,
      points: 1,
      section: COPY,
      expected:
        'n2 is in term 3; a leader of term 2 sends it an entry: refused, with term 3, and nothing is appended',
      why: 'the leader of term 2 was replaced, and does not know it',
      hints: [
        'Which terms does n2 know of?',
        'success false with the own currentTerm, before anything else.',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 3b', 3)
    const { success, term } = append(run, 'n2', { term: 2, prev: '1a 3b', words: '2c', from: 'n3' })
    if (success || term !== 3)
      run.fail(
        `n2 is in term 3 and answered a leader of term 2: ${success ? 'success' : 'no'}, term ${String(term)}`,
      )
    const later = append(run, 'n2', { term: 3, prev: '1a 3b', words: '3d', commit: 3 })
    expectAnswers(run, [later], [[true, 3]])
    expectApplied(run, 'n2', 'a b d')
  })

  test('removes what conflicts, and all that follows it', {
    meta: {
      rung: 1,
      points: 1,
      section: MATCH,
      expected:
        'n2 holds a, b, c of term 1; the leader of term 2 sends x after a: b and c are gone, and a message that follows c is refused; x is applied when it is committed',
      why: 'two entries at one index with different terms: one of them was never committed, and the leader has the other one',
      hints: [
        'Which of the entries in n2 disagree with the message, and what about those behind them?',
        'The first entry of another term at the same index, and all that follow, go; then the new ones are appended.',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 1b 1c', 1)
    append(run, 'n2', { term: 2, prev: '1a', words: '2x' })
    if (append(run, 'n2', { term: 2, prev: '1a 1b 1c', words: '2y' }).success)
      run.fail('x has taken the place of b, and n2 took an entry that follows c')
    append(run, 'n2', { term: 2, prev: '1a 2x', words: '', commit: 2 })
    expectApplied(run, 'n2', 'a x')
  })

  test('keeps what a late message does not speak of', {
    meta: {
      rung: 1,
      points: 2,
      section: LATE,
      expected:
        'n2 holds a, b and c of term 1; an older message with a alone arrives late, and once more one with a and b: c is still there, and the answers are index 1 and 2; d, which comes after c, is then the fourth entry',
      why: 'n2 has told the leader that it holds c, and the leader may have counted on it',
      hints: [
        'Does the message say that b and c are wrong, or does it only not mention them?',
        'Remove only where an entry of the message has another term than the one at its index.',
        'Ongaro and Ousterhout 2014, Figure 2, AppendEntries, step 3: "if an existing entry conflicts with a new one".',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 1b 1c', 1)
    const answers = [
      append(run, 'n2', { term: 1, prev: '', words: '1a' }),
      append(run, 'n2', { term: 1, prev: '', words: '1a 1b' }),
      append(run, 'n2', { term: 1, prev: '1a', words: '' }),
    ]
    expectAnswers(run, answers, [
      [true, 1],
      [true, 2],
      [true, 1],
    ])
    const next = append(run, 'n2', { term: 1, prev: '1a 1b 1c', words: '', commit: 3 })
    if (!next.success) run.fail('n2 had said that it holds a, b and c; late messages came, and now c is gone')
    append(run, 'n2', { term: 1, prev: '1a 1b 1c', words: '1d', commit: 4 })
    expectApplied(run, 'n2', 'a b c d')
  })

  test("applies no more than it knows to be the leader's", {
    meta: {
      rung: 1,
      points: 1,
      section: COUNT,
      expected:
        'n2 holds a and, from an old leader, b; the leader of term 2 sends a heartbeat that follows a, and says that 2 are committed: n2 applies a and not b; and a late message does not take anything back',
      why: "the leader's second entry is another one than b: it comes with the next message",
      hints: [
        'Up to which index does this message show that the two logs are the same?',
        'The smaller of leaderCommit and prevLogIndex + entries.length; and commitIndex never goes down.',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 1b', 1)
    append(run, 'n2', { term: 2, prev: '1a', words: '', commit: 2 })
    expectApplied(run, 'n2', 'a')
    append(run, 'n2', { term: 2, prev: '1a', words: '2x', commit: 2 })
    expectApplied(run, 'n2', 'a x')
    append(run, 'n2', { term: 2, prev: '', words: '1a', commit: 1 })
    append(run, 'n2', { term: 2, prev: '1a 2x', words: '2y', commit: 3 })
    expectApplied(run, 'n2', 'a x y')
  })

  test('an entry that was acknowledged survives a crash', {
    meta: {
      rung: 1,
      points: 1,
      section: COPY,
      expected:
        'n2 takes a and b, and then x in the place of b; it loses power and comes back: it holds a and x, and applies them when it is told that they are committed, and not before',
      why: 'the leader has counted n2: if it forgets, the entry may be on no majority any more',
      hints: [
        'What is on the disk when the answer leaves, and what did the removal leave there?',
        'Append and truncate on the disk as in memory, sync, and then answer. start(ctx) reads it back.',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 1b', 1)
    append(run, 'n2', { term: 2, prev: '1a', words: '2x', commit: 1 })
    const before = run.outputs.length
    run.crash('n2').restart('n2')
    if (run.outputs.slice(before).some(({ body }) => body.type === 'apply'))
      run.fail('n2 came back, nobody has told it what is committed, and it applied what lay on its disk')
    const answers = [
      append(run, 'n2', { term: 2, prev: '1a 1b', words: '2y' }),
      append(run, 'n2', { term: 2, prev: '1a 2x', words: '', commit: 2 }),
    ]
    if (answers[0]!.success) run.fail('x had taken the place of b; after a crash n2 holds b again')
    if (!answers[1]!.success)
      run.fail('n2 had said that it holds a and x, lost power, and does not hold them any more')
    expectApplied(run, 'n2', 'a x')
  })

  test('sends clients elsewhere while it does not lead', {
    meta: {
      rung: 1,
      points: 1,
      section: COPY,
      expected:
        'a client asks n2, which follows, to append a: it is answered with error, and nothing is sent',
      why: 'entries flow from the leader to the others, never the other way',
      hints: ['Who appends?', 'ctx.reply(message, { type: "error", code: 11, text: ... })'],
    },
  }, () => {
    const run = submit(fresh(), 'n2', 'a')
    expect(run).toSend({ from: 'n2', to: 'client-a', type: 'error', code: 11 })
    expect(run).not.toSend({ type: 'AppendEntries' })
  })

  test('votes by the log that it has now', {
    meta: {
      rung: 1,
      points: 1,
      section: COPY,
      expected:
        "n2's log ends at index 2 of term 3: it votes for a candidate whose log ends there, or at index 1 of term 4; not for index 9 of term 2 or index 1 of term 3. And one vote in each term, also through a crash",
      why: 'who leads must have all that was committed; the election counts on it',
      hints: [
        'Which entry is the last one?',
        'lastLogTerm and lastLogIndex are those of the log, no longer of the config.',
      ],
    },
  }, () => {
    const run = holding(fresh(), 'n2', '1a 3b', 3)
    const given = [
      vote(run, 'n2', 'n1', 4, 3, 2),
      vote(run, 'n2', 'n3', 4, 3, 2),
      vote(run.crash('n2').restart('n2'), 'n2', 'n3', 4, 3, 2),
      vote(run, 'n2', 'n1', 4, 3, 2),
      vote(run, 'n2', 'n1', 5, 2, 9),
      vote(run, 'n2', 'n3', 6, 3, 1),
      vote(run, 'n2', 'n3', 6, 4, 1),
      vote(run, 'n2', 'n1', 3, 9, 9),
    ].map((yes) => (yes ? 'yes' : 'no'))
    const expected = 'yes, no, no, yes, no, no, yes, no'
    if (given.join(', ') !== expected)
      run.fail(`n2 was asked for its vote eight times and said ${given.join(', ')}; it should be ${expected}`)
  })
})

function expectAnswers(
  run: HandRun,
  answers: readonly { readonly success: boolean; readonly index: number }[],
  expected: readonly (readonly [boolean, number])[],
): void {
  answers.forEach(({ success, index }, i) => {
    const [wanted, at] = expected[i]!
    if (success !== wanted || (success && index !== at))
      run.fail(
        `answer ${i + 1} was ${success ? `success, index ${index}` : 'no success'}, and should be ${wanted ? `success, index ${at}` : 'no success'}`,
      )
  })
}

function vote(
  run: HandRun,
  to: string,
  from: string,
  term: number,
  lastLogTerm: number,
  lastLogIndex: number,
): boolean {
  const before = run.sent.length
  run.receive(to, from, { type: 'RequestVote', term, lastLogTerm, lastLogIndex })
  const answer = run.sent.slice(before).find((m) => m.to === from && m.body.type === 'RequestVoteResult')
  if (answer === undefined) return run.fail(`${from} asked ${to} for a vote and was not answered`)
  return answer.body['voteGranted'] === true
}

describe('one scenario', () => {
  test('a command is committed when a majority has it, and not before', {
    meta: {
      rung: 2,
      points: 2,
      section: COPY,
      reference: {
        messages: 52,
        syncs: 12,
        how: 'an election with two votes, a first round that is lost, the entry to four followers and their answers, four rounds of heartbeats and their answers, and the two of the client; forced are the candidacy, term and vote at two voters, the term at two others, and the entry at all five',
      },
      expected:
        'n1 of five leads and is asked to append a: with one follower that holds it nothing is told, with two the client is told the index, and then all five apply a',
      why: 'three of five have it then: every majority that elects somebody has one of them in it',
      hints: [
        'Who holds the entry when two others have said so?',
        'Of what all servers hold, sorted, the middle one is on a majority. Commit it, apply it, answer the client; followers learn it with the next message.',
      ],
    },
  }, () => {
    const run = leading(fresh({ servers: 5 }), 'n1', ['n2', 'n3'])
    submit(run, 'n1', 'a')
    const index = indexOf(run, 'n1', 'a')
    exchange(run, 'n1', 'n2')
    if (told(run, 'a') !== null) run.fail('n1 and n2 of five hold a, and its client was told so already')
    exchange(run, 'n1', 'n3')
    if (told(run, 'a') !== 'submit_ok')
      run.fail(`n1, n2 and n3 of five hold a, and its client was told ${told(run, 'a') ?? 'nothing'}`)
    expect(run).toAnnounce({ node: 'n1', type: 'commit', index })
    run.wait(4 * HEARTBEAT_MS)
    for (const node of run.model.cluster.names)
      if (appliedOf(run, node, 'a') !== 'a')
        run.fail(`a is committed, and ${node} applied ${applied(run, node) || 'nothing'} in 200 ms`)
  })

  test('half is not a majority', {
    meta: {
      rung: 2,
      points: 1,
      section: COUNT,
      expected:
        'n1 of four stands: with the vote of n2 it does not lead, with that of n3 as well it does. a is on n1 and n2: not committed; on n3 as well: committed',
      why: 'the two others may elect a leader with one that has voted for nobody yet, and know nothing of a',
      hints: ['How many of four must hold it?', 'The third highest of four, not the second.'],
    },
  }, () => {
    const candidate = standing(fresh({ servers: 4 }))
    vote(candidate, 'n2', 'n1', candidacy(candidate, 'n1'), 0, 0)
    candidate.deliver({ from: 'n2', to: 'n1', type: 'RequestVoteResult' })
    expect(candidate).not.toAnnounce({ type: 'elected' })
    const run = submit(leading(fresh({ servers: 4 }), 'n1', ['n2', 'n3']), 'n1', 'a')
    const index = indexOf(run, 'n1', 'a')
    ack(run, 'n1', 'n2', index)
    if (told(run, 'a') !== null) run.fail('n1 and n2 of four hold a, and its client was told so already')
    ack(run, 'n1', 'n3', index)
    if (told(run, 'a') !== 'submit_ok')
      run.fail('n1, n2 and n3 of four hold a, and its client was told nothing')
  })

  test('counts servers, not answers', {
    meta: {
      rung: 2,
      points: 1,
      section: COUNT,
      expected: 'n1 of five leads; that n2 holds a arrives three times: a is not committed',
      why: 'it is still two of five',
      hints: [
        'What do you keep of an answer?',
        'For each follower, the highest index that it is known to hold.',
      ],
    },
  }, () => {
    const run = submit(leading(fresh({ servers: 5 }), 'n1', ['n2', 'n3']), 'n1', 'a')
    const index = indexOf(run, 'n1', 'a')
    for (const _ of [1, 2, 3]) ack(run, 'n1', 'n2', index)
    if (told(run, 'a') !== null)
      run.fail('only n1 and n2 of five hold a, and its client was told that it is committed')
  })

  test('an answer counts for what its message held', {
    meta: {
      rung: 2,
      points: 2,
      section: LATE,
      expected:
        'n1 of five leads and sends a, then b; n2 and n3 answer the message with a alone: a is committed, and b is not; an older answer takes nothing back; and that n2 and n3 refuse commits nothing, whatever they hint at',
      why: 'b may be on its way, or lost',
      hints: [
        'What does n2 say that it holds: what you have sent by now, or what it answers?',
        'matchIndex comes from an answer that says yes, and it never goes down: answers overtake each other.',
      ],
    },
  }, () => {
    const run = leading(fresh({ servers: 5 }), 'n1', ['n2', 'n3'])
    submit(submit(run, 'n1', 'a'), 'n1', 'b')
    const index = indexOf(run, 'n1', 'a')
    for (const from of ['n2', 'n3']) ack(run, 'n1', from, index)
    if (told(run, 'a') !== 'submit_ok')
      run.fail('n1, n2 and n3 of five hold a, and its client was told nothing')
    if (told(run, 'b') !== null)
      run.fail('n2 and n3 answered a message that held a alone, and b was said to be committed')
    ack(run, 'n1', 'n4', index + 1)
    ack(run, 'n1', 'n4', index)
    ack(run, 'n1', 'n2', index + 1)
    if (told(run, 'b') !== 'submit_ok')
      run.fail(
        'n4 said that it holds b, then an older answer of it arrived, and n2 holds b too: three of five, and it is not committed',
      )
    submit(run, 'n1', 'c')
    for (const from of ['n2', 'n3']) refuse(run, 'n1', from, indexOf(run, 'n1', 'c'))
    ack(run, 'n1', 'n4', index + 1)
    if (told(run, 'c') !== null)
      run.fail('n2 and n3 refused, with a hint at the index of c, and c was said to be committed')
  })

  test('an answer of another time counts for nothing', {
    meta: {
      rung: 2,
      points: 1,
      section: LATE,
      expected:
        'n1 of five leads and appends a, loses power and comes back: answers to what it sent arrive, and nothing is committed. It leads again and appends g: answers of its first term that speak of that index arrive, and nothing is committed',
      why: 'who does not lead commits by what the leader says; and what a follower held in an earlier term may have been replaced',
      hints: [
        'In which role, and in which term, does an answer mean anything?',
        'Ignore answers while you do not lead, and those whose term is not the current one.',
      ],
    },
  }, () => {
    const run = submit(leading(fresh({ servers: 5 }), 'n1', ['n2', 'n3']), 'n1', 'a')
    const term = candidacy(run, 'n1')
    const index = indexOf(run, 'n1', 'a')
    run.drop({ type: 'AppendEntries' }).crash('n1').restart('n1')
    run.receive('n1', 'n2', { type: 'AppendEntriesResult', term, success: true, index })
    if (applied(run, 'n1') !== '')
      run.fail('n1 does not lead, one answer of an earlier time arrived, and it applied a')
    submit(leading(run, 'n1', ['n2', 'n3']), 'n1', 'g')
    const later = indexOf(run, 'n1', 'g')
    for (const from of ['n2', 'n3'])
      run.receive('n1', from, { type: 'AppendEntriesResult', term, success: true, index: later })
    if (told(run, 'g') !== null)
      run.fail('n1 leads a later term, answers of an earlier one arrived, and it committed g')
  })

  test('an entry of an earlier term is not committed by counting', {
    meta: {
      rung: 2,
      points: 3,
      section: COUNT,
      expected:
        'n1 holds e of term 1, and leads a later term; n2 and n3 of five say that they hold e: it is not committed. Then n1 appends g, which they hold too: e and g are committed',
      why: 'a server with an entry of a term between can still be elected by the others, and overwrite e',
      hints: [
        'Who can be elected while e is on three of five? Look for a log that ends in a later term.',
        'Commit an index only if the entry there is of the current term. What comes before it is committed with it.',
        'Ongaro and Ousterhout 2014, section 5.4.2 and Figure 8.',
      ],
    },
  }, () => {
    const run = leading(holding(fresh({ servers: 5 }), 'n1', '1e', 1), 'n1', ['n2', 'n3'])
    for (const from of ['n2', 'n3', 'n4', 'n5']) ack(run, 'n1', from, 1)
    if (applied(run, 'n1') !== '')
      run.fail('all five hold e of term 1, no entry of the current term is on a majority, and n1 applied e')
    submit(run, 'n1', 'g')
    const index = indexOf(run, 'n1', 'g')
    for (const from of ['n2', 'n3']) ack(run, 'n1', from, index)
    if (appliedOf(run, 'n1', 'e g') !== 'e g')
      run.fail(
        `n1, n2 and n3 of five hold e and g, g is of the current term, and n1 applied ${applied(run, 'n1') || 'nothing'}`,
      )
  })

  test('what was lost is sent again', {
    meta: {
      rung: 2,
      points: 1,
      section: COPY,
      expected:
        'n1 leads and is asked to append a and b; all that it sends is lost, and all answers of the next round too: within 1 s all three servers apply a and b; and what all have acknowledged is not sent any more',
      why: 'a client waits, and nothing else would ever bring it further',
      hints: [
        'What does a heartbeat contain?',
        'From nextIndex on, whatever is not acknowledged goes out with every heartbeat.',
      ],
    },
  }, () => {
    const run = leading(fresh())
    submit(submit(run, 'n1', 'a'), 'n1', 'b').drop({ type: 'AppendEntries' })
    run.wait(HEARTBEAT_MS).drop({ type: 'AppendEntriesResult' }).wait(1000)
    for (const node of ['n1', 'n2', 'n3'])
      if (appliedOf(run, node, 'a b') !== 'a b')
        run.fail(
          `after 1 s ${node} has applied ${applied(run, node) || 'nothing'}, and should have applied a and b`,
        )
    for (const command of ['a', 'b'])
      if (told(run, command) !== 'submit_ok')
        run.fail(`${command} was applied, and its client was told ${told(run, command) ?? 'nothing'}`)
    const before = run.sent.length
    run.wait(4 * HEARTBEAT_MS)
    const again = run.sent
      .slice(before)
      .find((m) => m.from === 'n1' && JSON.stringify(m.body['entries'] ?? []) !== '[]')
    if (again !== undefined)
      run.fail(`all hold a and b and have said so, and n1 sent entries to ${again.to} again`)
  })

  test('a single server commits alone', {
    meta: {
      rung: 2,
      points: 1,
      section: COUNT,
      expected:
        'a cluster of one: n1 is elected, is asked to append a, applies it and answers, and goes on leading',
      why: 'one of one is a majority',
      hints: ['When do you look what a majority holds?', 'After your own append too.'],
    },
  }, () => {
    const run = fresh({ servers: 1 }).wait(2 * ELECTION_MS)
    submit(run, 'n1', 'a')
    if (told(run, 'a') !== 'submit_ok')
      run.fail(`n1 is alone and holds a, and its client was told ${told(run, 'a') ?? 'nothing'}`)
    run.wait(2000)
    if (candidacy(run, 'n1') > 1 || run.outputs.filter((o) => o.body.type === 'elected').length > 1)
      run.fail('n1 leads alone, and stood for election again')
  })

  test('brings every follower in line', {
    meta: {
      rung: 2,
      points: 2,
      section: FIND,
      expected:
        'the leader has the log of Figure 7, and each of the six others in turn is one of its followers; and then two pairs of logs that have nothing in common: in 2 s the follower holds what the leader holds, and applies all of it',
      why: 'a follower may lack entries, have too many, or both; the leader decides',
      hints: [
        'What does the leader know of the follower’s log when it is refused?',
        'It tries further back, until an entry fits; then the follower removes what conflicts and takes the rest.',
      ],
    },
  }, () => {
    const seven = '1a 1b 1c 4d 4e 5f 5g 6h 6i 6j'
    for (const [leader, follower] of [
      [seven, '1a 1b 1c 4d 4e 5f 5g 6h 6i'],
      [seven, '1a 1b 1c 4d'],
      [seven, `${seven} 6k`],
      [seven, `${seven} 7k 7l`],
      [seven, '1a 1b 1c 4d 4e 4m 4n'],
      [seven, '1a 1b 1c 2o 2p 2q 3r 3s 3t 3u 3v'],
      ['3a 3b', '1k 1l 2m 2n'],
      ['1a 3b', '2k'],
    ] as const) {
      const run = holding(holding(fresh(), 'n1', leader, 7), 'n3', follower, 7)
      holding(run, 'n2', leader, 7)
      leading(run, 'n1', ['n2'])
      submit(run, 'n1', 'z').wait(2000)
      const commands = [...entries(leader), ...entries('1z')].map(({ command }) => command).join(' ')
      if (appliedOf(run, 'n3', `${commands} k l m n o p q r s t u v`) !== commands)
        run.fail(
          `n3 held ${follower}, and its leader ${leader}; after 2 s it has applied ${applied(run, 'n3') || 'nothing'}`,
        )
    }
  })

  test('finds where two logs part in a few steps', {
    meta: {
      rung: 2,
      points: 1,
      section: FIND,
      expected:
        'n3 lacks the last 40 of 41 entries, or holds 40 others of an old term instead: it is refused at most ten times before it has them',
      why: 'one message for each entry is too many after an hour of absence',
      hints: [
        'What could the follower say besides no?',
        'Where its log ends; or, if the terms differ, where the entries of its own term begin: none of those fits.',
        'Ongaro and Ousterhout 2014, end of section 5.3.',
      ],
    },
  }, () => {
    const many = (term: number, prefix: string) =>
      Array.from({ length: 40 }, (_, i) => `${term}${prefix}${i}`).join(' ')
    for (const other of ['1a', `1a ${many(2, 'x')}`]) {
      const run = holding(holding(fresh(), 'n1', `1a ${many(3, 'y')}`, 3), 'n3', other, 3)
      leading(run, 'n1', ['n2'])
      const before = run.sent.length
      submit(run, 'n1', 'z').wait(2000)
      const no = run.sent
        .slice(before)
        .filter(
          (m) => m.from === 'n3' && m.body.type === 'AppendEntriesResult' && m.body['success'] === false,
        ).length
      if (applied(run, 'n3').split(' ').at(-1) !== 'z')
        run.fail('n3 did not come to hold what the leader holds in 2 s')
      if (no > 10) run.fail(`n3 refused ${no} times before the leader had found where the logs part`)
    }
  })

  test('who was told nothing is told nothing wrong', {
    meta: {
      rung: 2,
      points: 1,
      section: LATE,
      expected:
        'n1 leads, appends a and d, and is replaced before anybody has them; the next leader puts b and x at their indexes and commits b; n1 leads again and commits x with c: the clients of a and d are not told that they are committed',
      why: 'what is at the index now is not what that client asked for',
      hints: [
        'Who is waiting for this index at n1, and since which term?',
        'Who stops leading forgets its clients: it does not know how their requests end.',
      ],
    },
  }, () => {
    const run = submit(submit(leading(fresh()), 'n1', 'a'), 'n1', 'd').drop({ type: 'AppendEntries' })
    const index = indexOf(run, 'n1', 'a')
    const words = Array.from({ length: index }, (_, i) => `9${i + 1 === index ? 'b' : `q${i}`}`).join(' ')
    append(run, 'n1', { term: 9, prev: '', words: `${words} 9x`, commit: index })
    if (!applied(run, 'n1').split(' ').includes('b'))
      run.fail('the leader of term 9 committed b, and n1 did not apply it')
    if (told(run, 'a') === 'submit_ok')
      run.fail('n1 applied b, and told the client of a that it is committed')
    leading(run, 'n1', ['n2'])
    submit(run, 'n1', 'c')
    ack(run, 'n1', 'n2', indexOf(run, 'n1', 'c'))
    for (const command of ['a', 'd'])
      if (told(run, command) === 'submit_ok')
        run.fail(`n1 leads again, commits x and c, and told the client of ${command} that it is committed`)
    if (told(run, 'c') !== 'submit_ok')
      run.fail('n1 leads again, a majority holds c, and its client was told nothing')
  })

  test('elects and gives up as before', {
    meta: {
      rung: 2,
      points: 1,
      section: COPY,
      expected:
        'what the last exercise was about still holds: one of three leads and is heard, nobody else stands; when it hears of a later term it follows; when it loses power another one leads, in a later term, and who comes back follows',
      why: 'a log is as good as the election that it is built on',
      hints: [
        'Which of the four kinds of answers and requests carry a term?',
        'Put the election of the last exercise in, and change where the log ends.',
      ],
    },
  }, () => {
    for (const seed of [1, 2, 3]) {
      const run = fresh({ seed, delayMs: [1, 5] }).wait(1500)
      const leader = leaderOf(run)
      const before = electionsOf(run)
      run.wait(1000)
      if (electionsOf(run) > before)
        run.fail(`${leader} led, nothing was wrong, and somebody else was elected`)
      run.crash(leader).wait(1500)
      if (leaderOf(run) === leader) run.fail(`${leader} is down, and nobody else was elected for 1.5 s`)
      const then = electionsOf(run)
      run.restart(leader).wait(1500)
      if (electionsOf(run) > then) run.fail(`${leader} came back, and the leader that worked was replaced`)
    }
    for (const body of [
      { type: 'RequestVote', term: 9, lastLogTerm: 0, lastLogIndex: 0 },
      { type: 'RequestVoteResult', term: 9, voteGranted: false },
      { type: 'AppendEntriesResult', term: 9, success: false, index: 0 },
    ]) {
      const run = aloneUp(leading(fresh()), 'n1').receive('n1', 'n2', body)
      const before = run.sent.length
      run.wait(2 * ELECTION_MS)
      if (run.sent.slice(before).some((m) => m.from === 'n1' && m.body.type === 'AppendEntries'))
        run.fail(`n1 heard ${body.type} of term 9, and went on sending AppendEntries`)
      expect(submit(run, 'n1', body.type)).toSend({ from: 'n1', type: 'error' })
      if (candidacy(run, 'n1') !== 10)
        run.fail(
          `n1 had heard of term 9, then nobody for ${2 * ELECTION_MS} ms, and its latest term is ${candidacy(run, 'n1')}`,
        )
    }
  })

  test('stands and votes as before', {
    meta: {
      rung: 2,
      points: 1,
      section: COPY,
      expected:
        'n1 of five stands with where its log ends; late votes of an earlier term, one vote twice and a refusal do not elect it; it votes for nobody else, also after a crash; nothing but a leader of the term and a vote that it gives puts its election off',
      why: 'two leaders of one term would write two different entries at one index',
      hints: [
        'What did the checks of the last exercise ask for?',
        'Votes are counted by name, in one term; term and vote are kept before anybody hears of them.',
      ],
    },
  }, () => {
    const run = standing(holding(fresh({ servers: 5 }), 'n1', '1a 2b', 2))
    const term = candidacy(run, 'n1')
    expect(run).toSend({
      from: 'n1',
      to: 'n5',
      type: 'RequestVote',
      term: 3,
      lastLogTerm: 2,
      lastLogIndex: 2,
    })
    for (const _ of [1, 2]) run.receive('n1', 'n2', { type: 'RequestVoteResult', term, voteGranted: true })
    run.receive('n1', 'n3', { type: 'RequestVoteResult', term, voteGranted: false })
    expect(run).not.toAnnounce({ type: 'elected' })
    if (vote(run, 'n1', 'n2', term, 9, 9)) run.fail('n1 stands, and voted for n2 in the same term')
    standing(run)
    for (const from of ['n3', 'n4'])
      run.receive('n1', from, { type: 'RequestVoteResult', term, voteGranted: true })
    expect(run).not.toAnnounce({ type: 'elected' })
    const second = candidacy(run, 'n1')
    if (vote(run.crash('n1').restart('n1'), 'n1', 'n2', second, 9, 9))
      run.fail('n1 stood, lost power, came back, and voted for n2 in the same term')
    standing(run).receive('n1', 'n2', { type: 'RequestVoteResult', term: 6, voteGranted: false })
    const third = candidacy(run, 'n1')
    for (const from of ['n3', 'n4'])
      run.receive('n1', from, { type: 'RequestVoteResult', term: 6, voteGranted: true })
    expect(run).not.toAnnounce({ type: 'elected' })
    aloneUp(run, 'n1')
      .crash('n1')
      .restart('n1')
      .wait(ELECTION_MS - 10)
    run.receive('n1', 'n2', { type: 'RequestVote', term: 7, lastLogTerm: 9, lastLogIndex: 9 })
    run.wait(ELECTION_MS - 10)
    if (candidacy(run, 'n1') > third)
      run.fail('n1 gave its vote, and stood less than an election timeout later')
    for (let i = 0; i < 8; i++)
      run
        .receive('n1', 'n3', { type: 'RequestVote', term: 8 + i, lastLogTerm: 0, lastLogIndex: 0 })
        .wait(HEARTBEAT_MS)
    if (candidacy(run, 'n1') === third)
      run.fail('for 400 ms n1 heard only candidates whose log is too old, and did not stand')
  })
})

/** n1 leads, and n2 holds three entries with it; others replace them by x; then n1 leads again, and appends g. */
function leadsAgain(): HandRun {
  const run = leading(fresh({ servers: 5, delayMs: [1, 10] }), 'n1', ['n3', 'n4'])
  for (const command of ['a', 'b', 'c']) submit(run, 'n1', command)
  exchange(run, 'n1', 'n2').drop({ type: 'AppendEntries' })
  for (const node of ['n1', 'n2']) append(run, node, { term: 9, prev: '', words: '9x', from: 'n5' })
  return submit(leading(run, 'n1', ['n3', 'n4']), 'n1', 'g')
}

const electionsOf = (run: HandRun) => run.outputs.filter(({ body }) => body.type === 'elected').length

describe('chaos', () => {
  test('all hold the same, once all is repaired', {
    meta: {
      rung: 3,
      points: 1,
      section: FIND,
      expected:
        'five servers, of which leaders lose power one after the other while clients ask; then all are up: within 3 s a command is committed and applied by all five, after one and the same log. And who led before, and leads again after its entries were replaced, brings all in line',
      why: 'a follower that stays behind for ever is one copy less',
      hints: [
        'The story ends with a server that stays behind. What would the leader have to send it?',
        'nextIndex goes back until something fits, and again after a restart of the follower.',
      ],
    },
  }, () => {
    for (const seed of [1, 2, 3, 4]) {
      const run = byHand(cluster({ servers: 5, seed, delayMs: [1, 10] })).wait(1500)
      for (const round of [1, 2, 3]) {
        const leader = leaderOf(run)
        for (const command of ['a', 'b']) submit(run, leader, `${command}${round}`)
        if (round % 2 === 1) run.drop({ type: 'AppendEntries' })
        run.crash(leader).wait(1000).restart(leader).wait(200)
      }
      submit(run.wait(1000), leaderOf(run), 'last').wait(2000)
      const logs = run.model.cluster.names.map((node) => applied(run, node))
      const behind = logs.findIndex((log) => log.split(' ').at(-1) !== 'last')
      if (behind >= 0)
        run.fail(`all are up for 3 s, and n${behind + 1} has applied ${logs[behind] || 'nothing'}`)
      if (new Set(logs).size > 1)
        run.fail(`the servers have applied different logs: ${[...new Set(logs)].join(' | ')}`)
    }
    const run = leadsAgain().wait(1000)
    for (const node of run.model.cluster.names)
      if (appliedOf(run, node, 'a b c x g') !== 'x g')
        run.fail(
          `n1 leads again, and holds x and g; 1 s later ${node} has applied ${applied(run, node) || 'nothing'}`,
        )
  })

  test('one log, through loss, copies, crashes and cuts', {
    meta: {
      rung: 3,
      points: 2,
      section: LATE,
      expected:
        'in 40 random runs of three and five servers, with requests all the while, and in 12 of a leader that leads again after its entries were replaced, and is cut off with one other: no two servers apply different commands at one index, no leader lacks what was committed, no term has two leaders, and what a client was told is so',
      why: 'each of them is what somebody relies on',
      hints: [
        'Walk the story back from the end: which entry is it about, and on which servers was it?',
        'Look at the message that made it disappear, and at how old it was.',
      ],
    },
  }, () => {
    const faults = (n: number) => ({
      untilMs: 1500,
      loss: 0.08,
      duplicate: 0.1,
      crashes: n % 2,
      downMs: 200,
      partitions: 3,
      partitionMs: 250,
    })
    expect(
      simulated((n) => cluster({ servers: n % 2 === 0 ? 3 : 5, delayMs: [1, 30] }), {
        runs: 40,
        run: (n) => ({
          untilMs: 2000,
          maxSteps: 20_000,
          faults: faults(n),
          requests: Array.from({ length: 12 }, (_, i) => ({
            atMs: 250 + 100 * i,
            client: `c${i}`,
            to: `n${1 + ((n + i) % 3)}`,
            body: { type: 'submit', command: `x${i}` },
          })),
        }),
        faults: ['loss', 'duplication', 'crashes', 'lost writes', 'partitions'],
        sometimes: { type: 'commit' },
      }),
    ).toHold()
    expect(
      simulated(() => cluster({ servers: 5, delayMs: [1, 10] }), {
        runs: 12,
        from: () =>
          leadsAgain().drop({ to: 'n2', type: 'AppendEntries' }).cut(['n1', 'n3'], ['n2', 'n4', 'n5']),
        run: (n) => ({ untilMs: 1200, maxSteps: 20_000, faults: { ...faults(n), untilMs: 800 } }),
        faults: ['loss', 'duplication', 'crashes', 'lost writes', 'partitions'],
        sometimes: { type: 'commit' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('what is committed stays, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: COUNT,
      expected:
        'n1 of three leads and has logged a and b, each on its way to n2 in a message of its own; the same when n1 has committed both and is gone, and n2 leads; and Figure 8: n1 leads again with e of term 1, while n3 holds f of a term between. In every order of the messages, with a timer and a crash at any point, what was committed is in the log of every later leader',
      why: 'six or seven steps in the right order are enough; a test that tries some orders finds them seldom',
      hints: [
        'Walk the story to the commit. Which servers held the entry at that moment, and on their disks?',
        'Which server was elected then, and who voted for it?',
      ],
    },
  }, () => {
    const two = leading(fresh())
    submit(submit(two, 'n1', 'a'), 'n1', 'b').drop({ to: 'n3', type: 'AppendEntries' })
    expect(explored(two, { budgets: { timeouts: 1, crashes: 1 }, maxWorlds: 400_000 })).toHold()
    // Both have arrived, n1 has counted them, and is gone; n2 leads now.
    const gone = leading(fresh())
    exchange(submit(submit(gone, 'n1', 'a'), 'n1', 'b'), 'n1', 'n2')
      .drop({ type: 'AppendEntries' })
      .crash('n1')
    vote(gone, 'n3', 'n1', 1, 0, 0)
    leading(gone, 'n2', ['n3']).crash('n1')
    expect(explored(gone, { budgets: { timeouts: 1 }, maxWorlds: 400_000 })).toHold()
    // n1 logs e in term 1 and is gone; n3 leads term 2 and logs f; n1 is back, hears of term 2, and leads term 3.
    const eight = submit(leading(fresh()), 'n1', 'e')
    vote(eight, 'n3', 'n1', 1, 0, 0)
    submit(leading(eight, 'n3', ['n2']), 'n3', 'f')
    vote(eight, 'n1', 'n3', 2, 0, 0)
    leading(eight, 'n1', ['n2'])
    vote(eight, 'n3', 'n1', 3, 1, 1)
    eight.drop({ type: 'RequestVoteResult' })
    expect(explored(eight, { budgets: { timeouts: 1 }, maxWorlds: 400_000 })).toHold()
  })
})
