/** Faults of time: pause, resume, clock, delay. */
import { type Command, NOTHING, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, millisOf, setting } from '../words.ts'
import { nodeOf } from './faults.ts'
import { noteOf } from './note.ts'
import { completeParcel, findParcel } from './parcels.ts'

export const pause: Command = {
  name: 'pause',
  usage: 'pause NODE',
  says: 'A process stops taking steps, as in a long garbage collection. Its clock goes on; what comes for it waits.',
  example: 'pause tm',
  run(session, words) {
    const moment = session.take({ kind: 'pause', node: nodeOf(session, words) }, words[0]!.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) => (before.length === 0 ? pausedNodes(session, false) : []),
}

export const resume: Command = {
  name: 'resume',
  usage: 'resume NODE',
  says: 'A paused process goes on where it was.',
  example: 'resume tm',
  run(session, words) {
    const moment = session.take({ kind: 'resume', node: nodeOf(session, words) }, words[0]!.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) => (before.length === 0 ? pausedNodes(session, true) : []),
}

export const clock: Command = {
  name: 'clock',
  usage: 'clock NODE [+TIME|-TIME] [rate=N/M]',
  says: "A node's own clock jumps, or runs faster or slower than true time from now on.",
  example: 'clock rm1 +200ms rate=11/10',
  run(session, words) {
    const node = nodeOf(session, words)
    const rest = words.slice(1)
    if (rest.length === 0)
      throw new ScenarioProblem(
        endOf(words),
        'expected a jump such as +200ms, or a rate such as rate=11/10',
        '+200ms',
      )
    let stepUs = 0
    let rate: readonly [number, number] | null = null
    for (const word of rest) {
      const set = setting(word)
      if (set?.name === 'rate') rate = rateOf(set.value)
      else stepUs += jumpOf(word)
    }
    const moment = session.take({ kind: 'clock', node, stepUs, rate }, words[0]!.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) =>
    before.length === 0 ? (session.run?.model.cluster.names ?? []) : ['+', '-', 'rate='],
}

export const delay: Command = {
  name: 'delay',
  usage: 'delay TYPE [NODE [from NODE]] by TIME',
  says: 'The network takes longer over a message.',
  example: 'delay prepare rm2 by 50ms',
  run(session, words) {
    const at = words.findIndex((word) => word.text === 'by')
    const time = words[at + 1]
    if (at < 0 || time === undefined)
      throw new ScenarioProblem(
        endOf(words),
        'expected "by" and a time, such as: delay prepare rm2 by 50ms',
        'by',
      )
    const parcel = findParcel(session, words.slice(0, at))
    const moment = session.take({ kind: 'delay', parcel, byUs: millisOf(time) * 1000 }, words[0]!.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) => [...completeParcel(session, before), ...(before.length > 1 ? ['by'] : [])],
}

/** `+200ms` or `-2s`, in microseconds. */
function jumpOf(word: Word): number {
  const sign = word.text[0]
  if (sign !== '+' && sign !== '-')
    throw new ScenarioProblem(
      word.column,
      `expected a jump with its sign, such as +200ms, found "${word.text}"`,
      `+${word.text}`,
    )
  return (sign === '-' ? -1 : 1) * millisOf({ text: word.text.slice(1), column: word.column + 1 }) * 1000
}

function rateOf(word: Word): readonly [number, number] {
  const match = /^([1-9]\d{0,6})\/([1-9]\d{0,6})$/.exec(word.text)
  if (match === null)
    throw new ScenarioProblem(
      word.column,
      `expected a fraction of whole numbers such as 11/10, found "${word.text}"`,
      '11/10',
    )
  return [Number(match[1]), Number(match[2])]
}

function pausedNodes(session: Session, paused: boolean): string[] {
  if (session.run === null) return []
  return session.run.model.cluster.names.filter(
    (name) => session.world.nodes[name]!.up && session.world.nodes[name]!.paused === paused,
  )
}
