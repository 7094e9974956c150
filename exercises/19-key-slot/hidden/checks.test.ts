/** The hidden checks of key-slot, in the order of the ladder. */
import { explored, makeModel, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { begun, expectAsked, expectSlot, get, plainSlot, protocol, redirect, twoReaders } from './cluster.ts'

scenariosOn(() => [protocol()])

describe('one message', () => {
  test('knows the slot of a plain key', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Redis Cluster: a table',
      expected: '123456789 has slot 12739, foo 12182, bar 5061, hello 866, somekey 11058, a 15495, b 3300',
      why: 'servers compute it in this way, and a client that differs asks the wrong one',
      hints: [
        'Which CRC16 gives 0x31C3 for 123456789, and what is 0x31C3 modulo 16384?',
        'For each byte: crc ^= byte << 8, and then eight times one bit to the left; where bit 15 was set, ^ 0x1021. Keep 16 bits.',
        'It begins at 0: the one that begins at 0xFFFF has the same polynomial and another name.',
      ],
    },
  }, () => {
    const run = begun()
    for (const [key, slot] of [
      ['123456789', 0x31c3],
      ['foo', 12182],
      ['bar', 5061],
      ['hello', 866],
      ['somekey', 11058],
      ['a', 15495],
      ['b', 3300],
    ] as const)
      expectSlot(run, key, slot)
  })

  test('asks the server that has the slot', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Redis Cluster: a table',
      expected:
        'a has slots 0 to 5460, b 5461 to 10922, c the rest: get goes to a, b or c, with asking false, also for keys in the first and last slot of each',
      why: 'the table says who has a slot, both ends included',
      hints: [
        'Which entry of ctx.config.slots has this slot? They stand in no order.',
        'from <= slot && slot <= to; then ctx.send(server, { type: "get", key, asking: false }).',
      ],
    },
  }, () => {
    // Slots 0, 5460, 5461, 10922, 10923 and 16383, found by trying key0, key1 and so on.
    for (const [key, server] of [
      ['foo', 'c'],
      ['key3444', 'a'],
      ['key626', 'a'],
      ['key4290', 'b'],
      ['key5521', 'b'],
      ['key17935', 'c'],
      ['key7487', 'c'],
    ] as const)
      expectAsked(get(begun(), key), server, key)
  })

  test('tells the user what the server has', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Redis Cluster: a table',
      reference: {
        messages: 8,
        syncs: 0,
        how: 'two keys are read, one of which is not there: get, get, value and get_ok for each',
      },
      expected: 'ann reads foo and is told bar; bob reads bar, which is not there, and is told null',
      why: 'a user waits for get_ok, also where there is nothing',
      hints: [
        'Who has asked for the key of this value?',
        'Keep from and op when you are asked; then ctx.reply({ from, op }, { type: "get_ok", key, value }).',
      ],
    },
  }, () => {
    const run = get(begun(), 'foo', 'ann').deliverAll()
    expect(run).toSend({ from: 'app', to: 'ann', type: 'get_ok', key: 'foo', value: 'bar' })
    get(run, 'bar', 'bob').deliverAll()
    expect(run).toSend({ from: 'app', to: 'bob', type: 'get_ok', key: 'bar', value: null })
  })
})

describe('one scenario', () => {
  test('hashes what is between braces', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected:
        '{user1000}.following and {user1000}.followers have slot 3443, foo{hash_tag} and bar{hash_tag} 2515',
      why: 'whoever gives two keys one tag wants them at one server',
      hints: ['Which part of the key counts?', 'What is between { and }, without them.'],
    },
  }, () => {
    const run = begun()
    for (const key of ['{user1000}.following', '{user1000}.followers']) expectSlot(run, key, 3443)
    for (const key of ['foo{hash_tag}', 'bar{hash_tag}']) expectSlot(run, key, 2515)
  })

  test('takes the first { and the first } behind it', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected:
        'of foo{bar}{zap}, {bar}} and fo}o{bar} counts bar, slot 5061; of foo{{bar}}zap counts {bar, slot 4015',
      why: 'with several braces there are several ways to read a key, and servers have one',
      hints: [
        'Where does your search for } begin, and which one does it find?',
        "key.indexOf('}', open): the first one behind the first {.",
      ],
    },
  }, () => {
    const run = begun()
    for (const key of ['foo{bar}{zap}', '{bar}}', 'fo}o{bar}']) expectSlot(run, key, 5061)
    expectSlot(run, 'foo{{bar}}zap', 4015)
  })

  test('hashes all of a key whose braces are empty or not closed', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected: 'foo{}{bar} has slot 8363, {}foo 9500, {} 15257, {foo 13308, foo{bar 15278, }foo{ 8453',
      why: 'if an empty tag counted, all keys that begin with {} would be in slot 0',
      hints: [
        'What is between the first { and the first } behind it, in foo{}{bar}?',
        'Nothing, so the whole key counts, and no other braces are looked for.',
      ],
    },
  }, () => {
    const run = begun()
    for (const [key, slot] of [
      ['foo{}{bar}', 8363],
      ['{}foo', 9500],
      ['{}', 15257],
      ['{foo', 13308],
      ['foo{bar', 15278],
      ['}foo{', 8453],
    ] as const)
      expectSlot(run, key, slot)
  })

  test('hashes bytes, not characters', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected: 'é has slot 10180, ключ 10303, 鍵 9242 and 😀 2959',
      why: 'a key is a string of bytes to a server; a character can be one, two, three or four of them',
      hints: [
        'How many bytes has é in UTF-8, and what is charCodeAt(0) of it?',
        'utf8(text) in start.ts gives them.',
      ],
    },
  }, () => {
    const run = begun()
    for (const [key, slot] of [
      ['é', 10180],
      ['ключ', 10303],
      ['鍵', 9242],
      ['😀', 2959],
    ] as const)
      expectSlot(run, key, slot)
  })

  test('asks where MOVED says', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected: 'a says that the slot of {ann}name is at b: get goes to b, with asking false',
      why: 'where a slot is follows from no hash: an operator can move it',
      hints: ['What is left to do for the user who waits?', 'Send the same get to message.body.to.'],
    },
  }, () => {
    const run = redirect(get(begun(), '{ann}name'), 'a', 'moved', '{ann}name', 'b')
    expectAsked(run, 'b', '{ann}name')
  })

  test('notes MOVED for this slot, and for no other', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Redis Cluster: a table',
      expected:
        'a says that {ann}name is at b: {ann}town and {ann}name are asked for at b from then on, and so is user218, which has the same slot; hello still at a; later b says c, and so it is',
      why: 'a table that is not kept up sends each read to the old server first, and slots move one by one',
      hints: [
        'What does MOVED say something about: a key, a slot or a server?',
        'A Map from slots to servers, which comes before ctx.config.slots.',
      ],
    },
  }, () => {
    const run = redirect(get(begun(), '{ann}name'), 'a', 'moved', '{ann}name', 'b')
    run.receive('app', 'b', { type: 'value', key: '{ann}name', value: 'Ann' })
    expectAsked(get(run, '{ann}town'), 'b', '{ann}town')
    expectAsked(get(run, '{ann}name'), 'b', '{ann}name')
    expectAsked(get(run, 'user218'), 'b', 'user218')
    expectAsked(get(run, 'hello'), 'a', 'hello')
    redirect(run, 'b', 'moved', '{ann}town', 'c')
    expectAsked(get(run, '{ann}street'), 'c', '{ann}street')
  })

  test('asks where ASK says, with asking', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected: 'a says that {ann}name may be at b by now: get goes to b, with asking true',
      why: 'a server that imports a slot sends away whoever does not say that he was sent',
      hints: [
        'What does b do with a get for a slot that is not its own yet?',
        'asking: true, and only here.',
      ],
    },
  }, () => {
    const run = redirect(get(begun(), '{ann}name'), 'a', 'ask', '{ann}name', 'b')
    expectAsked(run, 'b', '{ann}name', true)
  })

  test('forgets what ASK has said', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Redis Cluster: a table',
      expected:
        'a says that {ann}name may be at b, and b has it: {ann}name and {ann}town are asked for at a afterwards, with asking false; and where MOVED had said b before, and b says ASK c, b is asked the next time',
      why: 'other keys of the slot are still at a, and the move may never end',
      hints: ['What has changed in the table?', 'Nothing. ASK is for one key, once.'],
    },
  }, () => {
    const run = redirect(get(begun(), '{ann}name'), 'a', 'ask', '{ann}name', 'b')
    run.receive('app', 'b', { type: 'value', key: '{ann}name', value: 'Ann' })
    expectAsked(get(run, '{ann}name'), 'a', '{ann}name')
    expectAsked(get(run, '{ann}town'), 'a', '{ann}town')
    const noted = redirect(get(begun(), '{ann}name'), 'a', 'moved', '{ann}name', 'b')
    redirect(noted, 'b', 'ask', '{ann}name', 'c')
    noted.receive('app', 'c', { type: 'value', key: '{ann}name', value: 'Ann' })
    expectAsked(get(noted, '{ann}town'), 'b', '{ann}town')
  })

  test('goes from one server to the next', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected:
        'a says MOVED b, b says ASK c, c says MOVED a, a says MOVED b: each is asked, only c with asking, and the last MOVED is noted',
      why: 'a slot can move again while you are on the way',
      hints: [
        'What do your handlers do the second time?',
        'The same: whom you have asked before does not matter. asking is true right after an ASK, and never else.',
      ],
    },
  }, () => {
    const run = get(begun(), '{ann}name')
    expectAsked(redirect(run, 'a', 'moved', '{ann}name', 'b'), 'b', '{ann}name')
    expectAsked(redirect(run, 'b', 'ask', '{ann}name', 'c'), 'c', '{ann}name', true)
    expectAsked(redirect(run, 'c', 'moved', '{ann}name', 'a'), 'a', '{ann}name')
    expectAsked(redirect(run, 'a', 'moved', '{ann}name', 'b'), 'b', '{ann}name')
    expectAsked(get(run, '{ann}town'), 'b', '{ann}town')
  })

  test('gives each user his own key', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Redis Cluster: a table',
      expected:
        'ann reads foo, bob reads hello, and the answers come the other way round: ann is told bar, bob there',
      why: 'two servers answer when they can, not in the order in which they were asked',
      hints: ['How many may wait at once?', 'A Map from keys to who waits for them.'],
    },
  }, () => {
    const run = get(get(begun(), 'foo', 'ann'), 'hello', 'bob')
    run.receive('app', 'a', { type: 'value', key: 'hello', value: 'there' })
    expect(run).toSend({ from: 'app', to: 'bob', type: 'get_ok', key: 'hello', value: 'there' })
    run.receive('app', 'c', { type: 'value', key: 'foo', value: 'bar' })
    expect(run).toSend({ from: 'app', to: 'ann', type: 'get_ok', key: 'foo', value: 'bar' })
    if (run.sent.filter(({ body }) => body.type === 'get_ok').length !== 2)
      run.fail('two users have asked, and there are not two answers')
  })
})

describe('chaos', () => {
  test('agrees with long division on any key', {
    meta: {
      rung: 3,
      points: 2,
      section: 'Redis Cluster: a table',
      expected:
        '400 keys of up to 100 characters, many of them with braces: each has the slot that a long division gives',
      why: 'keys are what users make of them',
      hints: [
        'What is in the key that was told: blanks, line ends, braces, letters of another alphabet?',
        'Between the braces may be anything but a closing one.',
      ],
    },
  }, () => {
    // Those at the end are the last and the first of each length in UTF-8.
    const signs = [...'{{{{}}}aB7 .\n"\\ß槽🔑\0\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}']
    let seed = 19
    const draw = (below: number) => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    // Short ones first, so that the one that is told is short.
    for (let n = 0; n < 400; n++) {
      const size = n < 350 ? draw(2 + Math.floor(n / 30)) : 50
      const key = Array.from({ length: size }, () => signs[draw(signs.length)]).join('')
      expectSlot(begun(), key, plainSlot(key))
    }
  })

  test('finds every key while slots go round', {
    meta: {
      rung: 3,
      points: 2,
      section: 'Redis Cluster: a table',
      expected:
        'in 20 random runs three users read a key each, 20 times, while their slots move from server to server: each is told the value every time',
      why: 'a table is old as soon as it is copied',
      hints: [
        'Who sent the client on in the story, and how often has that happened before?',
        'There is no limit to how often: each MOVED is noted, each ASK is followed.',
      ],
    },
  }, () => {
    const clients = Object.fromEntries(
      ['{ann}name', 'hello', 'foo'].map((key) => [
        `reader of ${key}`,
        Array.from({ length: 20 }, () => ({ to: 'app', body: { type: 'get', key } })),
      ]),
    )
    const route = ['a', 'b', 'c', 'a', 'c', 'b', 'a']
    const requests = route.slice(1).flatMap((to, index) =>
      ['{ann}name', 'hello'].map((key) => ({
        atMs: 20 + 600 * index,
        client: `operator ${index} ${key}`,
        to: route[index]!,
        body: { type: 'move', key, to },
      })),
    )
    const model = () => makeModel(protocol(), { clients, options: { delayMs: [1, 80] } })
    expect(
      simulated(model, {
        runs: 20,
        run: () => ({ untilMs: 60_000, requests }),
        faults: ['late messages'],
        sometimes: { type: 'moved away' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('finds both keys of a slot that moves, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: 'Redis Cluster: a table',
      expected:
        'ann reads {ann}name and bob {ann}town while their slot moves from a to b: both are told the value',
      why: 'while a slot moves, its keys are at two servers',
      hints: [
        'Which of the two keys was still at a in the story, and what sent the client to b for it?',
        'What ASK says is of one key. Nothing that you keep for its slot may come from it.',
      ],
    },
  }, () => {
    expect(explored(twoReaders())).toHold()
  })
})
