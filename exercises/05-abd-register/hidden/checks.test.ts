/** The hidden checks of the ABD register, in the order of the ladder. */
import { byHand, explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import {
  asked,
  begun,
  cluster,
  copyOf,
  expectAnswer,
  expectSilence,
  get,
  keep,
  protocol,
  put,
} from './cluster.ts'

scenariosOn(() => [protocol()])

const section = 'What a majority does not settle'

describe('one message', () => {
  test('asks all others', {
    meta: {
      rung: 1,
      points: 1,
      expected: 'asked by a client to put, and asked to get, s1 of five sends query to the four others',
      why: 'nobody knows in advance which of them can be reached: any majority will do',
      section,
      hints: [
        'Who may be part of the majority?',
        'ctx.broadcast({ type: "query", id }) reaches all in ctx.peers.',
      ],
    },
  }, () => {
    for (const body of [{ type: 'put', value: 'A' }, { type: 'get' }]) {
      const run = begun('s1', body, { servers: 5 })
      for (const to of ['s2', 's3', 's4', 's5']) expect(run).toSend({ from: 's1', to, type: 'query' })
    }
  })

  test('says what it has', {
    meta: {
      rung: 1,
      points: 1,
      expected:
        's2 has kept A with the tag 3 s1; asked with query x, it answers queried x with that value and tag',
      why: 'what the other server returns or writes is built on this answer',
      section,
      hints: [
        'What does the other server need to know?',
        'Send queried with the same id, and both tag and value of the own copy.',
      ],
    },
  }, () => {
    const empty = byHand(cluster()).receive('s2', 's1', { type: 'query', id: 'x' })
    expect(empty).toSend({
      from: 's2',
      to: 's1',
      type: 'queried',
      id: 'x',
      value: null,
      tag: { count: 0, server: '' },
    })
    const run = keep(byHand(cluster()), 's2', 'A', 3, 's1').receive('s2', 's3', { type: 'query', id: 'y' })
    expect(run).toSend({
      from: 's2',
      to: 's3',
      type: 'queried',
      id: 'y',
      value: 'A',
      tag: { count: 3, server: 's1' },
    })
  })

  test('keeps what is newer, and says so of everything', {
    meta: {
      rung: 1,
      points: 1,
      expected:
        's2 has A with the tag 3 s1; told to record B with 2 s3 it keeps A, with 4 s1 it keeps B, and then C with 10 s1; each time it answers recorded',
      why: 'a late message must not bring an old value back; and whoever recorded it only wants to know that s2 is at least so far',
      section,
      hints: [
        'What if a record arrives late?',
        'Compare the tags: only a newer one replaces the copy. recorded is sent in both cases, with the id of the record.',
      ],
    },
  }, () => {
    const run = keep(byHand(cluster()), 's2', 'A', 3, 's1')
    keep(run, 's2', 'B', 2, 's3')
    if (copyOf(run, 's2').value !== 'A')
      run.fail('s2 had A with tag 3 s1, was told B with tag 2 s3, and has it now')
    keep(run, 's2', 'B', 4, 's1')
    if (copyOf(run, 's2').value !== 'B')
      run.fail('s2 had A with tag 3 s1, was told B with tag 4 s1, and does not have it')
    keep(run, 's2', 'C', 10, 's1')
    if (copyOf(run, 's2').value !== 'C')
      run.fail(
        's2 had B with tag 4 s1, was told C with tag 10 s1, and does not have it',
        'counts are numbers: 10 is more than 4, and as texts it is less',
      )
    for (const id of ['given 3 s1', 'given 2 s3', 'given 4 s1', 'given 10 s1'])
      expect(run).toSend({ from: 's2', to: 's1', type: 'recorded', id })
  })

  test('with equal counts the later name is newer', {
    meta: {
      rung: 1,
      points: 1,
      expected: 's3 is told A with the tag 1 s1 and B with the tag 1 s2, in either order: it keeps B',
      why: 'two writers that saw the same count make the same one: without a tie-break the copies stay different for ever',
      section,
      hints: [
        'Two tags with the same count: which is newer, and does everybody say the same?',
        'a.count > b.count, or the counts are equal and a.server > b.server.',
      ],
    },
  }, () => {
    for (const order of [
      ['s1', 's2'],
      ['s2', 's1'],
    ]) {
      const run = byHand(cluster())
      for (const name of order) keep(run, 's3', name === 's1' ? 'A' : 'B', 1, name)
      const { value } = copyOf(run, 's3')
      if (value !== 'B') run.fail(`s3 was told A (1 s1) and B (1 s2), and says that it has ${String(value)}`)
    }
  })
})

describe('one scenario', () => {
  test('writes and reads', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'ann finds nothing; bob puts A at s1 and is told put_ok, and then carl gets A at s3; dora puts B there, which emil finds, and fay the empty text, which gus finds',
      why: 'that is what a register is for',
      section,
      reference: {
        messages: 70,
        syncs: 9,
        how: 'seven requests, each with the two messages of its client and two rounds to both others and back; each of the three values is forced once at each of three servers',
      },
      hints: [
        'What is a request waiting for, in each of its two rounds?',
        'After a majority of queried: record. After a majority of recorded: the answer.',
      ],
    },
  }, () => {
    const run = begun('s2', { type: 'get' }).deliverAll()
    expectAnswer(run, 'ann', { type: 'get_ok', value: null })
    asked(run, 's1', { type: 'put', value: 'A' }, 'bob').deliverAll()
    expectAnswer(run, 'bob', { type: 'put_ok' })
    asked(run, 's3', { type: 'get' }, 'carl').deliverAll()
    expectAnswer(run, 'carl', { type: 'get_ok', value: 'A' })
    asked(run, 's3', { type: 'put', value: 'B' }, 'dora').deliverAll()
    asked(run, 's1', { type: 'get' }, 'emil').deliverAll()
    expectAnswer(run, 'emil', { type: 'get_ok', value: 'B' })
    asked(run, 's2', { type: 'put', value: '' }, 'fay').deliverAll()
    expectAnswer(run, 'fay', { type: 'put_ok' })
    asked(run, 's3', { type: 'get' }, 'gus').deliverAll()
    expectAnswer(run, 'gus', { type: 'get_ok', value: '' })
  })

  test('a new value is newer than all that a majority had', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        's2 and s3 hold B with the tag 7 s3; a put at s1, which has nothing, goes out with a count above 7 and the name s1',
      why: 'with a smaller tag the write is answered and never seen',
      section,
      hints: [
        'What is the first round of a put for?',
        'The new count is one more than the highest in the answers, and the name is the own one.',
      ],
    },
  }, () => {
    const run = byHand(cluster())
    for (const to of ['s2', 's3']) keep(run, to, 'B', 7, 's3')
    asked(run, 's1', { type: 'put', value: 'A' }).deliverAll({ type: 'record' })
    const told = run.sent.find((m) => m.from === 's1' && m.body['value'] === 'A' && m.body.type === 'record')
    if (told === undefined)
      run.fail(`both others have answered, and s1 told nobody what to keep; ${run.sentWords()}`)
    const { count, server } = told!.body['tag'] as { count: number; server: string }
    if (!(count > 7) || server !== 's1')
      run.fail(`the tag of the new value is ${count} ${server}, and that of the value before is 7 s3`)
  })

  test('goes on without a minority', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'of five servers two cannot be reached: a put at s1 and then a get at s2 are answered, and the get finds what was put',
      why: 'waiting for all would let any single server stop the register',
      section,
      hints: [
        'Whose answer is worth waiting for?',
        'Go on at the third copy of five, whoever it comes from.',
      ],
    },
  }, () => {
    const run = byHand(cluster({ servers: 5 })).cut(['s1', 's2', 's3'], ['s4', 's5'])
    asked(run, 's1', { type: 'put', value: 'A' }, 'ann').deliverAll()
    expectAnswer(run, 'ann', { type: 'put_ok' })
    asked(run, 's2', { type: 'get' }, 'bob').deliverAll()
    expectAnswer(run, 'bob', { type: 'get_ok', value: 'A' })
  })

  test('a put is answered when a majority has it, and not before', {
    meta: {
      rung: 2,
      points: 2,
      expected: 'of five servers ann puts at s1: with one recorded she is told nothing, with two put_ok',
      why: 'a later read asks any majority: only if the write is on a majority they must share a server',
      section,
      hints: [
        'How many of five have it when one other has said recorded?',
        'A majority of five is three: s1 itself and two others.',
      ],
    },
  }, () => {
    const run = begun('s1', { type: 'put', value: 'A' }, { servers: 5 }).deliverAll({ type: 'record' })
    expectSilence(run, 'ann', 'no other server has kept the value: if s1 goes down now it is gone')
    run.deliver({ to: 's2', type: 'record' }).deliver({ to: 's1', from: 's2', type: 'recorded' })
    expectSilence(run, 'ann', 'two of five servers have it: the three others are a majority that does not')
    run.deliver({ to: 's3', type: 'record' }).deliver({ to: 's1', from: 's3', type: 'recorded' })
    expectAnswer(run, 'ann', { type: 'put_ok' })
  })

  test('a get writes back before it answers', {
    meta: {
      rung: 2,
      points: 2,
      expected:
        'of five only s1 has A, from a write that is not finished; bob gets at s2 and s1 is among those that answer: he is told A when three of five have it, under the tag that it has, and not before',
      why: 'otherwise the next reader asks three who do not have it, and goes back behind what was read before',
      section,
      hints: [
        'Bob knows A now. Who else does?',
        'A get has the same second round as a put: record what was found, and wait for a majority of recorded.',
        'Attiya, Bar-Noy and Dolev 1995: a read writes, so that later reads do not return less.',
      ],
    },
  }, () => {
    const run = begun('s1', { type: 'put', value: 'A' }, { servers: 5 }).deliverAll({ type: 'record' })
    asked(run, 's2', { type: 'get' }, 'bob')
    for (const other of ['s1', 's3'])
      run
        .deliver({ from: 's2', to: other, type: 'query' })
        .deliver({ from: other, to: 's2', type: 'queried' })
    expectSilence(run, 'bob', 'A is on two of five servers at most')
    const tagOf = (type: string, sender: string) =>
      JSON.stringify(run.sent.find(({ from, body }) => from === sender && body.type === type)?.body['tag'])
    const [had, told] = [tagOf('queried', 's1'), tagOf('record', 's2')]
    if (told !== had)
      run.fail(
        `s2 was told A with the tag ${had}, and has others record it with ${told}`,
        'under another tag it is another write, which may come before one that was answered long ago',
      )
    run.deliver({ from: 's2', to: 's3', type: 'record' }).deliver({ from: 's3', to: 's2', type: 'recorded' })
    expectSilence(run, 'bob', 'only s2 and s3 have said that they keep A: that is no majority of five')
    run.deliverAll()
    expectAnswer(run, 'bob', { type: 'get_ok', value: 'A' })
  })

  test('a get takes the newest of what it is told', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'ann puts A at s1 while bob puts B at s2: they have the tags 1 s1 and 1 s2, and nobody else has either yet. Of five, carl gets at s3, which hears of both, in either order: he is told B',
      why: 'a server that keeps B when it is told both, and reads A, gives two answers to one question',
      section,
      hints: [
        'Two copies have the same count. Which of them would you keep?',
        'Compare tags in the same way wherever you compare them: the count, then the name.',
      ],
    },
  }, () => {
    for (const [first, second] of [
      ['s1', 's2'],
      ['s2', 's1'],
    ] as const) {
      const run = begun('s1', { type: 'put', value: 'A' }, { servers: 5 })
      asked(run, 's2', { type: 'put', value: 'B' }, 'bob').deliverAll({ type: 'record' })
      asked(run, 's3', { type: 'get' }, 'carl')
      for (const to of [first, second])
        run.deliver({ from: 's3', to, type: 'query' }).deliver({ from: to, to: 's3', type: 'queried' })
      run.deliverAll()
      expectAnswer(run, 'carl', { type: 'get_ok', value: 'B' })
    }
  })

  test('a get writes back what only it has', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'of five only s1 and s2 have A, from a write that is not finished; bob gets at s2, and s3 and s4 answer with nothing: he is told A when three of five have it, and not before',
      why: 'it is the own copy, and all the same two of five are no majority: the next reader asks the three others',
      section,
      hints: [
        'The own copy is the newest. How many others have it?',
        'The second round can be left out only where a majority of the answers have that very tag.',
      ],
    },
  }, () => {
    const run = begun('s1', { type: 'put', value: 'A' }, { servers: 5 }).deliverAll({ type: 'record' })
    run.deliver({ from: 's1', to: 's2', type: 'record' })
    asked(run, 's2', { type: 'get' }, 'bob')
    for (const other of ['s3', 's4'])
      run
        .deliver({ from: 's2', to: other, type: 'query' })
        .deliver({ from: other, to: 's2', type: 'queried' })
    expectSilence(run, 'bob', 's3, s4 and s5 have never heard of A, and are a majority')
    run.deliverAll()
    expectAnswer(run, 'bob', { type: 'get_ok', value: 'A' })
  })

  test('half is not a majority', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'four servers, cut into two and two: a put at s1 and a get at s3 are not answered, and after the cut heals nothing is wrong',
      why: 'two halves need not share a server: each could go on without the other',
      section,
      hints: [
        'How many of four must answer so that any two such groups meet?',
        'More than half: with an even number, half plus one.',
      ],
    },
  }, () => {
    const run = byHand(cluster({ servers: 4 })).cut(['s1', 's2'], ['s3', 's4'])
    asked(run, 's1', { type: 'put', value: 'A' }, 'ann').deliverAll()
    asked(run, 's3', { type: 'get' }, 'bob').deliverAll()
    for (const client of ['ann', 'bob'])
      expectSilence(run, client, 'two of four servers have answered: the other two know nothing of it')
    run.heal().deliverAll()
    expectAnswer(run, 'ann', { type: 'put_ok' })
  })

  test('counts servers, not messages', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'of five, every answer of s2 comes twice and the others say nothing: s1 neither goes on to the second round nor answers',
      why: 'the same server twice is still one server',
      section,
      hints: [
        'What do you count when an answer arrives?',
        'Keep who has answered, by name, not how many answers there were.',
      ],
    },
  }, () => {
    const run = begun('s1', { type: 'put', value: 'A' }, { servers: 5 })
    run.deliver({ to: 's2', type: 'query' }).duplicateAll()
    for (const _ of [1, 2]) run.deliver({ to: 's1', from: 's2', type: 'queried' })
    expect(run).not.toSend({ from: 's1', type: 'record' })
    const late = begun('s1', { type: 'put', value: 'A' }, { servers: 5 }).deliverAll({ type: 'record' })
    late.deliver({ to: 's2', type: 'record' }).duplicateAll()
    for (const _ of [1, 2]) late.deliver({ to: 's1', from: 's2', type: 'recorded' })
    expectSilence(late, 'ann', 's2 is the only other server that has it')
  })

  test('an answer to the first round counts for nothing in the second', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'of five, s2 and s3 answer the query of s1, which goes on to record; then the answers of s4 and s5 to the query arrive: ann is told nothing, and nothing is recorded anew',
      why: 's4 and s5 have said what they had before, not that they keep the new value',
      section,
      hints: [
        'What has a server promised that sends queried? And one that sends recorded?',
        'A request that is in its second round ignores queried, and one in its first ignores recorded.',
      ],
    },
  }, () => {
    const run = begun('s1', { type: 'put', value: 'A' }, { servers: 5 })
    for (const other of ['s2', 's3', 's4', 's5']) run.deliver({ to: other, type: 'query' })
    for (const from of ['s2', 's3']) run.deliver({ from, to: 's1', type: 'queried' })
    expect(run).toSend({ from: 's1', type: 'record' })
    for (const from of ['s4', 's5']) run.deliver({ from, to: 's1', type: 'queried' })
    expectSilence(run, 'ann', 'no other server has kept the value')
    const tags = run.sent.filter((m) => m.body.type === 'record').map((m) => JSON.stringify(m.body['tag']))
    if (new Set(tags).size > 1)
      run.fail(`s1 recorded its one value under the tags ${[...new Set(tags)].join(' and ')}`)
    run.deliverAll()
    expectAnswer(run, 'ann', { type: 'put_ok' })
  })

  test('keeps its requests apart', {
    meta: {
      rung: 2,
      points: 2,
      expected:
        'ann and bob put at s1 at the same time, and six others get there: all eight are answered, the two values have different tags, and every server ends with the same value',
      why: 'an answer to one request says nothing of another; and two values with one tag are taken for the same',
      section,
      hints: [
        'Which request does a queried belong to? And what has s1 promised in the meantime, for another request?',
        'Keep each request under its own id, such as client and n. When a new tag is made, look at the own copy again: another request may just have changed it.',
      ],
    },
  }, () => {
    const run = begun('s1', { type: 'put', value: 'A' })
    asked(run, 's1', { type: 'put', value: 'B' }, 'bob')
    const readers = ['carl', 'dora', 'emil', 'fay', 'gus', 'hans']
    for (const client of readers) asked(run, 's1', { type: 'get' }, client)
    run.deliverAll()
    expectAnswer(run, 'ann', { type: 'put_ok' })
    expectAnswer(run, 'bob', { type: 'put_ok' })
    for (const client of readers) expectAnswer(run, client, { type: 'get_ok' })
    const tags = new Map(
      run.sent
        .filter((m) => m.body.type === 'record')
        .map((m) => [String(m.body['value']), JSON.stringify(m.body['tag'])]),
    )
    if (tags.get('A') === tags.get('B')) run.fail(`A and B were both recorded under the tag ${tags.get('A')}`)
    const copies = ['s1', 's2', 's3'].map((node) => copyOf(run, node).value)
    if (new Set(copies).size > 1) run.fail(`when all is done the servers hold ${copies.join(', ')}`)
  })

  test('what it keeps survives a loss of power', {
    meta: {
      rung: 2,
      points: 2,
      expected:
        's2 says recorded, loses power and comes back: it still has the value and its tag; and so does s1, whose own write counted itself',
      why: 'a majority that forgets is no majority: the write was answered because s2 and s1 had it',
      section,
      hints: [
        'What is left of memory after a crash?',
        'Write the copy to the disk and sync, before recorded is sent; read it in start(ctx), or whenever it is needed.',
      ],
    },
  }, () => {
    const run = keep(byHand(cluster()), 's2', 'A', 3, 's1').crash('s2').restart('s2')
    const { value, tag } = copyOf(run, 's2')
    if (value !== 'A' || JSON.stringify(tag) !== '{"count":3,"server":"s1"}')
      run.fail(
        `s2 had kept A with the tag 3 s1, and after its restart says ${String(value)} with ${JSON.stringify(tag)}`,
      )
    const own = begun('s1', { type: 'put', value: 'A' }).deliverAll().crash('s1').restart('s1')
    if (copyOf(own, 's1').value !== 'A') own.fail('ann was told put_ok, and s1 has forgotten the value')
    asked(own, 's1', { type: 'get' }, 'bob').deliverAll()
    expectAnswer(own, 'bob', { type: 'get_ok', value: 'A' })
  })

  test('a get answers with what it wrote back', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'of five, bob gets at s2, which finds nothing; before its second round is done the record of an unfinished write arrives there. Then carl gets at s3, from three who have never heard of that write: no two answers contradict each other',
      why: 'what came in meanwhile is on two of five servers: whoever reads it and whoever asks the others are told new, and then old',
      section,
      hints: [
        'Which copy do the others keep because of this get, and which one does the client hear of?',
        'Keep the copy of the second round with the request, and answer with its value, not with what the server has by then.',
      ],
    },
  }, () => {
    const run = byHand(cluster({ servers: 5 })).cut(['s2', 's3', 's4'], ['s1', 's5'])
    asked(run, 's2', { type: 'get' }, 'bob').deliverAll({ type: 'record' })
    run.heal().cut(['s1', 's3', 's4'], ['s2', 's5'])
    asked(run, 's1', { type: 'put', value: 'A' }, 'ann').deliverAll({ type: 'record' })
    run.heal().deliver({ from: 's1', to: 's2', type: 'record' })
    run.cut(['s2', 's3', 's4'], ['s1'], ['s5']).deliverAll()
    expectAnswer(run, 'bob', { type: 'get_ok' })
    run.heal().cut(['s3', 's4', 's5'], ['s1', 's2'])
    asked(run, 's3', { type: 'get' }, 'carl').deliverAll()
    expectAnswer(run, 'carl', { type: 'get_ok' })
  })

  test('an old answer counts for nothing', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'of three, s3 has recorded the A of ann, and its answer is late; s1 now records B, for ann again, or for bob after a restart: the late answer arrives, and nobody is told that B is kept',
      why: 's3 has said that it keeps A, and has never heard of B',
      section,
      hints: [
        'Which of two requests does that recorded belong to?',
        'The id has to be another one each time: for the next request of the same client, and after a restart. message.op has the client and its count, which nobody has twice.',
      ],
    },
  }, () => {
    for (const crashes of [false, true]) {
      const run = begun('s1', { type: 'put', value: 'A' }).deliverAll({ type: 'record' })
      run.deliver({ from: 's1', to: 's3', type: 'record' })
      if (crashes) run.crash('s1').restart('s1').drop({ type: 'record' })
      else
        run
          .deliver({ from: 's1', to: 's2', type: 'record' })
          .deliver({ from: 's2', to: 's1', type: 'recorded' })
      const client = crashes ? 'bob' : 'ann'
      const told = () => run.moments.flatMap(({ sent }) => sent).filter(({ to }) => to === client)
      // To answer one request twice is no answer to the other.
      const answers = () => new Set(told().map(({ op }) => op?.n)).size
      const before = answers()
      asked(run, 's1', { type: 'put', value: 'B' }, client)
      run.deliver({ from: 's1', to: 's2', type: 'query' }).deliver({ from: 's2', to: 's1', type: 'queried' })
      run.deliver({ from: 's3', to: 's1', type: 'recorded' })
      if (answers() > before)
        run.fail(`${client} was told that B is kept, and only s1 has it: the answer of s3 was to A`)
      run.deliverAll()
      if (answers() === before) run.fail(`all has arrived, and ${client} was told nothing of B`)
    }
  })

  test('makes no tag twice', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'ann puts A at s1, which loses power in the middle of the step in which it tells the others; back again it puts B for bob, before anybody has heard of A: the two values have different tags',
      why: 'the first value is on its way and may arrive yet: with one tag for two values some servers keep the one, some the other',
      section,
      hints: [
        'What does s1 know after its restart of the tag that it had made?',
        'What it has told others to keep, it has to keep itself first, synced: write, sync, then broadcast.',
      ],
    },
  }, () => {
    for (let after = 0; after < 8; after++) {
      const run = begun('s1', { type: 'put', value: 'A' }).deliver({ to: 's2', type: 'query' })
      run.crashDuring({ from: 's2', to: 's1', type: 'queried' }, after).restart('s1')
      asked(run, 's1', { type: 'put', value: 'B' }, 'bob').deliverAll({ type: 'record' })
      const [first, second] = ['A', 'B'].map((value) =>
        run.sent.find((m) => m.body.type === 'record' && m.body['value'] === value),
      )
      if (second === undefined) run.fail(`s1 is back, and told nobody to keep B; ${run.sentWords()}`)
      const tags = [first, second].map((message) => JSON.stringify(message?.body['tag']))
      if (tags[0] === tags[1]) run.fail(`s1 has told others to keep A, and then B, under the tag ${tags[0]}`)
    }
  })
})

/** Five servers, and a writer that dies half way: its value is on s1 and one other, and nobody tells the rest. */
function halfWritten(n: number): HandRun {
  const other = `s${2 + (n % 4)}`
  return begun('s1', { type: 'put', value: 'A' }, { servers: 5, delayMs: [1, 20] })
    .deliverAll({ type: 'record' })
    .deliver({ from: 's1', to: other, type: 'record' })
    .drop({ type: 'record' })
    .crash('s1')
    .restart('s1')
}

/** Whoever reads, at whichever server; in every third run somebody writes meanwhile. */
function askedByMany(n: number) {
  const requests = Array.from({ length: 8 }, (_, i) => ({
    atMs: 60 * i,
    client: `c${i}`,
    ...(n % 3 === 0 && i === 4 ? put(`s${1 + (n % 5)}`, 'B') : get(`s${1 + ((n + 2 * i) % 5)}`)),
  }))
  const faults = {
    untilMs: 500,
    sparesClients: true,
    duplicate: 0.15,
    partitions: n % 2,
    partitionMs: 100,
    crashes: n % 2,
    crashInside: n % 4 === 3 ? 0.02 : 0,
    downMs: 40,
  }
  return { untilMs: 2000, maxSteps: 20_000, requests, faults }
}

/** Writers that begin together, at different servers, and readers all the while. */
const busy = {
  c1: [put('s1', 'A'), get('s2'), put('s1', 'D'), get('s3')],
  c2: [put('s2', 'B'), get('s1'), get('s2'), put('s2', 'E')],
  c3: [put('s3', 'C'), get('s3'), get('s1'), get('s2')],
  c4: ['s1', 's2', 's3', 's1', 's2', 's3', 's1', 's2'].map(get),
}

describe('chaos', () => {
  test('one copy, after a write that died half way', {
    meta: {
      rung: 3,
      points: 2,
      expected:
        'of five, s1 and one other have A when s1 loses power; in 100 random runs from there, with reads at all of them, messages that come twice, cuts and crashes, the answers are those of a single copy; and so in 40 runs of three writers',
      why: 'a value that two of five have may be read by one and missed by the next',
      section,
      hints: [
        'Walk the story to the first read that finds A. How many servers had it when that was answered?',
        'What is a majority of five? And is it written into your code as a number?',
      ],
    },
  }, () => {
    expect(
      simulated(() => cluster({ servers: 5 }), {
        runs: 100,
        from: halfWritten,
        run: askedByMany,
        faults: ['duplication', 'crashes', 'lost writes', 'partitions'],
        sometimes: { type: 'answered', with: 'get_ok' },
      }),
    ).toHold()
    expect(
      simulated((n) => cluster({ servers: n % 2 === 0 ? 5 : 3, clients: busy, delayMs: [1, 20] }), {
        runs: 40,
        run: (n) => ({ maxSteps: 20_000, faults: askedByMany(n).faults }),
        faults: ['duplication', 'crashes', 'lost writes', 'partitions'],
        sometimes: { type: 'answered', with: 'get_ok' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('one copy, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      expected:
        'two servers, two writers and three reads, and one writer at three servers with a read and a crash of any server: in every order of the messages the answers are those of a single copy',
      why: 'new and then old needs eleven steps in the right order: a test that tries some orders finds it seldom',
      section,
      hints: [
        'Walk the story up to the read that went back. Which servers had been asked, and which had been told?',
        'Look at what happens to an answer that arrives when its round is over.',
      ],
    },
  }, () => {
    const two = byHand(
      cluster({
        servers: 2,
        clients: { c1: [put('s1', 'A'), get('s2'), get('s1')], c2: [put('s2', 'B'), get('s1')] },
      }),
    )
    expect(explored(two, { maxWorlds: 300_000 })).toHold()
    const three = byHand(cluster({ clients: { c1: [put('s1', 'A'), get('s3')] } }))
    expect(explored(three, { budgets: { crashes: 1 }, maxWorlds: 300_000 })).toHold()
  })
})
