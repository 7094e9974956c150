/** request: a client asks a node for something. */
import type { Json } from '../../base/canonical.ts'
import { requestBody } from '../../world/protocol.ts'
import { type Command, NOTHING, ScenarioProblem } from '../command.ts'
import { endOf, jsonOf, oneOf, setting } from '../words.ts'

export const request: Command = {
  name: 'request',
  usage: 'request CLIENT NODE TYPE [field=VALUE...]',
  says: 'Sends a request of a client. It is in flight until it is delivered.',
  example: 'request client tm begin tx=t1',
  run(session, words) {
    const { model } = session.current
    const [client, to, type, ...fields] = words
    if (client === undefined)
      throw new ScenarioProblem(
        endOf(words) || 'request '.length,
        'expected the name of a client, such as "client"',
        'client',
      )
    if (model.cluster.names.includes(client.text))
      throw new ScenarioProblem(
        client.column,
        `${client.text} is a node; a request comes from a client, which may have any other name`,
        'client',
      )
    const node = oneOf(to, model.cluster.names, 'node', endOf(words))
    const kind = oneOf(type, Object.keys(model.protocol.requests ?? {}), 'request', endOf(words))
    const given: Record<string, Json> = {}
    for (const word of fields) {
      const set = setting(word)
      if (set === null)
        throw new ScenarioProblem(word.column, `expected a field such as tx=t1, found "${word.text}"`)
      given[set.name] = jsonOf(set.value.text)
    }
    const moment = session.take(
      { kind: 'request', client: client.text, to: node, body: requestBody(model.protocol, kind, given) },
      client.column,
    )
    return { ...NOTHING, note: `${moment.sent.length} message in flight to ${node}` }
  },
  complete(session, before) {
    const model = session.run?.model
    if (model === undefined) return []
    const requests = model.protocol.requests ?? {}
    if (before.length === 0) return ['client']
    if (before.length === 1) return model.cluster.names
    const role = model.cluster.roleOf[before[1]!]
    if (before.length === 2) return Object.keys(requests).filter((type) => requests[type]!.to === role)
    return Object.entries(requests[before[2]!]?.fields ?? {}).map(
      ([field, value]) => `${field}=${String(value)}`,
    )
  },
}
