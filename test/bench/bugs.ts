/**
 * `npm run bench -- --bugs`: how many seeds or worlds it takes to find each flawed reading. Words name the readings
 * to look for. Found by a search is what breaks a property that the reference does not, searched in the same way.
 */
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { explore } from '../../src/run/explore.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { type Alternative, type Model, makeModel, variant } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { type Look, looks } from './looks.ts'

const MOST_SEEDS = 2000
const MOST_WORLDS = 1_000_000

/** Elections that time out soon are held often. */
const HASTY: Look = { params: { electionMs: 50, heartbeatMs: 20 } }

/** What a random run can break: what has to be met in the end would cost each seed a long repair. */
const FUZZED = ['always', 'atRest']

/** What a reference does not break, by protocol and look: several readings are measured against one search. */
const keptBy = new Map<string, readonly string[]>()
const known: Look[] = []

const words = process.argv.slice(2)
for (const reading of alternatives) {
  const name = `${reading.protocol}/${reading.rule}=${reading.name}`
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue
  const began = performance.now()
  const told = found(name, reading)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${name.padEnd(46)} ${told.padEnd(70)} ${seconds} s`)
}

function found(name: string, { protocol, rule, name: own, is, says }: Alternative): string {
  if (says.includes('(safe')) return 'breaks no safety property'
  const base = protocols.find((p) => p.name === protocol)!
  const look = looks[name] ?? looks[`${protocol}/`] ?? (protocol.startsWith('raft') ? HASTY : {})
  const { names, clients, options, overrides, params } = look
  const input = {
    ...(names && { names }),
    ...(clients && { clients }),
    ...(options && { options }),
    ...(overrides && { overrides }),
    params: protocol.startsWith('raft') ? { ...HASTY.params, ...params } : { ...params },
  }
  const wrong = makeModel(variant(base, own, { [rule]: is }), input)
  return look.within === undefined ? fuzzed(wrong, look) : searched(wrong, makeModel(base, input), look)
}

function fuzzed(model: Model, { inTheEnd, limits = {}, faultsMs = 2000 }: Look): string {
  const always = model.properties.filter(({ judge }) => FUZZED.includes(judge.kind)).map((p) => p.name)
  const judged = inTheEnd === undefined ? { properties: always, calmMs: 0 } : { properties: [inTheEnd] }
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const [finding] = fuzz(model, { ...judged, limits, faultsMs, seeds: 1, firstSeed: seed }).findings
    if (finding === undefined) continue
    const steps = `${finding.foundSteps} steps, shrunk to ${finding.trace.length}`
    const from = finding.situation === null ? '' : `, from: ${finding.situation}`
    return `${finding.property} after ${seed} seeds: ${steps}${from}`
  }
  return `NOT FOUND in ${MOST_SEEDS} seeds`
}

function searched(wrong: Model, right: Model, look: Look): string {
  const { within = {}, from, asks } = look
  const search = (model: Model) =>
    explore(model, { budgets: within, from: from?.(model) ?? asked(model, asks), maxWorlds: MOST_WORLDS })
  const key = `${right.protocol.name} ${numberOf(look)}`
  const kept =
    keptBy.get(key) ?? search(right).verdicts.flatMap((v) => (v.kind === 'broken' ? [] : v.property))
  keptBy.set(key, kept)
  const { verdicts, distinct } = search(wrong)
  const broken = verdicts.flatMap((v) => (v.kind === 'broken' && kept.includes(v.property) ? v : []))
  const [shortest] = broken.sort((a, b) => a.trace.length - b.trace.length)
  if (shortest === undefined) return `NOT FOUND in ${distinct} worlds`
  const { judge } = wrong.properties.find(({ name }) => name === shortest.property)!
  if (judge.kind === 'sometimes') return `${shortest.property} in none of ${distinct} worlds`
  return `${shortest.property} in ${shortest.trace.length} steps, of ${distinct} worlds`
}

/** Looks are objects, and readings that are looked for in the same way share one. */
function numberOf(look: Look): number {
  if (!known.includes(look)) known.push(look)
  return known.indexOf(look)
}

/** The first world once the clients have asked, each a client of its own. */
function asked(model: Model, asks: Look['asks'] = []): World {
  return asks.reduce((world, [to, said], i) => {
    const body = { ...model.protocol.requests?.[said.type]?.fields, ...said }
    const applied = apply(model, world, { kind: 'request', client: `c${i + 1}`, to, body })
    if (applied.kind === 'refused') throw new Error(applied.why)
    return applied.world
  }, begin(model).world)
}
