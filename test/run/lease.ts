/** A lease on one value, as small as it can be: for tests of clocks. */
import { defineNode } from '../../src/node/node.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol } from '../../src/world/protocol.ts'

const TERM_MS = 40

type ToServer = { readonly type: 'ask' }
type ToHolder = { readonly type: 'grant' }

const noStaleRead = property<'old' | 'new' | 'stale'>({
  name: 'NoStaleRead',
  says: 'nobody reads the old value after the new one was written',
  first: 'old',
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    if (seen.body.type === 'wrote') return 'new'
    return fold === 'new' && seen.body.type === 'read' ? 'stale' : fold
  },
  judge: {
    kind: 'always',
    broken: (fold) => (fold === 'stale' ? 'the holder read the old value after the new was written' : null),
  },
})

/**
 * The holder reads its copy while its lease lasts, counted by its own clock from when it asked. The server writes
 * `waitMs` of its own clock after it granted (Gray and Cheriton 1989, section 5: clocks and their drift).
 * Safe while `waitMs` of the fastest clock take longer than 40 ms of the slowest.
 */
export const lease = defineProtocol({
  name: 'lease',
  source: 'test model',
  says: 'a lease on one value',
  cluster: ['server', 'holder'],
  rules: {},
  params: { waitMs: { default: TERM_MS, says: 'how long the server waits before it writes' } },
  roles: () => ({
    server: defineNode<{ granted: boolean }, ToServer>({
      start: () => ({ granted: false }),
      on: {
        ask(state, { from }, ctx) {
          state.granted = true
          ctx.send(from, { type: 'grant' })
          ctx.arm('write', ctx.config['waitMs'] as number)
        },
      },
      timers: {
        write(_state, ctx) {
          ctx.output({ type: 'wrote' })
        },
      },
    }),
    holder: defineNode<{ until: number }, ToHolder>({
      start(ctx) {
        ctx.send('server', { type: 'ask' })
        return { until: ctx.now() + TERM_MS }
      },
      on: {
        grant(_state, _message, ctx) {
          ctx.arm('read', 0)
        },
      },
      timers: {
        read(state, ctx) {
          if (ctx.now() >= state.until) return ctx.refuse()
          ctx.output({ type: 'read' })
          return undefined
        },
      },
    }),
  }),
  assign: ([server = '', holder = ''], params) => ({
    [server]: { role: 'server', peers: [holder], config: params },
    [holder]: { role: 'holder', peers: [server], config: {} },
  }),
  properties: [noStaleRead],
})
