/** situation: to a named place in a run where the protocol is known to go wrong. */
import { enter } from '../../world/situation.ts'
import { type Command, NOTHING, ScenarioProblem } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, nearest } from '../words.ts'

export const situation: Command = {
  name: 'situation',
  usage: 'situation NAME',
  says: 'Plays a new cluster into a place where its protocol is known to go wrong; fuzz begins in these, too.',
  example: 'situation duelling proposers',
  run(session, words) {
    const { model, moments } = session.current
    const known = model.protocol.situations ?? []
    const names = known.map(({ name }) => name)
    const column = words[0]?.column ?? 'situation '.length
    const name = words.map(({ text }) => text).join(' ')
    const found = known.find((each) => each.name === name)
    if (found === undefined)
      throw new ScenarioProblem(
        column,
        names.length === 0
          ? `${model.protocol.name} has no situations; explore and fuzz begin where you are`
          : `expected a situation of ${model.protocol.name}: ${names.join(', ')}`,
        name === '' ? (names[0] ?? null) : nearest(name, names),
      )
    if (moments.length > 0)
      throw new ScenarioProblem(
        endOf(words),
        `the way to a situation begins at the first step, and this run has ${moments.length}; begin a new cluster, or go back with goto 0`,
        'goto 0',
      )
    const entered = enter(model, session.world, found)
    if (entered === null)
      throw new ScenarioProblem(
        column,
        `${model.cluster.names.join(' ')} cannot get there; ${model.protocol.cluster.join(' ')} can, with the settings that ${model.protocol.name} has by itself`,
      )
    for (const choice of entered.trace) session.take(choice)
    return { ...NOTHING, note: `${found.says}; at step ${entered.trace.length}` }
  },
  complete: (session: Session, before) => {
    const names = (session.run?.model.protocol.situations ?? []).map(({ name }) => name.split(' '))
    const fitting = names.filter((words) => before.every((word, i) => words[i] === word))
    return [...new Set(fitting.flatMap((words) => words[before.length] ?? []))]
  },
}
