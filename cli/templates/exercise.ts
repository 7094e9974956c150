/** The files of a new exercise: a small one that is whole, tickets that are never given twice, to be turned into yours. */

export interface Subject {
  /** `NN-slug`. */
  readonly name: string
  readonly slug: string
  readonly title: string
  /** Lines for the task: what an existing protocol has, or nothing. */
  readonly given: string
}

const MESSAGES = "{ type: 'take' }"

/** By path below the exercise's folder. */
export function exerciseFiles({ slug, title, given }: Subject): { readonly [path: string]: string } {
  return {
    'task.md': `---
lesson: ${slug}
---

# ${title}

Write a **server** that gives out tickets. No number is given twice, whatever is switched off.

A client sends \`take\`. The server picks a number, announces it with \`ctx.output({ type: 'ticket', number })\`,
and answers with \`ctx.reply(message, { type: 'take_ok', number })\`.
${given}
## Limits

- A node can lose power at any moment. What is written is safe only after \`ctx.disk.sync()\`.

## What is not judged

Your state, what you keep on the disk, and whether numbers have gaps.
`,
    'start.ts': `/** ${title}: your answer. The task is in task.md. */
import { defineNode } from 'splitbrain'

export const server = defineNode<{ given: number }, ${MESSAGES}>({
  /** The first boot, and again after every restart. What does the disk still know? */
  start: () => ({ given: 0 }),

  on: {
    take(_state, _message, _ctx) {
      // Pick a number, announce it, answer.
    },
  },
})
`,
    'hidden/solution.ts': server('keep, announce, answer', `${KEEP}${SAY}`),
    'hidden/right/skips-numbers.ts': server(
      'Numbers with gaps are as good.',
      `${KEEP}${SAY}`,
      'state.given += 2',
    ),
    'hidden/wrong/silent.ts': wrong('gives a ticket', ''),
    'hidden/wrong/always-one.ts': wrong(
      'gives another number to the next',
      `${KEEP}${SAY}`,
      'state.given = 1',
    ),
    'hidden/wrong/not-forced.ts': wrong('gives no number twice through crashes', `${WRITE}${SAY}`),
    'hidden/wrong/announced-first.ts': wrong('gives no number twice in any schedule', `${SAY}${KEEP}`),
    'hidden/checks.test.ts': checks(slug, title),
  }
}

const WRITE = "      ctx.disk.write('given', state.given)\n"
const KEEP = `${WRITE}      ctx.disk.sync()\n`
const SAY = `      ctx.output({ type: 'ticket', number: state.given })
      ctx.reply(message, { type: 'take_ok', number: state.given })
`

function server(says: string, effects: string, next = 'state.given += 1', first = `/** ${says} */`): string {
  const used = effects === '' ? ['_state', '_message', '_ctx'] : ['state', 'message', 'ctx']
  return `${first}
import { defineNode } from 'splitbrain'

export const server = defineNode<{ given: number }, ${MESSAGES}>({
  start: (ctx) => ({ given: ctx.disk.read<number>('given') ?? 0 }),
  on: {
    take(${used.join(', ')}) {
${effects === '' ? '' : `      ${next}\n${effects}`}    },
  },
})
`
}

function wrong(check: string, effects: string, next?: string): string {
  return server('', effects, next, `// fails: ${check}`)
}

function checks(slug: string, title: string): string {
  return `/** The hidden checks of ${title.toLowerCase()}, in the order of the ladder. */
import { answer, byHand, defineProtocol, explored, makeModel, property, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'

/** Judges what is announced, never what the server keeps. */
const unique = property<{ readonly given: readonly number[]; readonly twice: number | null }>({
  name: 'Unique',
  says: 'no number is given twice',
  first: { given: [], twice: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'ticket') return fold
    const number = Number(seen.body['number'])
    return fold.given.includes(number) ? { ...fold, twice: number } : { ...fold, given: [...fold.given, number] }
  },
  judge: { kind: 'always', broken: ({ twice }) => (twice === null ? null : \`\${twice} was given twice\`) },
})

/** One server, which is the learner's. */
function cluster() {
  const nodes = answer('server')
  const protocol = defineProtocol({
    name: '${slug}',
    source: "the learner's answer",
    says: 'gives out tickets',
    cluster: ['n1'],
    rules: {},
    roles: () => nodes,
    params: {},
    assign: () => ({ n1: { role: 'server', peers: [], config: {} } }),
    requests: { take: { to: 'server', fields: {}, says: 'takes a ticket' } },
    properties: [unique],
  })
  return makeModel(protocol, { names: ['n1'] })
}

const taken = () => byHand(cluster()).request('n1', { type: 'take' }, 'c1')

describe('one message', () => {
  test('gives a ticket', {
    meta: {
      rung: 1,
      points: 1,
      expected: 'asked to take, n1 announces a ticket and answers take_ok',
      why: 'who asks waits for an answer, and what is not announced cannot be judged',
      hints: ['What are the two ways in which a number leaves the server?'],
    },
  }, () => {
    const run = taken().deliver({ to: 'n1', type: 'take' })
    expect(run).toAnnounce({ node: 'n1', type: 'ticket' })
    expect(run).toSend({ from: 'n1', to: 'c1', type: 'take_ok' })
  })
})

describe('one scenario', () => {
  test('gives another number to the next', {
    meta: {
      rung: 2,
      points: 1,
      expected: 'two clients get two numbers',
      why: 'a ticket that two people hold is worth nothing',
      hints: ['What changes between the first request and the second?'],
    },
  }, () => {
    const run = taken().deliverAll().request('n1', { type: 'take' }, 'c2').deliverAll()
    const numbers = run.outputs.map(({ body }) => body['number'])
    expect(new Set(numbers).size).toBe(2)
  })
})

describe('chaos', () => {
  test('gives no number twice through crashes', {
    meta: {
      rung: 3,
      points: 2,
      expected: 'in 30 random runs with crashes and lost writes no number is given twice',
      why: 'memory is gone after a crash, and so is what was not synced',
      hints: ['What is on the disk when the answer leaves?'],
    },
  }, () => {
    const requests = [1, 2, 3, 4].map((n) => ({ atMs: n * 200, client: \`c\${n}\`, to: 'n1', body: { type: 'take' } }))
    const faults = { untilMs: 900, sparesClients: true, crashes: 2, downMs: 50 }
    expect(
      simulated(cluster, {
        runs: 30,
        run: () => ({ untilMs: 2000, requests, faults }),
        faults: ['crashes', 'lost writes'],
        sometimes: { type: 'ticket' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('gives no number twice in any schedule', {
    meta: {
      rung: 4,
      points: 3,
      expected: 'with a crash at any point, also between two lines of the handler, no number is given twice',
      why: 'a schedule that is rare happens all the same',
      hints: ['Which two lines of yours must not be the other way round?'],
    },
  }, () => {
    const run = taken().request('n1', { type: 'take' }, 'c2')
    expect(explored(run, { budgets: { crashes: 1 } })).toHold()
  })
})
`
}
