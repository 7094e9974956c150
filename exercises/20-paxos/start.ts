/** Paxos: your answer. The task is in task.md; `splitbrain check paxos` checks it. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

// ---------------------------------------------------------------------------------------------------------
// An acceptor: a1, a2, a3, ...
// ---------------------------------------------------------------------------------------------------------

/** What an acceptor receives. */
type ToAcceptor = { type: 'prepare'; ballot: number } | { type: 'accept'; ballot: number; value: string }

/** What an acceptor keeps in memory. All of it is gone after a crash. */
interface AcceptorState {
  /** The highest ballot that it has promised; null before the first. Add what you need. */
  promised: number | null
}

export const acceptor = defineNode<AcceptorState, ToAcceptor>({
  /** The first boot, and again after every restart. What does the disk still know? */
  start(_ctx: Context) {
    return { promised: null }
  },

  on: {
    prepare(_state, _message, _ctx) {
      // May this ballot still be promised? Then keep the promise, and say in which ballot it has voted last, and for
      // what (null and null if it never has):
      //   ctx.send(from, { type: 'promise', ballot, vballot, vval })
    },

    accept(_state, _message, _ctx) {
      // May it vote in this ballot? Then keep the vote, and tell every proposer:
      //   ctx.broadcast({ type: 'accepted', ballot, value })
    },
  },
})

// ---------------------------------------------------------------------------------------------------------
// A proposer: p1, p2, ...
// ---------------------------------------------------------------------------------------------------------

/** What a proposer receives. */
type ToProposer =
  | { type: 'propose'; value: string }
  | { type: 'promise'; ballot: number; vballot: number | null; vval: string | null }
  | { type: 'accepted'; ballot: number; value: string }

interface ProposerState {
  /** Who asked, so that ctx.reply can answer later. Add what you need. */
  clients: { from: string; op: OperationId | null }[]
}

export const proposer = defineNode<ProposerState, ToProposer>({
  start(_ctx: Context) {
    return { clients: [] }
  },

  on: {
    propose(state, { from, op }, _ctx) {
      state.clients.push({ from, op })
      // Begin a ballot: a number that nobody has used or will use, not even this proposer before its last crash.
      //   ctx.broadcast({ type: 'prepare', ballot })
      // And if a majority never answers? ctx.arm('retry', [least, most])
    },

    promise(_state, _message, _ctx) {
      // Has a majority promised this ballot? Then ask for votes. For which value?
      //   ctx.broadcast({ type: 'accept', ballot, value })
    },

    accepted(_state, _message, _ctx) {
      // Has a majority voted in this ballot? Then the value is chosen:
      //   ctx.output({ type: 'decide', value })
      //   ctx.reply(client, { type: 'propose_ok', value })
    },
  },

  timers: {
    retry(_state, _ctx) {
      // Nothing was decided in time.
    },
  },
})
