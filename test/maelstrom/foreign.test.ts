/** Programs of somebody else: those that keep their word pass, each that breaks it is found out, and none is left running. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { inPlaceOfTheShell } from '../../src/maelstrom/child.ts'
import { type FaultKind, planFaults } from '../../src/maelstrom/faults.ts'
import { type ForeignOptions, foreignRun } from '../../src/maelstrom/foreignRun.ts'

const program = (name: string) => fileURLToPath(new URL(`./nodes/${name}.mjs`, import.meta.url))

/** A command that no other test has: its processes are told by the mark. */
const MARK = `mark-${process.pid}`
const run = (words: string, workload: string, some: Partial<ForeignOptions> = {}) => {
  const [name, ...args] = words.split(' ')
  return foreignRun({
    command: `"${process.execPath}" "${program(name!)}" ${args.join(' ') || 'well'} ${MARK}`,
    nodes: 3,
    workload,
    faults: [],
    seed: 1,
    forMs: 700,
    rate: 60,
    patienceMs: 20_000,
    settleMs: 3000,
    ...some,
  })
}
const all: readonly FaultKind[] = ['partition', 'loss', 'pause']

afterEach(() => {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  const left = stdout.split('\n').filter((line) => line.includes(MARK) && !line.includes('<defunct>'))
  expect(left, 'processes that are still there').toEqual([])
})

describe('keeps its word', () => {
  test.each([
    ['echo', 'echo', []],
    ['ids', 'unique-ids', []],
    ['ids large', 'unique-ids', []],
    ['gossip', 'broadcast', all],
    ['gossip freely', 'broadcast', all],
    ['gossip adds', 'g-set', all],
    ['counter', 'g-counter', all],
    ['counter', 'pn-counter', all],
    ['kv proxy', 'lin-kv', all],
    ['txn one', 'txn-list-append', ['pause']],
    ['txn one', 'txn-rw-register', ['pause']],
  ] as const)('%s: %s', async (words, workload, faults) => {
    const { verdict, history, misdeed } = await run(words, workload, { faults, forMs: 1500, settleMs: 8000 })
    expect([verdict, misdeed]).toEqual([expect.objectContaining({ kind: 'held' }), null])
    expect(history.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThan(10)
  })
})

describe('breaks it', () => {
  test.each([
    ['echo lies', 'echo', 'Echo', /^\S+ sent "please echo \d+" and was answered "please echo \d+!"$/],
    ['ids counts', 'unique-ids', 'UniqueIds', /given 1/],
    ['counter doubles', 'g-counter', 'EventualCounter', /but no more than \d+ had been added by then/],
    ['kv local', 'lin-kv', 'Linearizable', /fits nowhere|no order|nobody wrote/],
    [
      'txn each',
      'txn-list-append',
      'Serializable',
      /no order of the appends shows both|cycle|skew|after it appended/,
    ],
  ] as const)('%s', async (words, workload, property, why) => {
    const { verdict } = await run(words, workload, { settleMs: 500 })
    expect(verdict).toMatchObject({ kind: 'broken', property, why: expect.stringMatching(why) })
    expect(verdict.kind === 'broken' && verdict.witness.length).toBeGreaterThan(0)
  })

  test('a broadcast that tells each of the others once loses what the network loses', async () => {
    const some = { faults: ['loss', 'partition'], forMs: 1500, rate: 100, settleMs: 500 } as const
    const { verdict, messages } = await run('gossip once', 'broadcast', some)
    expect(messages.lost).toBeGreaterThan(0)
    expect(verdict).toMatchObject({
      kind: 'broken',
      property: 'EventualSet',
      why: expect.stringMatching(/^n\d never shows \d+.*though its broadcast was acknowledged$/),
    })
  })

  test('what is kept in memory only does not survive a kill', async () => {
    const some = { faults: ['kill'], nodes: 1, forMs: 2500, seed: 2, settleMs: 500 } as const
    const { verdict, nodes } = await run('kv local', 'lin-kv', some)
    expect(nodes[0]!.kills).toBeGreaterThan(0)
    expect(verdict).toMatchObject({ kind: 'broken', property: 'Linearizable' })
    const ids = await run('ids', 'unique-ids', some)
    expect(ids.verdict).toMatchObject({ kind: 'broken', property: 'UniqueIds' })
  })
})

describe('does what no node may do', () => {
  test.each([
    [
      'rubbish',
      'Protocol',
      /^n2 printed what is no message: it is no JSON: "Hello from my debugger", \d+\.\d\d s after the start$/,
    ],
    ['impostor', 'Protocol', /^n2 printed a message with "src" "n99": \{"src":"n99"/],
    ['endless', 'Protocol', /^n2 printed \d+ bytes without the end of a line; they begin "xxx/],
    ['bytes', 'Protocol', /^n2 printed what is no UTF-8, as JSON must be: /],
    ['deep', 'Protocol', /^n2 printed what is no message: its values lie 50002 deep in each other/],
    ['closes', 'Protocol', /^n2 closed its standard output and went on, /],
    [
      'halfway',
      'StaysUp',
      /^n2 ended by itself with exit code 0, in the middle of a line: \{"src":"n2","dest":"c1","bo, /,
    ],
    ['signalled', 'StaysUp', /^n2 was ended by SIGKILL, /],
    [
      'crashes',
      'StaysUp',
      /^n2 ended by itself with exit code 3; the last it said: "fatal: something is wrong"/,
    ],
    [
      'deaf',
      'Protocol',
      /^n2 does not read its standard input as fast as others write: 8 MB wait for it, most of them from n2, /,
    ],
  ] as const)('%s', async (how, property, why) => {
    const { verdict, misdeed } = await run(`echo ${how}`, 'echo', { forMs: 20_000 })
    expect(verdict).toMatchObject({ kind: 'broken', property, why: expect.stringMatching(why) })
    expect(misdeed).toMatchObject({ node: 'n2', property })
  })

  test('floods: whoever drowns in it says from whom', async () => {
    const { misdeed } = await run('echo flood', 'echo', { forMs: 60_000 })
    expect(misdeed?.why).toMatch(/^n1 does not read .*: 8 MB wait for it, most of them from n2$/)
  })

  test.each([
    ['twice', 'both times with {"type":"echo_ok","echo":"please echo 1"}'],
    [
      'otherwise',
      'with {"type":"echo_ok","echo":"please echo 1","count":1} and then with {"type":"echo_ok",',
    ],
  ])('answers %s', async (how, told) => {
    const { verdict } = await run(`echo ${how}`, 'echo')
    expect(verdict).toMatchObject({ kind: 'broken', property: 'AnswersOnce' })
    const why = verdict.kind === 'broken' ? verdict.why : ''
    expect(why).toMatch(/^n\d answered twice what c\d had asked once, /)
    expect(why).toContain(told)
    expect(Number(/; so it was with (\d+) other answers$/.exec(why)?.[1])).toBeGreaterThan(5)
  })

  test('strange: every answer is none', async () => {
    const { verdict } = await run('echo strange', 'echo')
    expect(verdict).toMatchObject({
      property: 'Protocol',
      why: expect.stringContaining('echo is answered with echo_ok or error, not {"type":"hello"'),
    })
  })

  test('loops: it answers nothing any more', async () => {
    const { verdict } = await run('echo loops', 'echo', { settleMs: 300 })
    expect(verdict).toMatchObject({
      kind: 'broken',
      property: 'Answers',
      why: 'n2 did not carry out echo within 0.3 s after everything was healed',
    })
  })

  test('half a line: what it had begun is told', async () => {
    const { verdict, silent, nodes } = await run('echo half', 'echo', { forMs: 3000, settleMs: 300 })
    expect([verdict.property, silent]).toEqual(['Answers', ['n2']])
    expect(nodes[1]).toMatchObject({ openLine: '{"src":"n2","dest":"c1","bo', lines: 5 })
    expect(nodes[1]!.lastLine?.text).toContain('"type":"echo_ok"')
  })

  test('no in_reply_to: it answers, and answers nothing', async () => {
    const { silent, nodes } = await run('echo nameless', 'echo', { settleMs: 300 })
    expect(silent).toEqual(['n1', 'n2', 'n3'])
    expect(nodes[0]!.unasked).toBe(nodes[0]!.lines - 1)
    expect(nodes[0]!.lastUnasked).toMatch(/^\{"src":"n1","dest":"c\d","body":\{"type":"echo_ok","echo":/)
  })

  test('an error whose code is no integer is no answer; one without a code tells nothing', async () => {
    const { verdict } = await run('echo miscoded', 'echo')
    expect(verdict).toMatchObject({
      property: 'Protocol',
      why: expect.stringContaining('its "code" is no integer: {"type":"error","code":"abort"'),
    })
    const { errors, history } = await run('echo codeless', 'echo', { settleMs: 300 })
    expect(errors['none']).toBeGreaterThan(5)
    expect(new Set(history.map(({ outcome }) => outcome))).toEqual(new Set(['info']))
  })

  test('mute: it never answers init', async () => {
    const { verdict } = await run('echo mute', 'echo', { patienceMs: 300 })
    expect(verdict).toMatchObject({
      property: 'Protocol',
      why: expect.stringMatching(/^n\d has not answered init within 0\.3 s/),
    })
  })

  test('nothing that it is asked: that is no pass', async () => {
    const { verdict, errors } = await run('echo refuses', 'echo', { settleMs: 300 })
    expect(errors['10']).toBeGreaterThan(0)
    expect(verdict.kind).toBe('broken')
  })
})

test('transactions are judged by the level that was asked for', async () => {
  const { verdict } = await run('txn each', 'txn-rw-register', { level: 'read-committed' })
  expect(verdict).toMatchObject({ kind: 'held', property: 'ReadCommitted' })
})

test('what a node leaves behind in a session of its own is gone as well, at a kill and at the end', async () => {
  const some = { faults: ['kill'], forMs: 2500, settleMs: 8000 } as const
  const { verdict, nodes } = await run('echo leaves', 'echo', some)
  expect(verdict.kind).toBe('held')
  expect(nodes.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(0)
})

test('a client whose node is down asks another', async () => {
  const names = ['n1', 'n2', 'n3']
  const some = { faults: ['kill'], forMs: 2500, settleMs: 8000 } as const
  const fewer = (seed: number) => {
    const plan = planFaults(some.faults, names, seed, some.forMs)
    return (
      plan.length === 2 && plan.every((fault) => fault.kind === 'kill' && fault.nodes.length < names.length)
    )
  }
  const seed = Array.from({ length: 100 }, (_, i) => i).find(fewer)!
  const { verdict, refused, nodes } = await run('echo', 'echo', { ...some, seed })
  expect(nodes.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(0)
  expect([verdict.kind, refused]).toEqual(['held', 0])
})

test('a command that is one program takes the place of the shell', () => {
  for (const one of ['python3 node.py', "'my dir/x' --y=z", '~/node', '$HOME/node >log'])
    expect(inPlaceOfTheShell(one)).toBe(`exec ${one}`)
  for (const more of ['cd x && ./node', 'A=b ./node', 'a | b', 'exec node', 'if x; then y; fi', '. ./env'])
    expect(inPlaceOfTheShell(more)).toBe(more)
})

test('a child of a child is gone as well', async () => {
  const command = `sleep 1000 & "${process.execPath}" "${program('echo')}" well ${MARK}; wait`
  const { verdict } = await run('echo', 'echo', { command: `: ${MARK}; ${command}` })
  expect(verdict.kind).toBe('held')
})

test('each node has a folder that survives a kill and is gone at the end', async () => {
  const command = `echo $SPLITBRAIN_DISK >&2; date >> $SPLITBRAIN_DISK/starts; wc -l < $SPLITBRAIN_DISK/starts >&2; exec "${process.execPath}" "${program('echo')}" well ${MARK}`
  const some = { command, faults: ['kill'], nodes: 1, forMs: 2000, settleMs: 8000 } as const
  const { nodes } = await run('echo', 'echo', some)
  const lines = nodes[0]!.stderr.trim().split('\n')
  expect(nodes[0]).toMatchObject({ starts: nodes[0]!.kills + 1 })
  expect(lines.filter((_, i) => i % 2 === 1).map(Number)).toEqual(
    Array.from({ length: nodes[0]!.starts }, (_, i) => i + 1),
  )
  expect(existsSync(lines[0]!)).toBe(false)
})
