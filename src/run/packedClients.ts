/** The clients of a search as integers: their histories, and what a reply makes of them. */
import { canonicalText } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import type { Parcel } from '../world/choice.ts'
import { answeredBy, nextRequest, outcomeOf } from '../world/clients.ts'
import type { Observation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { Interner } from './intern.ts'
import type { PackedParcels } from './packedParcels.ts'
import { Numbering, Pairs } from './pairs.ts'
import type { Row } from './rows.ts'

/** What a reply makes of a client: its history, what is seen of it, and its next request. */
export interface Answer {
  readonly history: number
  readonly seen: readonly number[]
  readonly sent: number | null
}

export class PackedClients {
  readonly histories = new Interner<readonly Operation[]>(canonicalText)
  private readonly answers: Answer[] = []
  private readonly answersAt = new Pairs()
  private readonly replies = new Numbering()
  private readonly othersAnswered = new Numbering()
  private readonly historyAnswered: number[] = []

  /** Histories lie in a row from position `first` on, one a client. */
  constructor(
    private readonly model: Model,
    private readonly clients: readonly string[],
    private readonly first: number,
    private readonly parcels: PackedParcels,
    private readonly seen: Interner<Observation>,
  ) {}

  /** A history after a reply and the client's next request; one that nobody waits for changes nothing. */
  answered(row: Row, position: number, parcelId: number): Answer {
    const before = row.cells[position]!
    const others = this.othersOf(row, position)
    const reply = this.replies.of(before, parcelId)
    const known = this.answersAt.get(reply, others)
    if (known >= 0) return this.answers[known]!
    const after = this.answeredByOthers(row, position)
    const answer = this.takeAnswer(this.histories.value(before), this.parcels.value(parcelId), after) ?? {
      history: before,
      seen: [],
      sent: null,
    }
    this.answersAt.add(reply, others, this.answers.push(answer) - 1)
    return answer
  }

  /** A number for how much has been answered to each of the other clients. */
  private othersOf(row: Row, position: number): number {
    let number = 0
    for (let at = this.first; at < this.first + this.clients.length; at++)
      number = this.othersAnswered.of(number, at === position ? 0 : this.answersIn(row.cells[at]!))
    return number
  }

  private answersIn(history: number): number {
    this.historyAnswered[history] ??= this.histories
      .value(history)
      .filter(({ outcome }) => outcome === 'ok' || outcome === 'fail').length
    return this.historyAnswered[history]
  }

  private answeredByOthers(row: Row, position: number): Operation['after'] {
    if (this.clients.length === 1) return {}
    const all = this.clients.map(
      (name, i) => [name, this.histories.value(row.cells[this.first + i]!)] as const,
    )
    return answeredBy(Object.fromEntries(all), this.clients[position - this.first]!)
  }

  private takeAnswer(
    operations: readonly Operation[],
    { to: client, op, body }: Parcel,
    after: Operation['after'],
  ): Answer | null {
    if (op === null || !operations.some((o) => o.n === op.n && o.outcome === 'open')) return null
    const settled = operations.map((o) =>
      o.n === op.n ? { ...o, outcome: outcomeOf(body), answer: body } : o,
    )
    const seen = [this.seen.id({ kind: 'return', op, body })]
    const request = nextRequest(this.model, client, settled)
    if (request === null) return { history: this.histories.id(settled), seen, sent: null }
    const next = { client, n: settled.length + 1 }
    const asked: Operation = {
      ...next,
      to: request.to,
      request: request.body,
      outcome: 'open',
      answer: null,
      after,
    }
    seen.push(this.seen.id({ kind: 'invoke', op: next, to: request.to, body: request.body }))
    return {
      history: this.histories.id([...settled, asked]),
      seen,
      sent: this.parcels.id({ from: client, to: request.to, body: request.body, op: next }),
    }
  }
}
