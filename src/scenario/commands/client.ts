/** client: what a client asks by itself, one request after the other. */
import { requestBody } from '../../world/protocol.ts'
import { type Command, NOTHING, ScenarioProblem, type Word } from '../command.ts'
import { remake } from '../retell.ts'
import type { Session } from '../session.ts'
import { endOf, jsonOf, oneOf, setting } from '../words.ts'
import { request } from './request.ts'

export const client: Command = {
  name: 'client',
  usage: 'client CLIENT NODE TYPE [field=VALUE...] [then NODE TYPE [field=VALUE...]]...',
  says: 'A client that asks by itself: the next request leaves when the one before is answered. Stands before the first step.',
  example: 'client ann s1 put value=A then s2 get',
  run(session, words) {
    const { origin, budgets, moments } = session.current
    const [name, ...rest] = words
    if (name === undefined || name.text === 'then')
      throw new ScenarioProblem(
        name?.column ?? 'client '.length,
        'expected the name of a client, such as "ann"',
        'ann',
      )
    if (moments.length > 0)
      throw new ScenarioProblem(
        name.column,
        `what clients ask by themselves is settled before the first step, and this run has ${moments.length}; use request`,
        'request',
      )
    if (session.current.model.cluster.names.includes(name.text))
      throw new ScenarioProblem(
        name.column,
        `${name.text} is a node; a client may have any other name`,
        'ann',
      )
    const asks = splitAt(rest, 'then').map((part) => askOf(session, part, endOf(words)))
    remake(session, { ...origin, clients: { ...origin.clients, [name.text]: asks } }, budgets)
    return { ...NOTHING, note: `${name.text} asks ${asks.length} times` }
  },
  complete(session, before) {
    if (before.length === 0) return request.complete(session, before)
    const from = Math.max(0, before.lastIndexOf('then'))
    const options = request.complete(session, ['', ...before.slice(from + 1)])
    return before.length - from > 2 ? ['then', ...options] : options
  },
}

function askOf(session: Session, [to, type, ...fields]: readonly Word[], end: number) {
  const { model } = session.current
  const node = oneOf(to, model.cluster.names, 'node', end)
  const kind = oneOf(type, Object.keys(model.protocol.requests ?? {}), 'request', end)
  const given = fields.map((word) => {
    const set = setting(word)
    if (set === null)
      throw new ScenarioProblem(
        word.column,
        `expected a field such as value=A, or "then", found "${word.text}"`,
        'then',
      )
    return [set.name, jsonOf(set.value.text)] as const
  })
  return { to: node, body: requestBody(model.protocol, kind, Object.fromEntries(given)) }
}

function splitAt(words: readonly Word[], bar: string): readonly (readonly Word[])[] {
  const parts: Word[][] = [[]]
  for (const word of words)
    if (word.text === bar) parts.push([])
    else parts.at(-1)!.push(word)
  return parts
}
