/** The faults a hand can cause: drop, dup, corrupt, crash, restart, partition, heal. */
import { linksBetween } from '../../world/choice.ts'
import { type Command, NOTHING, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, oneOf, setting } from '../words.ts'
import { noteOf } from './note.ts'
import { bodyFields, changedBody, completeParcel, findParcel } from './parcels.ts'

export const drop: Command = {
  name: 'drop',
  usage: 'drop TYPE [NODE [from NODE]]',
  says: 'The network loses a message.',
  example: 'drop decision rm2',
  run(session, words) {
    const moment = session.take({ kind: 'drop', parcel: findParcel(session, words) }, words[0]?.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: completeParcel,
}

export const dup: Command = {
  name: 'dup',
  usage: 'dup TYPE [NODE [from NODE]]',
  says: 'The network makes a second copy of a message.',
  example: 'dup prepare rm1',
  run(session, words) {
    const moment = session.take({ kind: 'duplicate', parcel: findParcel(session, words) }, words[0]?.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: completeParcel,
}

export const corrupt: Command = {
  name: 'corrupt',
  usage: 'corrupt TYPE [NODE [from NODE]] field=VALUE...',
  says: 'Changes fields of a message in flight.',
  example: 'corrupt vote tm yes=false',
  run(session, words) {
    const parcel = findParcel(
      session,
      words.filter((word) => setting(word) === null),
    )
    const changes = words.flatMap((word) => setting(word) ?? [])
    if (changes.length === 0)
      throw new ScenarioProblem(
        endOf(words),
        `expected a field to change; ${parcel.body.type} has ${bodyFields(parcel.body).join(', ') || 'none'}`,
      )
    const into = changedBody(parcel.body, changes)
    const moment = session.take({ kind: 'corrupt', parcel, into }, words[0]?.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) => [
    ...completeParcel(session, before),
    ...(before.length > 0 && session.run !== null
      ? session.world.wire
          .filter((e) => e.body.type === before[0])
          .flatMap((e) => bodyFields(e.body).map((field) => `${field}=`))
      : []),
  ],
}

export const crash: Command = {
  name: 'crash',
  usage: 'crash NODE [process] [disk=N]',
  says: 'A node loses power: memory, timers and unsynced writes are gone. With "process" only the program dies and the disk keeps all.',
  example: 'crash tm',
  run(session, words) {
    const node = nodeOf(session, words)
    const rest = words.slice(1)
    const process = rest.find((word) => setting(word) === null)
    if (process !== undefined) oneOf(process, ['process'], 'kind of crash', process.column)
    const number = rest.map(setting).find((set) => set?.name === 'disk')?.value
    const moment = session.take(
      { kind: 'crash', node, disk: process ? 'cache' : number ? countOf(number) : 0 },
      words[0]!.column,
    )
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) => (before.length === 0 ? upNodes(session, true) : ['process']),
}

export const restart: Command = {
  name: 'restart',
  usage: 'restart NODE',
  says: 'A node that is down starts again, with what its disk kept.',
  example: 'restart tm',
  run(session, words) {
    const moment = session.take({ kind: 'restart', node: nodeOf(session, words) }, words[0]!.column)
    return { ...NOTHING, note: noteOf(session.current.model, [moment]) }
  },
  complete: (session, before) => (before.length === 0 ? upNodes(session, false) : []),
}

export const partition: Command = {
  name: 'partition',
  usage: 'partition NODE... | NODE...',
  says: 'Cuts every link between the sides. Messages that come to a cut link are lost.',
  example: 'partition tm rm1 | rm2',
  run(session, words) {
    const { names } = session.current.model.cluster
    const groups: string[][] = [[]]
    for (const word of words) {
      if (word.text === '|') groups.push([])
      else groups.at(-1)!.push(oneOf(word, names, 'node', word.column))
    }
    if (groups.length < 2 || groups.some((group) => group.length === 0))
      throw new ScenarioProblem(
        endOf(words) || 'partition '.length,
        'expected two sides with a bar between them, such as: partition tm | rm1 rm2',
        '|',
      )
    const twice = groups.flat().find((name, i, all) => all.indexOf(name) !== i)
    if (twice !== undefined)
      throw new ScenarioProblem(words.find((w) => w.text === twice)!.column, `${twice} stands on both sides`)
    session.take({ kind: 'cut', links: linksBetween(groups) })
    return { ...NOTHING, note: `cut: ${groups.map((group) => group.join(' ')).join(' | ')}` }
  },
  complete: (session, before) => [
    ...(session.run?.model.cluster.names ?? []).filter((name) => !before.includes(name)),
    ...(before.length > 0 ? ['|'] : []),
  ],
}

export const heal: Command = {
  name: 'heal',
  usage: 'heal',
  says: 'All links carry messages again. What was lost stays lost.',
  example: 'heal',
  run(session) {
    session.take({ kind: 'heal' })
    return { ...NOTHING, note: 'all links carry messages again' }
  },
  complete: () => [],
}

/** The first word as a node of the cluster. */
export function nodeOf(session: Session, words: readonly Word[]): string {
  return oneOf(words[0], session.current.model.cluster.names, 'node', endOf(words))
}

function upNodes(session: Session, up: boolean): string[] {
  return session.run === null
    ? []
    : session.run.model.cluster.names.filter((name) => session.world.nodes[name]!.up === up)
}
