/** An answer that nobody judges: a node that does a little of everything that answers do. */

/** @typedef {{ type: 'begin', tx: string } | { type: 'tell', tx: string } | { type: 'told', tx: string }} Message */
/** @typedef {{ seen: string[], asked: { [tx: string]: string } }} State */

/** @type {import('../node/node.ts').NodeDefinition<State, Message>} */
export const node = {
  start: (ctx) => ({ seen: /** @type {string[]} */ (ctx.disk.read('seen') ?? []), asked: {} }),
  on: {
    begin(state, { body }, ctx) {
      state.asked[body.tx] = body.tx
      ctx.disk.write('seen', [...state.seen, body.tx])
      ctx.disk.append('log', { tx: body.tx })
      ctx.disk.sync()
      ctx.arm('late', 5, body.tx)
      ctx.broadcast({ type: 'tell', tx: body.tx })
    },
    tell(state, { from, body }, ctx) {
      if (!state.seen.includes(body.tx)) state.seen.push(body.tx)
      for (const peer of ctx.peers) if (peer !== from) ctx.log(peer)
      ctx.send(from, { type: 'told', tx: body.tx })
    },
    told(state, { from, body }, ctx) {
      ctx.disarm('late', body.tx)
      ctx.output({ type: 'heard', tx: body.tx, of: from })
      delete state.asked[body.tx]
    },
  },
  timers: {
    late(_state, ctx, tx) {
      ctx.broadcast({ type: 'tell', tx })
    },
  },
}
