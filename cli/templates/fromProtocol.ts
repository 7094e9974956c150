/** The files of a new exercise that is made from a protocol: its roles are the answer, its properties the checks. */
import type { Observed } from '../observed.ts'

export interface FromProtocol {
  readonly slug: string
  readonly title: string
  /** What the protocol has, and what it was seen to do. */
  readonly seen: Observed
  /** The protocol's own nodes as one file, or null where they are not at hand. */
  readonly solution: string | null
}

/** By path below the exercise's folder. */
export function filesFromProtocol(subject: FromProtocol): { readonly [path: string]: string } {
  const { slug, title, seen, solution } = subject
  const start = (first: string) =>
    `${first}\nimport { defineNode } from 'splitbrain'\n${seen.roles.map((role) => stub(role, seen)).join('')}`
  return {
    'task.md': task(subject),
    'start.ts': start(`/** ${title}: your answer. The task is in task.md. */`),
    'first.scenario': scenario(slug, seen),
    'hidden/solution.ts': solution ?? start('/** The reference is not written yet. */'),
    'hidden/wrong/silent.ts': start(`// fails: ${firstCheck(seen)}`),
    'hidden/checks.test.ts': checks(subject),
  }
}

function firstCheck({ requests, steady }: Observed): string {
  const first = requests[0]!
  if (first.atOnce.length > 0) return `hears ${first.type}`
  return first.inTheEnd.length > 0
    ? `ends what ${first.type} asks for`
    : `${steady[0]} holds in every schedule`
}

function task({ slug, title, seen }: FromProtocol): string {
  const { roles, says, requests, properties } = seen
  return `---
lesson: ${slug}
---

# ${title}

Write ${roles.map((role) => `**${role}**`).join(' and ')}: ${says}.

Clients may ask:

${requests.map((request) => `- \`${request.type}\`: ${request.says}`).join('\n')}

It is judged by:

${properties.map(({ name, says: what }) => `- ${name}: ${what}`).join('\n')}

## What is not judged

Your state, and what you keep on the disk.
`
}

/** Every request of the role has a handler that does nothing. */
function stub(role: string, { requests }: Observed): string {
  const own = requests.filter((request) => request.role === role)
  const types = own.map(({ type }) => `{ type: '${type}' }`).join(' | ') || '{ type: string }'
  const handlers = own.map(
    ({ type }) => `    ${key(type)}(_state, _message, _ctx) {
      // What is to be done?
    },
`,
  )
  return `
export const ${role} = defineNode<Record<string, never>, ${types}>({
  /** The first boot, and again after every restart. What does the disk still know? */
  start: () => ({}),

  on: {${handlers.length === 0 ? '' : `\n${handlers.join('')}  `}},
})
`
}

function scenario(slug: string, { names, requests }: Observed): string {
  const { type, to, inTheEnd } = requests[0]!
  return `# A scenario of your own: played on your answer with every check, after its
# checks, and worth no points. Change it, or write others beside it; each file
# that ends in .scenario is played.
cluster ${slug} ${names.join(' ')}
request ann ${to} ${type}
run 5s
${inTheEnd.map(({ verb, type: what }) => `expect ${verb} ${what}\n`).join('')}`
}

function checks({ slug, title, seen }: FromProtocol): string {
  const { protocol, roles, requests, steady, schedules } = seen
  const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ')
  return `/** The hidden checks of ${title.toLowerCase()}, made from ${protocol}, in the order of the ladder. */
import {
  answer,
  type Body,
  byHand,
  explored,
  makeModel,
  type Protocol,
  protocols,
  scenariosOn,
  simulated,
} from 'splitbrain'
import { describe, expect, test } from 'vitest'

/** The cluster and the properties of the reference, with the nodes of the answer. */
function protocol(): Protocol {
  const reference = protocols.find(({ name }) => name === '${protocol}')!
  const nodes = answer(${list(roles)})
  return { ...reference, name: '${slug}', roles: () => nodes }
}

scenariosOn(() => [protocol()])

/** Keeps track of these properties only. */
function cluster(...properties: readonly string[]) {
  const whole = protocol()
  return makeModel(whole, { properties: whole.properties.filter(({ name }) => properties.includes(name)) })
}

const ASKED = ${bodyText(requests[0]!.body)}

const asked = (body: Body = ASKED, to = '${requests[0]!.to}', ...properties: string[]) =>
  byHand(cluster(...properties)).request(to, body, 'ann')
${atOnce(requests)}${inTheEnd(requests)}
describe('chaos', () => {
  test('${seen.chaosName}', {
    meta: {
      rung: 3,
      points: 2,
      expected: 'in 30 random runs with crashes, lost writes and messages that come twice, ${steady.join(', ')} ${steady.length === 1 ? 'holds' : 'hold'}',
      why: 'memory is gone after a crash, and so is what was not synced',
      hints: ['What does each message promise, and what is on the disk when it leaves?'],
    },
  }, () => {
    const faults = { untilMs: 900, sparesClients: true, duplicate: 0.1, crashes: 1, downMs: 50 }
    const requests = [{ atMs: 1, client: 'ann', to: '${requests[0]!.to}', body: ASKED }]
    expect(
      simulated(() => cluster(${list(steady)}), {
        runs: 30,
        run: () => ({ untilMs: 5000, maxSteps: 5000, requests, faults }),
        faults: ['crashes', 'lost writes', 'duplication'],
        sometimes: { type: '${seen.sometimes}' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test.each([${list(schedules.properties)}])('%s holds in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      expected: 'in every order of the messages, with ${schedules.says}, the property holds',
      why: 'a schedule that is rare happens all the same',
      hints: ['Walk the story to the step after which it cannot be saved any more.'],
    },
  }, (property) => {
    const run = asked(ASKED, '${requests[0]!.to}', property)
    expect(explored(run, { budgets: ${schedules.budgets}, maxWorlds: ${schedules.maxWorlds} })).toHold()
  })
})
`
}

type Requests = Observed['requests']

/** What the reference does in the very step in which it hears a request. */
function atOnce(requests: Requests): string {
  const tests = requests
    .filter((request) => request.atOnce.length > 0)
    .map(
      ({ type, to, body, atOnce: does }) => `  test('hears ${type}', {
    meta: {
      rung: 1,
      points: 1,
      expected: 'asked to ${type}, ${to} does what comes first: ${does.map(({ verb, type: what }) => `${what} is ${verb}`).join(', ')}',
      why: 'whoever asks waits for what follows from it',
      hints: ['What is the first message, or the first thing that is announced?'],
    },
  }, () => {
    const run = asked(${bodyText(body)}, '${to}').deliver({ to: '${to}', type: '${type}' })
${expectations(to, does)}  })
`,
    )
  return tests.length === 0 ? '' : `\ndescribe('one message', () => {\n${tests.join('\n')}})\n`
}

function inTheEnd(requests: Requests): string {
  const tests = requests
    .filter((request) => request.inTheEnd.length > 0)
    .map(
      ({ type, to, body, inTheEnd: does }) => `  test('ends what ${type} asks for', {
    meta: {
      rung: 2,
      points: 1,
      expected: 'five seconds after ann has asked ${to} to ${type}, without a fault: ${does.map(({ verb, type: what }) => `${what} is ${verb}`).join(', ')}',
      why: 'nothing else is in the way',
      hints: ['Walk the story: who waits for whom?'],
    },
  }, () => {
    const run = asked(${bodyText(body)}, '${to}').wait(5000)
${expectations(null, does)}  })
`,
    )
  return tests.length === 0 ? '' : `\ndescribe('one scenario', () => {\n${tests.join('\n')}})\n`
}

function expectations(by: string | null, does: Requests[number]['atOnce']): string {
  return does
    .map(({ verb, type }) => {
      const who = by === null ? '' : `${verb === 'sent' ? 'from' : 'node'}: '${by}', `
      return `    expect(run).${verb === 'sent' ? 'toSend' : 'toAnnounce'}({ ${who}type: '${type}' })\n`
    })
    .join('')
}

function bodyText(body: { readonly [field: string]: unknown }): string {
  const { type, ...fields } = body
  const rest = Object.entries(fields).map(
    ([name, value]) => `${key(name)}: ${JSON.stringify(value).replaceAll('"', "'")}`,
  )
  return `{ ${[`type: '${String(type)}'`, ...rest].join(', ')} }`
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`
}
