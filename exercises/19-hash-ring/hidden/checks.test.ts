/** The hidden checks of hash-ring, in the order of the ladder. */
import { explored, scenariosOn } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { add, begun, expectNodes, oneAfterTheOther, plainRing, protocol, remove } from './cluster.ts'

scenariosOn(() => [protocol()])

describe('one message', () => {
  test('confirms a node, and finds it', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A ring',
      expected: 'a with a point at 100 is added and confirmed; place 50 belongs to a',
      why: 'a ring that does not answer is of no use',
      hints: [
        'What does the client wait for after add?',
        'ctx.reply(message, { type: "add_ok" }); locate_ok has nodes, a list.',
      ],
    },
  }, () => {
    expectNodes(begun({ a: [100] }), 50, ['a'])
  })

  test('finds nobody on an empty ring', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A ring',
      expected:
        'nobody was added, or who was is removed, confirmed, or has no points: nodes is the empty list',
      why: 'nobody can take a key, and that is no mistake of the client',
      hints: ['What does your walk do if there are no points?', 'Answer with an empty list.'],
    },
  }, () => {
    expectNodes(begun(), 50, [])
    expectNodes(remove(begun(), 'a'), 50, [])
    expectNodes(remove(begun({ a: [100] }), 'a'), 50, [])
    expectNodes(begun({ a: [] }), 50, [])
  })
})

describe('one scenario', () => {
  test('takes the first point clockwise', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A ring',
      reference: {
        messages: 16,
        syncs: 3,
        how: 'three nodes are added and five places asked for: a request and an answer each; each add is forced once',
      },
      expected:
        'a at 100, b at 200, c at 300: places 101, 140 and 200 belong to b, place 201 to c and 100 to a',
      why: 'a place belongs to the first point at or after it, however near another is',
      hints: [
        'Which way does the walk go, and does it include where it begins?',
        'Points from the place upwards: point >= place.',
      ],
    },
  }, () => {
    const run = begun({ c: [300], a: [100], b: [200] })
    for (const place of [101, 140, 200]) expectNodes(run, place, ['b'])
    expectNodes(run, 201, ['c'])
    expectNodes(run, 100, ['a'])
  })

  test('goes on at place 0 behind the last', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A ring',
      expected: 'a at 100, b at 200: places 201 and 4294967295 belong to a',
      why: 'the ring has no end; without this some keys have no node',
      hints: [
        'What does your search find for a place behind all points?',
        'Then it begins again with the first point.',
      ],
    },
  }, () => {
    const run = begun({ a: [100], b: [200] })
    for (const place of [201, 4_294_967_295]) expectNodes(run, place, ['a'])
  })

  test('compares places as numbers', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A ring',
      expected:
        'points at 20, 900, 1000 and 3000000000: places on both sides of each find the next larger one; and 4294967295 is another place than 0',
      why: 'places are numbers up to 2^32: neither texts nor 32 bits with a sign',
      hints: [
        'In which order does sort() put 1000 and 900?',
        'Sort by (a, b) => a - b, and beware of | 0: it makes 3000000000 negative.',
      ],
    },
  }, () => {
    const run = begun({ a: [20], b: [900], c: [1000], d: [3_000_000_000] })
    for (const [place, node] of [
      [3, 'a'],
      [100, 'b'],
      [950, 'c'],
      [2_000_000_000, 'd'],
      [3_000_000_000, 'd'],
      [4_000_000_000, 'a'],
    ] as const)
      expectNodes(run, place, [node])
    const ends = begun({ a: [4_294_967_295], b: [0] })
    expectNodes(ends, 0, ['b'])
    expectNodes(ends, 1, ['a'])
    expectNodes(ends, 4_294_967_295, ['a'])
  })

  test('puts copies on different nodes', {
    meta: {
      rung: 2,
      points: 2,
      section: 'What real systems do',
      expected:
        'a has two points in a row, then come c and b: two copies from before them are at a and c, five at a, c, b; from c on they are at c, b, a; and where c lies between two points of a, a counts once as well',
      why: 'two copies on one machine are lost together',
      hints: [
        'How many machines are behind two points of a?',
        'Walk on, and take each node once, in the order in which it is met, past the end of the ring if need be.',
      ],
    },
  }, () => {
    const run = begun({ a: [10, 20], b: [40], c: [30] })
    expectNodes(run, 5, ['a'])
    expectNodes(run, 5, ['a', 'c'])
    expectNodes(run, 5, ['a', 'c', 'b'], 5)
    expectNodes(run, 25, ['c', 'b', 'a'])
    expectNodes(begun({ a: [10, 50], b: [70], c: [30] }), 5, ['a', 'c', 'b'])
  })

  test('orders points at one place by name', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A ring',
      expected: 'a, b and B have a point at 100, added in any order: the order of the walk is B, a, b',
      why: 'two programs that order them in another way look for one key at two nodes',
      hints: [
        'What decides where two points are at the same place?',
        'Compare names with <, which knows no language: B is smaller than a.',
      ],
    },
  }, () => {
    for (const names of [
      ['b', 'a', 'B'],
      ['a', 'B', 'b'],
      ['B', 'b', 'a'],
    ]) {
      const run = begun(Object.fromEntries(names.map((name) => [name, [100]])))
      expectNodes(run, 50, ['B', 'a', 'b'])
      expectNodes(run, 101, ['B', 'a'])
    }
  })

  test('removes the points of one node', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What moves now',
      expected: 'n1, n10 and n2 are there, n1 is removed: its points are gone, the others stay',
      why: 'keys of the other nodes must stay where they are',
      hints: ['Which points go?', 'All that belong to exactly this name.'],
    },
  }, () => {
    const run = remove(begun({ n1: [10, 40], n10: [20, 50], n2: [30, 60] }), 'n1')
    for (const place of [5, 35, 65]) expectNodes(run, place, ['n10', 'n2'])
    for (const place of [25, 55]) expectNodes(run, place, ['n2', 'n10'])
    expectNodes(run, 5, ['n10', 'n2'], 3)
    expectNodes(remove(run, 'nobody'), 5, ['n10', 'n2'], 3)
  })

  test('replaces the points of a node that is added again', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What moves now',
      expected: 'a is added with 10 and 30, then with 50: place 5 belongs to b at 20 now, place 45 to a',
      why: "a node that comes back may have other points, and those of old are nobody's",
      hints: ['What is left of the first add?', 'Throw the old points away before you take the new ones.'],
    },
  }, () => {
    const run = add(begun({ a: [10, 30], b: [20] }), 'a', [50])
    expectNodes(run, 5, ['b'])
    expectNodes(run, 25, ['a', 'b'])
    expectNodes(run, 45, ['a'])
    expectNodes(run, 55, ['b'])
  })

  test('is the same ring after a crash', {
    meta: {
      rung: 2,
      points: 2,
      section: 'What moves now',
      expected:
        'a, b and c are added, c is removed, the power fails: afterwards a and b are there with all their points, and c is not',
      why: 'a ring that forgets a node sends its keys to others',
      hints: ['What is left of the state after a crash?', 'write and sync before the answer, read in start.'],
    },
  }, () => {
    const run = remove(begun({ a: [10, 40], b: [20], c: [30] }), 'c')
      .crash('ring')
      .restart('ring')
    for (const place of [5, 25]) expectNodes(run, place, ['a', 'b'], 3)
    expectNodes(run, 15, ['b', 'a'], 3)
  })
})

describe('chaos', () => {
  test('agrees with a plain ring through long stories', {
    meta: {
      rung: 3,
      points: 2,
      section: 'How even',
      expected:
        'thirty stories of twelve nodes with up to six points each, removes and crashes between them: every place has the nodes that a plain ring gives',
      why: 'small rings hide what large ones show',
      hints: [
        'Is there a limit in your code, of points, of nodes or of copies?',
        'Try twelve nodes of six points by hand, and as many copies as nodes.',
      ],
    },
  }, () => {
    for (let story = 1; story <= 30; story++) {
      let seed = story
      const draw = (below: number) => {
        seed = (seed * 48271) % 2147483647
        return seed % below
      }
      const points: { [node: string]: number[] } = {}
      const run = begun()
      for (let step = 0; step < 20; step++) {
        const node = `n${1 + draw(12)}`
        if (draw(5) === 0) {
          delete points[node]
          remove(run, node)
        } else {
          // Places from a few, so that some fall together; each once in a node.
          const own = Array.from({ length: 1 + draw(6) }, () => 2 ** 22 * draw(1024))
          points[node] = [...new Set(own)]
          add(run, node, points[node])
        }
        if (draw(6) === 0) run.crash('ring').restart('ring')
        const place = draw(2) === 0 ? 2 ** 22 * draw(1024) : 2 * draw(2147483647)
        const copies = 1 + draw(12)
        expectNodes(run, place, plainRing(points, place, copies), copies)
      }
    }
  })
})

describe('every schedule', () => {
  test('keeps what it has confirmed in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: 'What moves now',
      expected:
        'a is added, asked for, removed and asked for again, with a crash between any two lines: what was confirmed is so',
      why: 'what is confirmed before it is on the disk may never have been',
      hints: [
        'Between which two lines does the power fail in the story?',
        'First the write, then the sync, then the answer; for remove too.',
      ],
    },
  }, () => {
    expect(explored(oneAfterTheOther(), { budgets: { crashes: 2 } })).toHold()
  })
})
