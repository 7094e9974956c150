/** `serve` and `simulate --exec` as a shell sees them: processes, disks, traces, signals and exit codes. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { historyOfEvents } from '../../src/history/read.ts'
import { planFaults } from '../../src/maelstrom/faults.ts'

const rootFile = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const PROGRAM = rootFile('cli/splitbrain.cjs')
const ECHO = rootFile('test/maelstrom/nodes/echo.mjs')
const TXN = rootFile('test/maelstrom/nodes/txn.mjs')
const NODE = process.execPath
const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { CI: _, FORCE_COLOR: __, ...env } = process.env
const ENV = { ...env, HOME: folder, SPLITBRAIN_WORKSPACE: join(folder, 'workspace') }

function splitbrain(...words: readonly string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync(NODE, [PROGRAM, ...words], {
    encoding: 'utf8',
    env: ENV,
    input: '',
    maxBuffer: 2 ** 24,
  })
  return { code: done.status, out: done.stdout, err: done.stderr }
}
const simulate = (command: string, ...words: readonly string[]) =>
  splitbrain('simulate', '--exec', command, '--seconds', '1', '--nodes', '3', ...words)
const serving = (words: string) => `"${NODE}" "${PROGRAM}" serve ${words}`
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

interface Answer {
  readonly dest: string
  readonly body: { readonly type: string; readonly in_reply_to?: number; readonly [field: string]: unknown }
}

let clients = 0

/** A served node at the other end of two pipes. */
class Talk {
  readonly process: ChildProcessWithoutNullStreams
  err = ''
  private ids = 0
  /** Each has a client of its own: ids begin anew. */
  private readonly client = `c${++clients}`
  private readonly answers: Answer[] = []
  private heard: () => void = () => {}

  constructor(...words: readonly string[]) {
    this.process = spawn(NODE, [PROGRAM, 'serve', ...words], { env: ENV })
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.answers.push(JSON.parse(line))
      this.heard()
    })
    this.process.stderr.on('data', (text) => {
      this.err += text
    })
  }

  /** The answer to a request. */
  async ask(body: { readonly type: string; readonly [field: string]: unknown }): Promise<Answer['body']> {
    const id = ++this.ids
    this.process.stdin.write(
      `${JSON.stringify({ src: this.client, dest: 'n1', body: { ...body, msg_id: id } })}\n`,
    )
    for (;;) {
      const found = this.answers.find(({ dest, body }) => dest === this.client && body.in_reply_to === id)
      if (found !== undefined) return found.body
      await new Promise<void>((resolve) => {
        this.heard = resolve
      })
    }
  }

  init(...names: readonly string[]) {
    return this.ask({ type: 'init', node_id: 'n1', node_ids: names.length > 0 ? names : ['n1'] })
  }

  /** Asks again while the node is not ready for it. */
  async until(body: Parameters<Talk['ask']>[0], type: string): Promise<Answer['body']> {
    for (;;) {
      const answer = await this.ask(body)
      if (answer.type === type) return answer
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  ended(): Promise<number | null> {
    return new Promise((resolve) => this.process.on('close', resolve))
  }

  async kill(): Promise<void> {
    const gone = this.ended()
    this.process.kill('SIGKILL')
    await gone
  }
}

describe('a served protocol', () => {
  test('survives kill -9 with what it has synced, and its trace tells both lives again', async () => {
    const trace = join(folder, 'life-{node}.jsonl')
    const words = ['raft-kv', '--disk', join(folder, 'disk'), '--trace', trace]
    const first = new Talk(...words)
    expect(await first.init()).toMatchObject({ type: 'init_ok' })
    await first.until({ type: 'write', key: 'x', value: [1, { a: 'b' }] }, 'write_ok')
    await first.kill()
    const second = new Talk(...words)
    expect(await second.init()).toMatchObject({ type: 'init_ok' })
    expect(await second.until({ type: 'read', key: 'x' }, 'read_ok')).toMatchObject({
      value: [1, { a: 'b' }],
    })
    const gone = second.ended()
    second.process.stdin.end()
    expect(await gone).toBe(0)

    const file = join(folder, 'life-n1.jsonl')
    const told = splitbrain('replay', file, '--exact')
    expect([told.code, told.err]).toEqual([0, ''])
    expect(told.out).toContain('first start')
    expect(told.out).toContain('restart')
    expect(told.out).toContain('leader of T2')
    const changed = readFileSync(file, 'utf8').replace(/"hash":"[^"]*"/, '"hash":"00000000"')
    const other = written('changed.jsonl', changed)
    expect(splitbrain('replay', other).out).toContain('raft-kv has changed since this was written down')
    expect(splitbrain('replay', other, '--exact')).toMatchObject({ code: 2 })
    expect(splitbrain('replay', written('cut.jsonl', changed.replace('{"atUs"', '{"at'))).code).toBe(3)
    expect(splitbrain('debug', file, '--at', '1', '--plain').out).toContain('n1 starts for the first time')
  })

  test('that is called like an exercise says how the answer is served', () => {
    expect(splitbrain('serve', 'two-phase-commit').err).toContain(
      'splitbrain serve 09-two-phase-commit is your answer',
    )
    expect(splitbrain('serve', 'raft-kv').err).toBe('')
  })

  test('without a disk forgets', async () => {
    const first = new Talk('raft-kv')
    await first.init()
    await first.until({ type: 'write', key: 'x', value: 1 }, 'write_ok')
    await first.kill()
    const second = new Talk('raft-kv')
    await second.init()
    expect(await second.until({ type: 'read', key: 'x' }, 'error')).toMatchObject({
      in_reply_to: expect.any(Number),
    })
    await second.kill()
  })

  test('with too few nodes, or on the disk of another, says so and ends', async () => {
    const alone = new Talk('two-phase-commit')
    const ended = alone.ended()
    alone.process.stdin.write(
      '{"src":"c","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}\n',
    )
    expect(await ended).toBe(2)
    const first = new Talk('raft-kv', '--disk', join(folder, 'shared'))
    await first.init()
    await first.kill()
    const second = new Talk('raft-log', '--disk', join(folder, 'shared'))
    const refused = second.ended()
    void second.init()
    expect(await refused).toBe(3)
    expect(second.err).toContain('is the disk of n1 of raft-kv, not of n1 of raft-log')
  })
})

describe('a trace', () => {
  test.each([
    [
      'of another node',
      'other.jsonl',
      '{"served":1,"program":"raft-kv","settings":"","role":null,"node":"n2","names":["n1","n2"]}\n',
      'is the trace of n2: put {node} into the name',
    ],
    [
      'that is something else',
      'notes.txt',
      'my notes\n',
      'is something else than a trace, and is not written over',
    ],
  ])('%s stays as it is', async (_what, name, text, message) => {
    const file = written(name, text)
    const talk = new Talk('raft-kv', '--trace', file)
    const ended = talk.ended()
    void talk.init()
    expect([await ended, talk.err]).toEqual([3, expect.stringContaining(message)])
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('that cannot be written ends the node', async () => {
    const talk = new Talk('raft-kv', '--trace', join(folder, '{node}'))
    mkdirSync(join(folder, 'n1'))
    const ended = talk.ended()
    void talk.init()
    expect([await ended, talk.err]).toEqual([3, expect.stringContaining('it is a folder')])
  })
})

describe('Raft as processes', () => {
  test('is linearizable through partitions and kills', () => {
    const { code, out } = simulate(
      serving('raft-key-value'),
      ...['--workload', 'lin-kv', '--faults', 'partition,kill', '--seconds', '6', '--json'],
    )
    const report = JSON.parse(out)
    expect(report).toMatchObject({ verdict: 'held', property: 'Linearizable', replays: false, misdeed: null })
    expect(report.operations.ok).toBeGreaterThan(5)
    expect(code).toBe(0)
  })

  test('that does not sync its log loses what it has acknowledged when all are killed', {
    timeout: 180_000,
  }, () => {
    // All are killed when something was acknowledged, and there is time to start and to ask again, on a busy machine too.
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed).filter((seed) =>
      planFaults(['kill'], ['n1', 'n2', 'n3'], seed, 8000).some(
        (fault) =>
          fault.kind === 'kill' && fault.nodes.length === 3 && fault.fromMs > 1800 && fault.fromMs < 4000,
      ),
    )
    const words = ['--workload', 'lin-kv', '--faults', 'kill', '--seconds', '8', '--rate', '80']
    const found = seeds.slice(0, 6).some((seed) => {
      const command = serving('raft-key-value --set rule.forceLog=never')
      const { code, out } = simulate(command, ...words, '--seed', String(seed))
      return code === 1 && out.includes('Linearizable is broken')
    })
    expect(found).toBe(true)
  })
})

describe('simulate --exec', () => {
  const echo = (how: string) => `"${NODE}" "${ECHO}" ${how}`

  test('held is 0, broken is 1 with the witness and what met them, nothing shown is 4', () => {
    const held = simulate(echo('well'), '--workload', 'echo', '--faults', 'pause', '--seed', '5')
    expect(held).toMatchObject({ code: 0, out: expect.stringContaining('Echo held') })
    expect(held.out).toContain('Programs of others do not replay exactly: seed 5')
    const lies = simulate(echo('lies'), '--workload', 'echo', '--faults', 'pause')
    expect(lies.code).toBe(1)
    expect(lies.out).toMatch(/┌ echo please echo \d+\n.*└ please echo \d+!/)
    expect(lies.out).toMatch(/\d+ to \d+ {2}pause n\d/)
    expect(simulate(serving('two-phase-commit'), '--workload', 'lin-kv', '--settle', '0.3').code).toBe(1)
  })

  test('says how a run ended that was ended, with what the node logged', () => {
    const { code, out } = simulate(echo('crashes'), '--workload', 'echo', '--seconds', '20')
    expect(code).toBe(1)
    expect(out).toContain('StaysUp is broken: n2 ended by itself with exit code 3')
    expect(out).toContain('The run ended there, and every process with it.')
    expect(out).toContain('The end of what n2 logged:\nfatal: something is wrong')
  })

  test('judges transactions by a level, and shows the cycle', () => {
    const txn = `"${NODE}" "${TXN}" each`
    const words = ['--workload', 'txn-rw-register', '--rate', '80']
    const serial = simulate(txn, ...words)
    expect([serial.code, serial.out]).toEqual([1, expect.stringMatching(/^Serializable is broken: /)])
    expect(serial.out).toContain('As they were asked and answered:')
    const committed = simulate(txn, ...words, '--level', 'read-committed', '--json')
    expect([committed.code, JSON.parse(committed.out)]).toMatchObject([
      0,
      { verdict: 'held', property: 'ReadCommitted', level: 'read-committed', anomaly: null },
    ])
  })

  test('tells what those printed that do not answer', () => {
    const { code, out } = simulate(echo('half'), '--workload', 'echo', '--settle', '0.3', '--seconds', '3')
    expect([code, out]).toEqual([1, expect.stringContaining('Answers is broken: n2 did not carry out echo')])
    const flat = out.replaceAll('\n', ' ')
    expect(flat).toMatch(/n2 printed 5 lines, the last \d+\.\d\d s after the start: \{"src":"n2"/)
    expect(flat).toContain('n2 has begun a line and not ended it: {"src":"n2","dest":"c1","bo')
    expect(simulate(echo('twice'), '--workload', 'echo').out).toContain('AnswersOnce is broken')
  })

  test('keeps a history that judge reads', () => {
    const keep = join(folder, 'kept')
    const words = ['--workload', 'lin-kv', '--faults', 'kill', '--keep', keep]
    const { code } = simulate(serving('raft-key-value'), ...words)
    const file = join(keep, 'history.jsonl')
    const events = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(historyOfEvents(events, true).length).toBeGreaterThan(10)
    expect(splitbrain('judge', file, '--model', 'kv').code).toBe(code)
    expect(readFileSync(join(keep, 'n1.log'), 'utf8')).toContain('first start')
    const txn = ['--workload', 'txn-list-append', '--keep', keep]
    const { code: serial } = simulate(`"${NODE}" "${TXN}" one`, ...txn)
    expect([serial, splitbrain('judge', file, '--model', 'list-append').code]).toEqual([0, 0])
  })

  // What kills us at once leaves it to a guard.
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    '%s ends every process, also those that are paused or stay where nobody asks them',
    async (signal) => {
      const mark = `signal-${process.pid}-${signal}`
      const words = ['--workload', 'echo', '--faults', 'pause', '--seconds', '60']
      const child = spawn(NODE, [PROGRAM, 'simulate', '--exec', `${echo('stays')} ${mark}`, ...words], {
        env: ENV,
      })
      const ended = new Promise((resolve) => child.on('close', (code, by) => resolve(code ?? by)))
      const left = () =>
        spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
          .stdout.split('\n')
          .filter((line) => line.startsWith(NODE) && line.includes(ECHO) && line.endsWith(mark))
      for (let i = 0; i < 400 && left().length < 5; i++)
        await new Promise((resolve) => setTimeout(resolve, 50))
      expect(left()).toHaveLength(5)
      child.kill(signal)
      expect(await ended).toBe({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGKILL: 'SIGKILL' }[signal])
      for (let i = 0; i < 100 && left().length > 0; i++)
        await new Promise((resolve) => setTimeout(resolve, 50))
      expect(left()).toEqual([])
    },
  )

  test.each([
    [['simulate'], 'simulate needs to know what to run'],
    [['simulate', '--exec', 'x'], 'simulate --exec needs to know what to ask'],
    [['simulate', '--exec', ' ', '--workload', 'echo'], '--exec needs a command'],
    [['simulate', '--exec', 'x', '--workload', 'ecko'], 'did you mean echo?'],
    [['simulate', '--exec', 'x', '--workload', 'echo', '--faults', 'kil'], 'did you mean kill?'],
    [['simulate', '--exec', 'x', '--workload', 'echo', '--nodes', '0'], '--nodes is a number from 1 to 25'],
    [['simulate', '--exec', 'x', '--workload', 'echo', '--nodes', '2.5'], '--nodes is a whole number'],
    [['simulate', '--exec', 'x', '--workload', 'echo', '--loss', '0.1'], '--loss is for protocols'],
    [
      ['simulate', '--exec', 'x', '--workload', 'echo', '--level', 'serializable'],
      '--level is for transactions',
    ],
    [
      ['simulate', '--exec', 'x', '--workload', 'txn-list-append', '--level', 'serialisable'],
      'did you mean serializable?',
    ],
    [['simulate', 'raft-kv', '--exec', 'x'], 'not of both'],
    [['simulate', 'raft-kv', '--workload', 'echo'], '--workload is for programs of --exec'],
    [['simulate', '--exec', 'no-such-program', '--workload', 'echo'], 'the command cannot be run'],
    [['serve', 'raft-key-valu'], 'did you mean raft-key-value?'],
    [['serve', 'raft-kv', '--set', 'electionM=3'], 'raft-kv has no parameter "electionM"'],
    [['serve', 'two-phase'], 'did you mean two-phase-commit?'],
    [['serve', 'phase-two', '--role', 'x'], 'is no protocol, no exercise and no file'],
    [['serve', 'no-such-file.ts'], 'there is no file'],
  ])('%j is usage', (words, message) => {
    const { code, err } = splitbrain(...words)
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})

test('the node of the README keeps its word, and loses what the page says', { timeout: 120_000 }, () => {
  const [, text] = /<!-- example: node\.py -->\n```python\n([\s\S]*?)```/.exec(
    readFileSync(rootFile('README.md'), 'utf8'),
  )!
  const judged = (name: string, changed: string, ...words: readonly string[]) =>
    simulate(`python3 "${written(name, changed)}"`, '--workload', 'broadcast', '--seconds', '2', ...words)
  const all = judged('node.py', text!, '--faults', 'partition,loss,kill,pause')
  const quiet = text!.replace(
    '        with lock:\n            for other',
    '        for other in ():\n            for other',
  )
  expect(quiet).not.toBe(text)
  // Where there is no Python, the command is told not to be one.
  const hasPython = spawnSync('python3', ['--version']).status === 0
  const missing = { code: 2, err: expect.stringContaining('the command cannot be run') }
  const held = { code: 0, out: expect.stringContaining('EventualSet held') }
  const broken = { code: 1, out: expect.stringMatching(/EventualSet is broken: n\d never shows \d+/) }
  expect(all).toMatchObject(hasPython ? held : missing)
  expect(judged('quiet.py', quiet, '--settle', '0.5')).toMatchObject(hasPython ? broken : missing)
})

describe('a served answer', () => {
  const own = (body: string) =>
    `import { defineNode } from 'splitbrain'\nexport const node = defineNode<{ n: number }, { type: 'echo'; echo: string }>({\n  start: () => ({ n: 0 }),\n  on: {\n    echo(state, message, ctx) {\n      state.n++\n      ${body}\n      ctx.reply(message, { type: 'echo_ok', echo: message.body.echo })\n    },\n  },\n})\n`

  test('of a file runs in the sandbox: it logs, throws at its line, and its life is told again', async () => {
    const file = written(
      'own.ts',
      own("console.log('number', state.n)\n      if (message.body.echo === 'no') throw new Error('never')"),
    )
    const trace = join(folder, 'own.jsonl')
    const talk = new Talk(file, '--trace', trace)
    await talk.init('n1', 'n2')
    expect(await talk.ask({ type: 'echo', echo: 'a' })).toMatchObject({ type: 'echo_ok', echo: 'a' })
    expect(await talk.ask({ type: 'echo', echo: 'no' })).toMatchObject({ type: 'error', code: 13 })
    expect(await talk.ask({ type: 'echo', echo: 'b' })).toMatchObject({ type: 'echo_ok', echo: 'b' })
    const ended = talk.ended()
    talk.process.stdin.end()
    expect(await ended).toBe(0)
    expect(talk.err).toContain('number 1\n')
    expect(talk.err).toMatch(/on\.echo threw: never \(own\.ts:8:\d+\)/)
    expect(splitbrain('replay', trace, file, '--exact').code).toBe(0)
    expect(splitbrain('replay', trace)).toMatchObject({
      code: 2,
      err: expect.stringContaining('replay TRACE FILE'),
    })
    const other = written('other.ts', own('state.n++').replace("'echo_ok'", "'echo_no'"))
    expect(splitbrain('replay', trace, other, '--exact')).toMatchObject({
      code: 2,
      err: expect.stringContaining('does something else from step 2 on'),
    })
  })

  test('is looked at where one asks, and not at each of 2,500 places of a log that grows', () => {
    const file = written('log.ts', own("ctx.disk.append('log', message.body)\n      ctx.disk.sync()"))
    const head = { served: 1, program: 'file', settings: '', role: null, node: 'n1', names: ['n1'] }
    const start = { event: { kind: 'start', boot: 'first' }, disk: { keys: {}, logs: {} } }
    const echo = (n: number) => ({
      event: { kind: 'receive', from: 'c1', body: { type: 'echo', echo: 'a' }, op: { client: 'c1', n } },
    })
    const events = [start, ...Array.from({ length: 2_500 }, (_, n) => echo(n))]
    const lines = [head, ...events.map((event, i) => ({ atUs: i, seed: 1, hash: '', ...event }))]
    const trace = written('long.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const told = JSON.parse(splitbrain('debug', trace, file, '--json').out)
    expect(told.steps).toHaveLength(2_501)
    expect(told.steps[2_500].says).toBe('n1 receives echo echo=a from c1')
    expect(told.places).toMatchObject([{ at: 2_501, disk: { length: 2_500 } }])
    expect(splitbrain('debug', trace, file, '--at', '7').out).toContain('After step 7 of 2501')
  })

  test('that loops is stopped at its line, and the node ends', async () => {
    const talk = new Talk(written('loop.ts', own('while (state.n === 2) {}')))
    await talk.init()
    await talk.ask({ type: 'echo', echo: 'a' })
    const ended = talk.ended()
    void talk.ask({ type: 'echo', echo: 'b' })
    expect(await ended).toBe(1)
    expect(talk.err).toMatch(/loop\.ts:7:\d+: node: on\.echo was stopped/)
  })

  test('that loops as it starts is told at its line', async () => {
    const text = own('').replace('({ n: 0 })', '{ for (;;) {} }')
    const talk = new Talk(written('start.ts', text))
    const ended = talk.ended()
    void talk.init()
    expect(await ended).toBe(1)
    expect(talk.err).toMatch(/start\.ts:3:\d+: node: start was stopped: it had not returned/)
  })

  test('of an exercise is filled in as its checks fill it in', async () => {
    const solution = rootFile('exercises/09-two-phase-commit/hidden/solution.ts')
    const talk = new Talk('two-phase-commit', solution, '--disk', join(folder, 'tm'))
    await talk.init('n1', 'n2', 'n3')
    const asked = talk.ask({ type: 'begin', tx: 't1' })
    talk.process.stdin.write('{"src":"n2","dest":"n1","body":{"type":"vote","tx":"t1","yes":false}}\n')
    expect(await asked).toMatchObject({ type: 'begin_ok', decision: 'abort' })
    expect(await talk.ask({ type: 'frobnicate' })).toMatchObject({ type: 'error', code: 10 })
    await talk.kill()
  })

  test.each([
    ['none.ts', 'export const x = 1', 'the file exports no node'],
    ['two.ts', `${own('')}export const other = node`, 'the file exports node, other: say which with --role'],
    [
      'turns.ts',
      `for (;;) {}\n${own('')}`,
      'turns.ts:1:1: the code outside any handler was stopped: it had not returned',
    ],
    ['bad.ts', 'export const node =', 'bad.ts:1:20: Unexpected end of file'],
    ['files.ts', "import fs from 'node:fs'", '"node:fs" cannot be imported'],
  ])('%s is told before anything is asked', (name, text, message) => {
    expect(splitbrain('serve', written(name, text))).toMatchObject({
      code: 2,
      err: expect.stringContaining(message),
    })
  })
})
