/** deliver: a message in flight arrives. */
import { applyNextDue } from '../../run/due.ts'
import type { Choice, Course } from '../../world/choice.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { countOf, oneOf, setting } from '../words.ts'
import { noteOf } from './note.ts'
import { completeParcel, findParcel } from './parcels.ts'

const ALL_LIMIT = 1000

export const deliver: Command = {
  name: 'deliver',
  usage: 'deliver all | deliver TYPE [NODE [from NODE]] [crash=EFFECTS [disk=N]] [pick=N]',
  says: 'Delivers one message, or all until none is in flight. With crash=N the receiver dies after N effects of its handler.',
  example: 'deliver prepare rm1 crash=2',
  run(session, words) {
    if (words[0]?.text === 'all') return deliverAll(session)
    const plain = words.filter((word) => setting(word) === null)
    const parcel = findParcel(session, plain)
    const course = readCourse(words.filter((word) => setting(word) !== null))
    const moment = session.take({ kind: 'deliver', parcel, ...course } as Choice, words[0]?.column ?? 0)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) =>
    before.length === 0 ? ['all', ...completeParcel(session, before)] : completeParcel(session, before),
}

/** In the order of their due times; timers wait. What comes to a node that is down is lost. */
function deliverAll(session: Session): Result {
  const from = session.current.moments.length
  for (let i = 0; session.world.wire.length > 0; i++) {
    if (i === ALL_LIMIT)
      throw new ScenarioProblem(
        0,
        `after ${ALL_LIMIT} deliveries messages are still in flight: these nodes answer each other for ever; deliver them one by one, or use run`,
      )
    const still = { ...session.world, nodes: withoutTimers(session) }
    const applied = applyNextDue(session.current.model, still)
    if (applied === null) break
    session.take(applied.moment.choice)
  }
  return { ...NOTHING, note: noteOf(session.current.model, session.current.moments.slice(from)) }
}

function withoutTimers(session: Session) {
  return Object.fromEntries(
    Object.entries(session.world.nodes).map(([name, slot]) => [name, { ...slot, timers: [] }]),
  )
}

/** `crash=2 disk=1 pick=0`. */
export function readCourse(words: readonly Word[]): Course {
  const course: { picks?: number[]; crash?: { after: number; disk: number } } = {}
  for (const word of words) {
    const { name, value } = setting(word)!
    oneOf({ text: name, column: word.column }, ['crash', 'disk', 'pick'], 'setting', word.column)
    if (name === 'pick') course.picks = [...(course.picks ?? []), countOf(value)]
    if (name === 'crash') course.crash = { disk: 0, ...course.crash, after: countOf(value) }
    if (name === 'disk') course.crash = { after: 0, ...course.crash, disk: countOf(value) }
  }
  return course
}
