/** In doubt: one participant has voted Yes and knows no decision, while the others have heard of nothing. */
import { requestBody } from '../world/protocol.ts'
import { type Situation, Walk } from '../world/situation.ts'

/** For protocols whose coordinator takes `begin` and sends `prepare` (Gray 1978: the window of uncertainty). */
export const inDoubtParticipant: Situation = {
  name: 'in-doubt participant',
  says: 'one participant has voted Yes and does not know what was decided',
  play(model, first) {
    const { names, roleOf } = model.cluster
    const coordinator = names.find((name) => roleOf[name] === 'coordinator')
    const participant = names.find((name) => roleOf[name] === 'participant')
    if (coordinator === undefined || participant === undefined) return null
    const walk = new Walk(model, first)
    const body = requestBody(model.protocol, 'begin', {})
    walk.take({ kind: 'request', client: 'client', to: coordinator, body })
    const voted = walk.deliver('begin', coordinator) && walk.deliver('prepare', participant)
    const yes = walk.world.wire.some((e) => e.from === participant && e.body['yes'] === true)
    return voted && yes ? walk.trace : null
  },
}
