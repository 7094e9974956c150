/** Letting time pass, forwards and backwards: run, step, fire, back, goto. */
import { applyNextDue } from '../../run/due.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, jsonOf, millisOf, nearest, oneOf, setting } from '../words.ts'
import { readCourse } from './deliver.ts'
import { nodeOf } from './faults.ts'
import { noteOf } from './note.ts'

const RUN_LIMIT = 10_000

export const run: Command = {
  name: 'run',
  usage: 'run TIME | run until OUTPUT [within TIME]',
  says: 'Lets everything happen that is due: messages arrive, timers fire. Stops after the time, or at an output of that type.',
  example: 'run 500ms',
  run(session, words) {
    if (words[0]?.text === 'until') return runUntil(session, words)
    if (words[0] === undefined)
      throw new ScenarioProblem(
        'run '.length,
        'expected a time such as 500ms, or "until" and an output',
        '500ms',
      )
    const endUs = session.world.timeUs + millisOf(words[0]) * 1000
    const from = session.current.moments.length
    advance(session, endUs, () => false)
    if (session.world.timeUs < endUs) session.take({ kind: 'wait', untilUs: endUs })
    return { ...NOTHING, note: noteOf(session.current.model, session.current.moments.slice(from)) }
  },
  complete: (_session, before) =>
    before.length === 0
      ? ['100ms', '500ms', '1s', 'until']
      : before[0] === 'until' && before.length === 2
        ? ['within']
        : [],
}

export const step: Command = {
  name: 'step',
  usage: 'step [N] | step over',
  says: 'The next thing that is due happens; with a number, that many; over: all that is due at that same instant.',
  example: 'step',
  run(session, words) {
    if (words[0]?.text === 'over') return stepOver(session)
    const times = words[0] === undefined ? 1 : countOf(words[0])
    const from = session.current.moments.length
    for (let i = 0; i < times && oneStep(session, Number.POSITIVE_INFINITY); i++);
    return { ...NOTHING, note: noteOf(session.current.model, session.current.moments.slice(from)) }
  },
  complete: (_session, before) => (before.length === 0 ? ['over'] : []),
}

export const fire: Command = {
  name: 'fire',
  usage: 'fire NODE TIMER [ARGUMENT] [crash=EFFECTS]',
  says: 'A timer that is armed fires now, before its time.',
  example: 'fire tm votes',
  run(session, words) {
    const node = nodeOf(session, words)
    const armed = session.world.nodes[node]!.timers
    const [, timer, arg] = words.filter((word) => setting(word) === null)
    const name = oneOf(
      timer,
      armed.map((t) => t.timer),
      `armed timer of ${node}`,
      endOf(words),
    )
    const found = armed.find((t) => t.timer === name && (arg === undefined || t.arg === jsonOf(arg.text)))
    if (found === undefined)
      throw new ScenarioProblem(
        arg!.column,
        `${name} is not armed for "${arg!.text}"`,
        nearest(
          arg!.text,
          armed.map((t) => String(t.arg)),
        ),
      )
    const course = readCourse(words.filter((word) => setting(word) !== null))
    const moment = session.take(
      { kind: 'fire', node, timer: found.timer, arg: found.arg, ...course },
      words[0]!.column,
    )
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete(session, before) {
    if (session.run === null) return []
    if (before.length === 0)
      return session.run.model.cluster.names.filter((name) => session.world.nodes[name]!.timers.length > 0)
    return before.length === 1 ? (session.world.nodes[before[0]!]?.timers ?? []).map((t) => t.timer) : []
  },
}

export const back: Command = {
  name: 'back',
  usage: 'back [N]',
  says: 'Takes the last step back; with a number, that many.',
  example: 'back 2',
  run(session, words) {
    const steps = words[0] === undefined ? 1 : countOf(words[0])
    const at = session.current.moments.length - steps
    if (at < 0)
      throw new ScenarioProblem(
        words[0]?.column ?? 0,
        `there are only ${session.current.moments.length} steps to take back`,
        String(session.current.moments.length),
      )
    session.goto(at)
    return { ...NOTHING, note: `at step ${at}, ${session.world.timeUs / 1000} ms` }
  },
  complete: () => [],
}

export const goto: Command = {
  name: 'goto',
  usage: 'goto STEP | goto TIME',
  says: 'Goes back to a step (0 is the start), or to the last one that was over at a time.',
  example: 'goto 3',
  run(session, words) {
    const word = words[0]
    if (word === undefined)
      throw new ScenarioProblem('goto '.length, 'expected the number of a step, or a time such as 20ms', '0')
    const { worlds, moments } = session.current
    const at = /s$/.test(word.text)
      ? worlds.findLastIndex((world) => world.timeUs <= millisOf(word) * 1000)
      : countOf(word)
    if (at > moments.length)
      throw new ScenarioProblem(word.column, `this run has ${moments.length} steps`, String(moments.length))
    session.goto(Math.max(0, at))
    return { ...NOTHING, note: `at step ${Math.max(0, at)}, ${session.world.timeUs / 1000} ms` }
  },
  complete: () => [],
}

/** What one instant brings: the next thing that is due, and whatever else is due by then. */
function stepOver(session: Session): Result {
  const from = session.current.moments.length
  if (oneStep(session, Number.POSITIVE_INFINITY)) advance(session, session.world.timeUs, () => false)
  return { ...NOTHING, note: noteOf(session.current.model, session.current.moments.slice(from)) }
}

function runUntil(session: Session, words: readonly Word[]): Result {
  const [, type, within, time] = words
  if (type === undefined)
    throw new ScenarioProblem(endOf(words), 'expected the type of an output, such as "decide"', 'decide')
  if (within !== undefined && within.text !== 'within')
    throw new ScenarioProblem(within.column, `expected "within", found "${within.text}"`, 'within')
  const endUs = session.world.timeUs + (time === undefined ? 60_000 : millisOf(time)) * 1000
  const from = session.current.moments.length
  const found = advance(session, endUs, () =>
    session.current.moments.at(-1)!.outputs.some(({ body }) => body.type === type.text),
  )
  const note = noteOf(session.current.model, session.current.moments.slice(from))
  return { ...NOTHING, note: found ? note : `no output "${type.text}" came; ${note}` }
}

/** Steps until the time is over, nothing is due any more, or `stop` says so; true if `stop` did. */
function advance(session: Session, endUs: number, stop: () => boolean): boolean {
  for (let i = 0; oneStep(session, endUs); i++) {
    if (stop()) return true
    if (i === RUN_LIMIT)
      throw new ScenarioProblem(0, `${RUN_LIMIT} steps, and still things are due: run for a shorter time`)
  }
  return false
}

function oneStep(session: Session, untilUs: number): boolean {
  const applied = applyNextDue(session.current.model, session.world, untilUs)
  if (applied === null) return false
  session.push(applied.world, applied.moment)
  return true
}
