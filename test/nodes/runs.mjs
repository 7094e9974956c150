/**
 * The runs that every Node must do alike, done by the Node that reads this. Without words it prints the name
 * and the hash of each run; with the name of one it prints that run's events, one a line.
 */
import { createHash } from 'node:crypto'

/** @type {typeof import('../../src/index.ts')} */
const kit = await import(new URL('../../.build/index.js', import.meta.url).href)
const {
  alternatives,
  apply,
  begin,
  canonicalText,
  explore,
  makeModel,
  protocols,
  requestBody,
  simulate,
  variant,
} = kit

/** @typedef {() => Iterable<unknown>} Run what happened, event by event */

/** @type {Map<string, Run>} */
const runs = new Map()

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1)
const HOSTILE = {
  untilMs: 2000,
  loss: 0.1,
  duplicate: 0.1,
  crashInside: 0.05,
  crashes: 3,
  partitions: 2,
  pauses: 1,
  driftPpm: 200,
}

const commit = protocol('two-phase-commit')
const asked = { client: 'client', to: 'tm', body: requestBody(commit, 'begin', {}) }
for (const disk of /** @type {const} */ (['lose-all', 'prefix', 'subset']))
  for (const seed of SEEDS)
    runs.set(`simulate two-phase-commit disk=${disk} seed=${seed}`, () =>
      simulated(
        makeModel(commit, { params: { votes: 'any' }, options: { delayMs: [1, 30], disk } }),
        seed,
        [5, 40, 300].map((atMs, i) => ({ atMs, ...asked, body: { ...asked.body, tx: `t${i + 1}` } })),
      ),
    )

for (const { name } of protocols.filter((p) => p !== commit))
  for (const seed of SEEDS.slice(0, 5))
    runs.set(`simulate ${name} seed=${seed}`, () =>
      simulated(makeModel(protocol(name), { options: { delayMs: [1, 30] } }), seed, []),
    )

for (const name of ['tcommit', 'two-phase-lamport'])
  runs.set(`explore ${name}`, () =>
    explored(makeModel(protocol(name)), { budgets: { timeouts: Number.POSITIVE_INFINITY } }),
  )
runs.set('explore two-phase-commit crashes=1', () => exploredCommit(commit))
for (const { protocol: of, rule, name, is } of alternatives)
  if (of === commit.name)
    runs.set(`explore two-phase-commit crashes=1 ${rule}=${name}`, () =>
      exploredCommit(variant(commit, name, { [rule]: is })),
    )

/** @param {string} name */
function protocol(name) {
  const found = protocols.find((p) => p.name === name)
  if (found === undefined) throw new Error(`no protocol ${name}`)
  return found
}

/**
 * @param {import('../../src/index.ts').Model} model
 * @param {number} seed
 * @param {NonNullable<import('../../src/index.ts').SimulateOptions['requests']>} requests
 */
function* simulated(model, seed, requests) {
  const run = simulate(model, { seed, untilMs: 4000, maxSteps: 400, faults: HOSTILE, requests })
  for (const moment of run.moments) yield { ...moment, threw: moment.threw?.message ?? null }
  yield run.last
  yield run.verdicts
}

/** @param {import('../../src/index.ts').Protocol} protocol */
function exploredCommit(protocol) {
  const model = makeModel(protocol, { params: { votes: 'any' } })
  const first = apply(model, begin(model).world, { kind: 'request', ...asked })
  if (first.kind === 'refused') throw new Error(first.why)
  const properties = ['AC1']
  return explored(model, { from: first.world, properties, budgets: { crashes: 1, timeouts: 1 } })
}

/**
 * @param {import('../../src/index.ts').Model} model
 * @param {import('../../src/index.ts').ExploreOptions} options
 */
function* explored(model, options) {
  const { verdicts, ...counts } = explore(model, options)
  yield counts
  for (const verdict of verdicts) {
    if (verdict.kind === 'broken') yield* verdict.trace
    yield verdict
  }
}

const wanted = process.argv[2]
if (wanted === undefined)
  for (const [name, run] of runs) {
    const hash = createHash('sha256')
    for (const event of run()) hash.update(`${canonicalText(event)}\n`)
    console.log(`${hash.digest('hex').slice(0, 16)} ${name}`)
  }
else for (const event of runs.get(wanted)?.() ?? []) console.log(canonicalText(event))
