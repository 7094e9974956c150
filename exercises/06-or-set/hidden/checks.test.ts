/** The hidden checks of the set, in the order of the ladder. */
import { explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { ask, cluster, expectList, protocol, start } from './cluster.ts'

scenariosOn(() => [protocol()])

const told = (run: HandRun, type: string) => run.sent.filter(({ body }) => body.type === type).length

describe('one message', () => {
  test('adds, and answers', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Both answer at once',
      expected: 'asked to add milk, a answers add_ok at once; asked for the list, it answers milk',
      why: 'a replica that waits for the others cannot be used in a tunnel',
      hints: [
        'What does a client that has asked wait for?',
        'ctx.reply(message, { type: "add_ok" }), and get_ok with elements for get.',
      ],
    },
  }, () => {
    const run = ask(start(), 'a', 'add')
    expect(run).toSend({ from: 'a', type: 'add_ok' })
    expectList(run, 'a', ['milk'], 'what was added is on the list')
  })

  test('removes, and answers', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A set, and what a remove means',
      expected:
        'milk, oat milk and milk powder are added and milk is removed at a: a answers remove_ok, and the other two stay',
      why: 'a remove takes out one element, and no other',
      hints: [
        'Which of the things you keep belong to milk?',
        'Those adds whose element is message.body.element. Leave the others.',
      ],
    },
  }, () => {
    const others = ['oat milk', 'milk powder']
    const run = ask(start(), 'a', 'add')
    for (const element of others) ask(run, 'a', 'add', element)
    expect(ask(run, 'a', 'remove')).toSend({ from: 'a', type: 'remove_ok' })
    expectList(run, 'a', others, 'milk was removed, and nothing else')
    const nothing = ask(run, 'a', 'remove', 'bread')
    if (told(nothing, 'remove_ok') < 2)
      nothing.fail('a was asked to remove bread, which is not there, and gave no answer')
  })

  test('names each element once', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A set, and what a remove means',
      expected: 'milk is added twice at a: the list says it once, and one remove takes it out',
      why: 'two adds are two tags, and one element',
      hints: ['What is a list of, tags or elements?', 'Answer with elements: [...new Set(...)].'],
    },
  }, () => {
    const run = ask(ask(start(), 'a', 'add'), 'a', 'add')
    expectList(run, 'a', ['milk'], 'it is one element, however often it was added')
    expectList(ask(run, 'a', 'remove'), 'a', [], 'the remove had seen both adds')
  })

  test('tells the others', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Every update has to arrive',
      expected: 'milk is added at a: within two seconds b has it as well',
      why: 'what is not told is known nowhere else',
      hints: [
        'Who sends a state, and when?',
        'A timer: arm it in start, broadcast the state when it fires, and arm it again. Its receiver merges.',
      ],
    },
  }, () => {
    expectList(ask(start(), 'a', 'add').wait(2000), 'b', ['milk'], 'a has milk, and two seconds have gone by')
  })
})

describe('one scenario', () => {
  test('a remove reaches the others', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A set, and what a remove means',
      reference: {
        messages: 28,
        syncs: 4,
        how: 'four requests with their answers, and in four seconds ten states from each of the two; it forces a write when the set has grown: for the add and the remove, at a and at b',
      },
      expected: 'a and b both have milk; a removes it: within two seconds it is gone at b',
      why: 'a state without milk does not say that milk was removed: b might know of an add that a does not',
      hints: [
        'How can b tell "never heard of it" from "removed"?',
        'The state has to carry which adds are gone, or which adds its replica has seen.',
        'The lesson keeps two collections that only grow: tags that were added, and tags that were removed.',
      ],
    },
  }, () => {
    const run = ask(ask(start(), 'a', 'add').wait(2000), 'a', 'remove').wait(2000)
    expectList(run, 'a', [], 'a removed it, and b must not have brought it back')
    expectList(run, 'b', [], 'a removed what b had from a')
  })

  test('what was removed can be added again', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A set, and what a remove means',
      expected:
        'milk is added, removed and added again at a: it is on the list, at a and at b; also where a and b had both removed it',
      why: 'a note that says "milk is gone" would say so for ever',
      hints: [
        'What does your note of a remove name: the element, or the adds of it?',
        'Every add has a name of its own. The second add is another one, which no remove has seen.',
      ],
    },
  }, () => {
    const run = ask(ask(ask(start(), 'a', 'add').wait(2000), 'a', 'remove').wait(2000), 'a', 'add')
    expectList(run, 'a', ['milk'], 'the second add came after the remove')
    expectList(run.wait(2000), 'b', ['milk'], 'the second add came after the remove')
    const both = ask(start(), 'a', 'add').wait(2000).cut(['a'], ['b'])
    ask(ask(both, 'a', 'remove'), 'b', 'remove')
      .heal()
      .wait(3000)
    expectList(ask(both, 'a', 'add'), 'a', ['milk'], 'this add came after both removes')
    expectList(both.wait(2000), 'b', ['milk'], 'this add came after both removes')
  })

  test('an add that the remove had not seen stays', {
    meta: {
      rung: 2,
      points: 2,
      section: 'A set, and what a remove means',
      expected:
        'both have milk; cut off from each other, a removes milk and b adds it again: afterwards both have milk',
      why: 'b was told that milk is on the list, and nobody who knew of that add has removed it',
      hints: [
        'Which adds had a heard of when it removed milk?',
        'Only those go. The add of b has a tag that a did not know.',
        'Shapiro et al. 2011, section 3.3.5: each add makes a unique tag, and a remove takes the tags it observes.',
      ],
    },
  }, () => {
    const run = ask(start(), 'a', 'add').wait(2000).cut(['a'], ['b'])
    ask(ask(run, 'a', 'remove'), 'b', 'add')
      .heal()
      .wait(3000)
    expectList(run, 'b', ['milk'], 'b added it, and the remove had not seen that')
    expectList(run, 'a', ['milk'], 'b added it, and the remove had not seen that')
  })

  test('an old state brings nothing back', {
    meta: {
      rung: 2,
      points: 1,
      section: 'How long the notes stay',
      expected:
        'b hears that milk was removed, and then an older state of a, from before the remove: milk is not on its list',
      why: 'messages overtake each other, and come twice',
      hints: [
        'What does b know of that add when the old state comes?',
        'That it was seen and removed. So b has to keep that note, and look at it when it merges.',
      ],
    },
  }, () => {
    const run = ask(start(), 'a', 'add').wait(2000)
    const old = run.sent.filter(({ from, body }) => from === 'a' && body.type === 'state').at(-1)
    if (old === undefined) return run.fail('a was asked to add milk, and sent no state within two seconds')
    ask(run, 'a', 'remove').wait(2000).receive('b', 'a', old.body)
    expectList(run, 'b', [], 'the newest that b has heard is that milk was removed')
  })

  test('what was answered is there after a crash', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What BASE gives up',
      expected:
        'milk and eggs are added and milk is removed at a; a loses power and comes back: it has eggs. The same where power goes in the middle of a handler: what was answered is there',
      why: 'the client was told that it is done',
      hints: [
        'What is left of your state after a crash?',
        'ctx.disk.write and ctx.disk.sync, before ctx.reply.',
      ],
    },
  }, () => {
    const own = () => start({ properties: ['NoLostUpdate'] })
    const answered = 'a was asked and answered before the power went'
    expectList(ask(own(), 'a', 'add').crash('a').restart('a'), 'a', ['milk'], answered)
    const run = ask(ask(ask(own(), 'a', 'add'), 'a', 'add', 'eggs'), 'a', 'remove')
    run.crash('a').restart('a')
    expectList(run, 'a', ['eggs'], answered)
    expectList(run.wait(2000), 'b', ['eggs'], 'a replica that is back tells the others again')
    for (let after = 0; after < 8; after++) {
      const cutShort = (from: HandRun, type: string) =>
        from.request('a', { type, element: 'milk' }, 'ann').crashDuring({ to: 'a', type }, after).restart('a')
      const add = cutShort(own(), 'add')
      if (told(add, 'add_ok') > 0) expectList(add, 'a', ['milk'], answered)
      const remove = cutShort(ask(own(), 'a', 'add'), 'remove')
      if (told(remove, 'remove_ok') > 0) expectList(remove, 'a', [], answered)
    }
  })

  test('no name is used twice', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A set, and what a remove means',
      expected:
        'milk is added and removed at a; a loses power, comes back, and adds milk: it is on the list. So it is the next time, and where all three come at the same moment',
      why: 'a tag that was there before is a tag that may have been removed before',
      hints: [
        'Where does the number in your tag come from after a restart?',
        'It has to be on the disk, or follow from the tags that are there, the removed ones too. A clock does not do: two requests can come at the same moment.',
      ],
    },
  }, () => {
    const quick = start()
    const three = ['add', 'remove', 'add'].map((type, i) => ({ type, client: `client-${i}` }))
    for (const { type, client } of three) quick.request('a', { type, element: 'milk' }, client)
    for (const { type, client } of three) quick.deliver({ to: 'a', from: client, type })
    expectList(quick, 'a', ['milk'], 'the second add came after the remove')
    const run = ask(ask(start(), 'a', 'add').wait(2000), 'a', 'remove').wait(2000)
    for (const restart of [1, 2]) {
      if (restart === 2) ask(run, 'a', 'remove')
      run.crash('a').restart('a')
      ask(run, 'a', 'add')
      expectList(run, 'a', ['milk'], 'this add came after the remove')
    }
    expectList(run.wait(2000), 'b', ['milk'], 'this add came after the remove')
  })

  test('tells it again', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Every update has to arrive',
      expected:
        'a and b are cut off for five seconds after an add at a, and what was sent is lost: two seconds later b has it',
      why: 'what was sent once may have been lost',
      hints: ['How often is the timer armed?', 'In its own handler, each time.'],
    },
  }, () => {
    const run = ask(start().wait(1000).cut(['a'], ['b']), 'a', 'add')
      .wait(5000)
      .drop({ type: 'state' })
      .heal()
      .wait(2000)
    expectList(run, 'b', ['milk'], 'the others are told at least once a second, for ever')
  })

  test('a remove is not forgotten after a while', {
    meta: {
      rung: 2,
      points: 1,
      section: 'How long the notes stay',
      expected:
        'both have milk; cut off from each other for a minute, a removes it at once: when they meet again, neither has milk',
      why: 'the other one may come back at any time, with all that it had',
      hints: [
        'What do you throw away, and when?',
        'A note may go only when every replica has heard of it. Nothing here asks you to throw any away.',
      ],
    },
  }, () => {
    const run = ask(ask(start(), 'a', 'add').wait(2000).cut(['a'], ['b']), 'a', 'remove')
    run.wait(60_000).drop({ type: 'state' }).heal().wait(3000)
    for (const at of ['a', 'b']) expectList(run, at, [], 'a removed the only milk there was, a minute ago')
  })

  test('news travels by way of others', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Every update has to arrive',
      expected: 'a can reach b only, and b can reach c: what is added and removed at a arrives at c',
      why: 'the one who made a change may be gone when the other comes',
      hints: ['What does b send to c?', 'Its whole state, what it heard from a included.'],
    },
  }, () => {
    const run = ask(
      ask(start({ names: ['a', 'b', 'c'] }).cut(['a', 'b'], ['c']), 'a', 'add'),
      'a',
      'add',
      'eggs',
    )
    run.wait(2000).heal().cut(['a'], ['b', 'c']).wait(2000)
    expectList(run, 'c', ['eggs', 'milk'], 'b has it from a, and can tell')
    ask(run.heal().cut(['a', 'b'], ['c']), 'a', 'remove').wait(2000)
    run.heal().cut(['a'], ['b', 'c']).wait(2000)
    expectList(run, 'c', ['eggs'], 'b knows of the remove, and can tell')
  })
})

const FAULTS = ['loss', 'duplication', 'crashes', 'partitions']
const chaos = (n: number) => ({
  untilMs: 8000,
  maxSteps: 20_000,
  faults: {
    untilMs: 4000,
    sparesClients: true,
    loss: 0.15,
    duplicate: 0.2,
    crashes: n % 3,
    downMs: 500,
    partitions: n % 4 === 0 ? 1 : 0,
    partitionMs: 800,
  },
  requests: Array.from({ length: 8 }, (_, i) => ({
    atMs: 100 + i * 400,
    client: `client-${i}`,
    to: ['a', 'b', 'c'][(n + i * i) % 3]!,
    body: { type: (n + i) % 3 === 2 ? 'remove' : 'add', element: (n + i) % 5 === 0 ? 'eggs' : 'milk' },
  })),
})

describe('chaos', () => {
  test('all come to hold the same', {
    meta: {
      rung: 3,
      points: 2,
      section: 'Agreeing is not enough',
      expected:
        'in 60 random runs of three replicas all lists are the same 4 s after the last fault, and no add is lost',
      why: 'to agree in the end is what was promised for answering at once',
      hints: [
        'Which replica is left over at the end of the story, and what has it never heard?',
        'A merge must not depend on the order of two states, nor on how often one comes.',
      ],
    },
  }, () => {
    expect(
      simulated(
        () =>
          cluster({ names: ['a', 'b', 'c'], properties: ['NoLostUpdate', 'Convergence'], delayMs: [1, 300] }),
        { runs: 60, run: chaos, faults: FAULTS, sometimes: { type: 'holds' } },
      ),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('loses nothing and brings nothing back, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: 'A set, and what a remove means',
      expected:
        'two adds and a remove of milk at two replicas, in every order: lists are right at every moment',
      why: 'a schedule that is rare happens all the same',
      hints: [
        'Walk the story: which add does the replica know of, and which remove had seen it?',
        'Keep what was removed by its tag, and apply it whenever you read or merge.',
      ],
    },
  }, () => {
    const run = start()
    for (const [to, type, client] of [
      ['a', 'add', 'alice'],
      ['b', 'add', 'bob'],
      ['a', 'remove', 'carol'],
    ] as const)
      run.request(to, { type, element: 'milk' }, client)
    expect(explored(run, { budgets: { timeouts: 2 }, maxWorlds: 300_000 })).toHold()
  })
})
