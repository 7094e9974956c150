/** A register on one server: what every replicated one must look like from outside (the example of the model checker Stateright). */
import { defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { linearizableRegister } from './clients.ts'

type Request = { readonly type: 'put'; readonly value: string } | { readonly type: 'get' }

const server = defineNode<{ value: string | null }, Request>({
  start: () => ({ value: null }),
  on: {
    put(state, message, ctx) {
      state.value = message.body.value
      ctx.reply(message, { type: 'put_ok' })
    },
    get: (state, message, ctx) => ctx.reply(message, { type: 'get_ok', value: state.value }),
  },
})

export const singleCopyRegister = defineProtocol({
  name: 'single-copy-register',
  source: 'the example single-copy-register of Stateright, github.com/stateright/stateright',
  says: 'one server, one value',
  cluster: ['s1'],
  rules: {},
  roles: () => ({ server }),
  assign: (names) =>
    Object.fromEntries(
      names.map((name) => [name, { role: 'server', peers: names.filter((n) => n !== name), config: {} }]),
    ),
  requests: {
    put: { to: 'server', fields: { value: 'A' }, says: 'writes the value' },
    get: { to: 'server', fields: {}, says: 'reads the value' },
  },
  properties: [linearizableRegister],
  refusals: 'stay',
  label: (body) =>
    body.type === 'get_ok' ? (body['value'] === null ? 'nothing' : String(body['value'])) : body.type,
})
