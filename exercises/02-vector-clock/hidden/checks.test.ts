/** The hidden checks of vector-clock, in the order of the ladder. */
import { explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { chat, PEOPLE, protocol, SAFETY, shownAt, talk, write } from './cluster.ts'

scenariosOn(() => [protocol()])

const ALL = [...SAFETY, 'NothingHeldBack']

/** The question q of ann, and bob's answer a; carl has received nothing yet. */
function asked(): HandRun {
  const run = write(talk(), 'ann', 'q').deliver({ to: 'bob', type: 'post' })
  return write(run, 'bob', 'a')
}

function expectShown(run: HandRun, node: string, ...texts: readonly string[]) {
  for (const text of texts) expect(run).toAnnounce({ node, type: 'deliver', text })
}

function expectRelation(run: HandRun, node: string, a: string, b: string, relation: string) {
  const twin = run.branch()
  twin.request(node, { type: 'compare', a, b }, 'judge').deliver({ to: node, type: 'compare' })
  expect(twin).toSend({ from: node, to: 'judge', type: 'compare_ok', relation })
}

describe('one message', () => {
  test('shows its own text, and posts it to everybody', {
    meta: {
      rung: 1,
      points: 1,
      section: 'The answer before the question',
      expected: 'asked to write q, ann announces it and sends a post with q to bob, carl and dora',
      why: 'the writer sees his text at once; the others see it only if it is sent to them',
      hints: [
        'Who has to hear of a text, and who has to show it?',
        'ctx.output({ type: "deliver", text }) here, and ctx.broadcast({ type: "post", text, stamp }) for the others.',
      ],
    },
  }, () => {
    const run = write(talk({ names: [...PEOPLE, 'dora'] }), 'ann', 'q')
    expectShown(run, 'ann', 'q')
    for (const to of ['bob', 'carl', 'dora']) expect(run).toSend({ from: 'ann', to, type: 'post', text: 'q' })
  })

  test('stamps a text with what its writer had been shown', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A number for every node',
      expected: "ann's first text carries ann 1, bob 0, carl 0; her second ann 2, bob 0, carl 0",
      why: 'the stamp tells the others what they must have shown before; the text itself is counted too',
      hints: [
        'What has ann been shown when she writes her first text?',
        "The stamp is a copy of the counts of what is shown here, with one more in the writer's own place.",
      ],
    },
  }, () => {
    const run = write(write(talk(), 'ann', 'q1'), 'ann', 'q2')
    for (const [text, n] of [
      ['q1', 1],
      ['q2', 2],
    ] as const)
      expect(run).toSend({ from: 'ann', to: 'bob', type: 'post', text, stamp: { ann: n, bob: 0, carl: 0 } })
  })

  test('shows at once what misses nothing', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Showing things in order',
      expected: 'the first post of ann arrives at bob, who shows it',
      why: 'a text whose writer had been shown nothing has nothing to wait for',
      hints: [
        'Which entries of the stamp 1 0 0 say that something must have been shown before?',
        "The writer's own entry counts this text. All others are zero: nothing is missing.",
      ],
    },
  }, () => {
    expectShown(write(talk(), 'ann', 'q').deliver({ to: 'bob', type: 'post' }), 'bob', 'q')
  })
})

describe('one scenario', () => {
  test('an answer carries the question in its stamp', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A number for every node',
      expected: 'bob has been shown q of ann and writes a: its stamp is ann 1, bob 1, carl 0',
      why: 'without it nobody can know that a answers something',
      hints: [
        'What changes in the counts of bob when he shows the text of ann?',
        "Showing a text of somebody adds one in that person's place, at every node that shows it.",
      ],
    },
  }, () => {
    expect(asked()).toSend({
      from: 'bob',
      to: 'carl',
      type: 'post',
      text: 'a',
      stamp: { ann: 1, bob: 1, carl: 0 },
    })
  })

  test('an answer waits for its question', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Showing things in order',
      expected: "bob's answer reaches carl before ann's question: carl shows nothing; then q, and after it a",
      why: 'an answer without its question is what this protocol is there to prevent',
      hints: [
        'Carl has shown nothing. What in the stamp ann 1, bob 1 of the answer tells him that he lacks something?',
        'Keep what may not be shown yet. After each text that is shown, look through what waits again.',
        'Birman, Schiper & Stephenson 1991, the CBCAST protocol: the two conditions of the delivery rule.',
      ],
    },
  }, () => {
    const run = asked().deliver({ to: 'carl', from: 'bob', type: 'post' })
    expect(run).not.toAnnounce({ node: 'carl', type: 'deliver', text: 'a' })
    run.deliver({ to: 'carl', from: 'ann', type: 'post' })
    expectShown(run, 'carl', 'q', 'a')
  })

  test('one text lets several go', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Showing things in order',
      expected:
        "ann's twelve texts reach bob the last one first: with the first one he shows all twelve, in order",
      why: 'what is shown can be what another text has waited for, and that one what a third has waited for',
      hints: [
        'After one waiting text is shown, is there possibly another one?',
        'Repeat until nothing that waits may be shown; one pass in the order of arrival is not enough.',
      ],
    },
  }, () => {
    const texts = Array.from({ length: 12 }, (_, i) => `q${i + 1}`)
    const run = texts.reduce((r, text) => write(r, 'ann', text), talk())
    for (const text of [...texts].reverse()) run.deliver({ to: 'bob', type: 'post', text })
    expectShown(run, 'bob', ...texts)
  })

  test('what waits is not in the stamp', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Showing things in order',
      expected:
        "carl has received bob's answer but not shown it, and writes c: its stamp is ann 0, bob 0, carl 1",
      why: 'who counts what waits makes others wait for texts that the writer never saw',
      hints: [
        'Does carl know the answer when it is on his machine, or when it is on his screen?',
        'Counts change when a text is shown, not when it arrives.',
      ],
    },
  }, () => {
    const run = write(asked().deliver({ to: 'carl', from: 'bob', type: 'post' }), 'carl', 'c')
    expect(run).toSend({
      from: 'carl',
      to: 'ann',
      type: 'post',
      text: 'c',
      stamp: { ann: 0, bob: 0, carl: 1 },
    })
  })

  test('does not wait for what it need not', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Showing things in order',
      reference: {
        messages: 6,
        syncs: 0,
        how: 'two texts: each comes from its user, and goes once to each of the two others, who answer nothing',
      },
      expected: 'ann and bob write at the same time: carl shows whichever arrives, and so do ann and bob',
      why: 'neither writer had been shown the other text, so there is nothing to wait for',
      hints: [
        'Stamps ann 1, bob 0 and ann 0, bob 1: does one of them ask for the other?',
        'Compare only with what you have shown. An entry of zero asks for nothing.',
      ],
    },
  }, () => {
    const both = () => write(write(talk(), 'ann', 'q'), 'bob', 'b')
    for (const first of ['ann', 'bob'])
      expectShown(
        both().deliver({ to: 'carl', from: first, type: 'post' }),
        'carl',
        first === 'ann' ? 'q' : 'b',
      )
    const run = both().deliverAll()
    expectShown(run, 'ann', 'b')
    expectShown(run, 'bob', 'q')
  })

  test('shows a copy once', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Showing things in order',
      expected: 'every post arrives twice, at once or while it still waits: each text is shown once',
      why: 'the network repeats messages to make sure that they arrive',
      hints: [
        'How does a node see that it has shown a text already?',
        "If the writer's own entry in the stamp is not more than what you have shown of that writer, it is a copy. And a copy can also arrive while the first still waits.",
      ],
    },
  }, () => {
    const run = asked().duplicateAll()
    for (const from of ['bob', 'bob', 'ann', 'ann']) run.deliver({ to: 'carl', from, type: 'post' })
    run.deliverAll()
    for (const node of PEOPLE)
      for (const text of ['q', 'a'])
        if (shownAt(run, node).filter((shown) => shown === text).length !== 1)
          run.fail(`${node} showed ${shownAt(run, node).join(', ') || 'nothing'}`)
  })

  test('says which of two texts came first', {
    meta: {
      rung: 2,
      points: 2,
      section: 'What "before" means without a clock',
      expected:
        'q is before its answer a, a is after q, and b, written without having seen either, is concurrent with both; and so it is when ten more texts have been shown',
      why: 'two writes that did not know of each other are a conflict; one that knew of the other replaces it',
      hints: [
        'Which entries of the two stamps have to be compared?',
        'All of them. a is before b if no entry of a is larger than that of b. If each is larger somewhere, they are concurrent.',
        'Mattern 1989: the order of vectors. Sums, sizes and single entries of somebody else do not give it.',
      ],
    },
  }, () => {
    // Carl's second text counts more than the question and its answer together, and knows neither.
    const run = write(write(write(asked(), 'carl', 'b'), 'carl', 'c'), 'carl', 'd').deliverAll()
    for (const node of PEOPLE) {
      expectRelation(run, node, 'q', 'a', 'before')
      expectRelation(run, node, 'a', 'q', 'after')
      for (const text of ['b', 'd'])
        for (const other of ['q', 'a']) {
          expectRelation(run, node, text, other, 'concurrent')
          expectRelation(run, node, other, text, 'concurrent')
        }
      expectRelation(run, node, 'b', 'd', 'before')
      expectRelation(run, node, 'd', 'b', 'after')
    }
    for (let n = 1; n <= 10; n++) write(run, 'ann', `later ${n}`).deliverAll()
    for (const node of PEOPLE) expectRelation(run, node, 'q', 'a', 'before')
  })

  test('does not judge what it has not shown', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A number for every node',
      expected: 'carl has received the answer but not its question: asked to compare them he says unknown',
      why: 'nobody can compare a text that he was not shown yet',
      hints: [
        'What does carl know of a text that still waits, and what of one that never came?',
        'Keep the stamp of a text when it is shown. Without a stamp for both the relation is unknown.',
      ],
    },
  }, () => {
    const run = asked().deliver({ to: 'carl', from: 'bob', type: 'post' })
    expectRelation(run, 'carl', 'q', 'a', 'unknown')
    expectRelation(run, 'carl', 'a', 'q', 'unknown')
    const both = write(asked(), 'carl', 'c').deliver({ to: 'carl', from: 'bob', type: 'post' })
    expectRelation(both, 'carl', 'c', 'a', 'unknown')
  })
})

describe('chaos', () => {
  test('keeps the order in a lively chat', {
    meta: {
      rung: 3,
      points: 2,
      section: 'Showing things in order',
      expected:
        'in 60 random runs of two to five people, with late messages and copies, everybody is shown every text, once, in causal order',
      why: 'with more people and more texts the chains get longer, and what waits piles up',
      hints: [
        'Look at the last text in the story: what had its writer been shown, and by whom was that written?',
        'Are there places in your code for three people only, or for one waiting text?',
      ],
    },
  }, () => {
    const names = ['ann', 'bob', 'carl', 'dora', 'emil']
    const lively = (n: number) =>
      chat({ names: names.slice(0, 2 + (n % 4)), properties: ALL, delayMs: [1, 80] })
    const run = (n: number) => ({
      untilMs: 3000,
      maxSteps: 5000,
      faults: { untilMs: 400, sparesClients: true, duplicate: 0.2, loss: 0, crashes: 0, partitions: 0 },
      requests: Array.from({ length: 8 }, (_, i) => {
        const to = names[(i * 3 + n) % (2 + (n % 4))]!
        return { atMs: i * 35, client: `c${i + 1}`, to, body: { type: 'write', text: `t${i + 1}` } }
      }),
    })
    expect(
      simulated(lively, { runs: 60, run, faults: ['duplication', 'delay'], sometimes: { type: 'deliver' } }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('keeps order and relations in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: 'Showing things in order',
      expected:
        'a question, an answer and a text beside them, with one message copied: whatever arrives first, everybody is shown all, in causal order, and compares them alike',
      why: 'a schedule that is rare happens all the same',
      hints: [
        'Walk the story: what is shown there that should wait, or waits and should be shown?',
        'Two conditions: the next of its writer, and nothing missing of all others. Both, for every text that waits, after every text that is shown.',
      ],
    },
  }, () => {
    const begin = (run: HandRun) => write(run.deliver({ to: 'bob', type: 'post' }), 'bob', 'a')
    const run = write(begin(write(talk({ properties: ALL }), 'ann', 'q')), 'carl', 'c')
    expect(explored(run, { budgets: { duplicates: 1 }, maxWorlds: 200_000 })).toHold()
    const open = talk({ properties: ALL })
    for (const [node, text] of [
      ['ann', 'q'],
      ['bob', 'a'],
      ['ann', 'r'],
    ] as const)
      open.request(node, { type: 'write', text }, `user of ${node} for ${text}`)
    expect(explored(open, { maxWorlds: 200_000 })).toHold()
    for (const end of write(asked(), 'carl', 'c').everyOrder())
      for (const node of PEOPLE) {
        expectRelation(end, node, 'q', 'a', 'before')
        expectRelation(end, node, 'a', 'q', 'after')
        expectRelation(end, node, 'c', 'a', 'concurrent')
        expectRelation(end, node, 'q', 'c', 'concurrent')
      }
  })
})
