/** simulate: one random run from here, chosen by a seed; the world goes along. */
import { count } from '../../base/verdict.ts'
import { linesView, type View } from '../../base/view.ts'
import { dueInOrder } from '../../run/due.ts'
import { simulate as simulateModel } from '../../run/simulate.ts'
import type { SimulateOptions } from '../../run/simulator.ts'
import { askedAtRandom } from '../../run/swarm.ts'
import type { Moment } from '../../world/draft.ts'
import { type Command, ScenarioProblem, type Word } from '../command.ts'
import { keep, retell } from '../retell.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, millisOf, nearest, setting } from '../words.ts'
import { mustLieAndMay } from './budgets.ts'
import { FAULT_SETTINGS, type Faults, faultCalled, readFault } from './faultSettings.ts'
import { resultOf } from './judge.ts'

const SETTINGS = ['seed', 'until', ...FAULT_SETTINGS] as const

const DEFAULT_UNTIL_MS = 2_000
/** A crash, a partition and a pause last at most this part of the time in which there are faults. */
const LASTING = 4

export const simulate: Command = {
  name: 'simulate',
  usage:
    'simulate [seed=N] [until=TIME] [loss=CHANCE] [copies=CHANCE] [inside=CHANCE] [crashes=N] [partitions=N] [pauses=N] [traitors=N|NODE,...] [lies=CHANCE] [drift=CHANCE] [may-crash=NODE,...]',
  says: 'One random run from here, the same for the same seed; the world goes along. What is signed is signed with Ed25519, unless the cluster says otherwise or something is under way. Faults happen in its first half, then all is repaired. Where nothing is under way, clients ask what the protocol is for.',
  example: 'simulate seed=7 until=5s loss=0.1 crashes=2',
  run(session, words) {
    const options = readOptions(session, words)
    const [real, before] = [signsForReal(session), keep(session)!]
    reseed(session, options.seed, real)
    const run = simulateModel(session.current.model, { ...options, from: session.world })
    if (real && !session.current.model.signatures.used) {
      // Nobody signs here: the stories of this run need not say how.
      retell(session, before)
      reseed(session, options.seed, false)
    }
    // Judged before the world goes along: stories and tokens begin here.
    const judged = resultOf(session, run.verdicts)
    const begun = session.current.moments.length === 0
    for (const choice of run.trace) session.take(choice)
    const said = linesView(
      summary(
        begun ? run.first.wire.length : 0,
        run.moments,
        (run.last.timeUs - run.first.timeUs) / 1000,
        run.stopped,
      ),
    )
    const view: View = judged.view === null ? said : { kind: 'stack', views: [said, judged.view] }
    return { ...judged, view, note: `seed ${options.seed}` }
  },
  complete: () => [
    'seed=1',
    'until=2s',
    'loss=0.1',
    'copies=0.1',
    'crashes=1',
    'partitions=1',
    'pauses=1',
    'traitors=1',
    'lies=0.5',
    'drift=0.01',
    'may-crash=',
  ],
}

/**
 * The seed is the cluster's from here on: delays come from it. What was done before is done again, with the keys it was
 * signed with.
 */
function reseed(session: Session, seed: number, real: boolean): void {
  const { model } = session.current
  const wire = model.options.wire === 'fifo' ? 'fifo' : 'bag'
  const kept = keep(session)!
  const keys = model.signatures.used && seed !== model.options.keys && { keys: model.options.keys }
  const signatures = real && { signatures: 'ed25519' as const }
  const stopped = retell(session, {
    ...kept,
    options: { ...kept.options, wire, seed, ...keys, ...signatures },
  })
  if (stopped !== null) throw new ScenarioProblem(0, stopped)
}

/** A run signs with Ed25519 where the cluster does not say how, and nothing stands there yet that is signed otherwise. */
function signsForReal({ current: { origin, moments } }: Session): boolean {
  return origin.options.signatures === undefined && moments.length === 0
}

/** `234 steps in 2,000 ms: 85 messages sent, 12 lost, 2 crashes`. */
function summary(atOnce: number, moments: readonly Moment[], ms: number, stopped: string | null): string {
  const kinds = (kind: Moment['choice']['kind']) =>
    moments.filter(({ choice }) => choice.kind === kind).length
  const sent = moments.reduce((sum, moment) => sum + moment.sent.length, atOnce)
  const seen = [
    count(sent, 'message'),
    ...(kinds('drop') > 0 ? [`${kinds('drop')} lost`] : []),
    ...(kinds('crash') > 0 ? [count(kinds('crash'), 'crash', 'crashes')] : []),
    ...(kinds('cut') > 0 ? [count(kinds('cut'), 'partition')] : []),
    ...(kinds('pause') > 0 ? [count(kinds('pause'), 'pause')] : []),
    ...(kinds('traitor') > 0 ? [count(kinds('traitor'), 'traitor')] : []),
    ...(kinds('lie') > 0 ? [count(kinds('lie'), 'lie')] : []),
  ]
  const end = stopped === null ? '' : `; it was ended after ${stopped}`
  return `${count(moments.length, 'step')} in ${count(Math.round(ms), 'ms', 'ms')}: ${seen.join(', ')}${end}`
}

function readOptions(session: Session, words: readonly Word[]): SimulateOptions & { readonly seed: number } {
  const { model, moments } = session.current
  const faults: Faults = {}
  let [seed, untilMs] = [1, DEFAULT_UNTIL_MS]
  for (const word of words) {
    const set = setting(word)
    if (set === null)
      throw new ScenarioProblem(
        word.column,
        `expected a setting such as seed=7, found "${word.text}"`,
        /^\d+$/.test(word.text) ? `seed=${word.text}` : nearest(word.text, SETTINGS),
      )
    const { value } = set
    const fault = faultCalled(set.name)
    if (fault !== null) readFault(session, fault, value, faults)
    else if (set.name === 'seed') seed = countOf(value)
    else if (set.name === 'until') {
      untilMs = millisOf(value)
      if (untilMs === 0) throw new ScenarioProblem(endOf([value]), 'a run takes some time', '2s')
    } else
      throw new ScenarioProblem(
        word.column,
        `simulate has no setting "${set.name}"; it has ${SETTINGS.join(', ')}`,
        nearest(set.name, SETTINGS),
      )
  }
  mustLieAndMay(session, words, faults)
  const faultsMs = untilMs / 2
  const most = Math.max(1, Math.floor(faultsMs / LASTING))
  const asks =
    Object.keys(model.clients).length === 0 &&
    (moments.length === 0 || dueInOrder(session.world).length === 0)
  return {
    seed,
    untilMs,
    faults: { ...faults, untilMs: faultsMs, downMs: most, partitionMs: most, pauseMs: most },
    requests: asks ? askedAtRandom(model, seed, faultsMs) : [],
  }
}
