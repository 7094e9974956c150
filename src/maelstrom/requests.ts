/** Requests: what clients have asked, who waits for an answer, and what else came back. */
import type { Json } from '../base/canonical.ts'
import type { WireBody } from './message.ts'

/** An answer to a request that had been answered. */
export interface SecondAnswer {
  readonly node: string
  readonly client: string
  readonly first: WireBody
  readonly second: WireBody
}

/** What came back to a client. `late`: nobody waits for it any more. `unasked`: it answers nothing that was asked. */
export type Arrival = 'answer' | 'second' | 'late' | 'unasked'

/** So many answers are remembered, to see whether another one follows. */
const REMEMBERED = 1000

export class Requests {
  readonly secondAnswers: SecondAnswer[] = []
  private readonly ids = new Map<string, number>()
  /** By client and id of the request. */
  private readonly waiting = new Map<string, (body: WireBody) => void>()
  private readonly answered = new Map<string, WireBody>()

  isClient(name: string): boolean {
    return this.ids.has(name)
  }

  /** The id of a request that is about to be sent; `take` gets its answer. */
  open(client: string, take: (body: WireBody) => void): number {
    const id = (this.ids.get(client) ?? 0) + 1
    this.ids.set(client, id)
    this.waiting.set(keyOf(client, id), take)
    return id
  }

  /** Nobody waits for it any more. */
  close(client: string, id: number): void {
    this.waiting.delete(keyOf(client, id))
  }

  arrived(node: string, client: string, body: WireBody): Arrival {
    const id = body['in_reply_to'] ?? null
    const key = keyOf(client, id)
    const take = this.waiting.get(key)
    if (take !== undefined) {
      this.answered.set(key, body)
      if (this.answered.size > REMEMBERED) this.answered.delete(this.answered.keys().next().value!)
      take(body)
      return 'answer'
    }
    const first = this.answered.get(key)
    if (first !== undefined) {
      this.secondAnswers.push({ node, client, first, second: body })
      return 'second'
    }
    return typeof id === 'number' && id > 0 && id <= this.ids.get(client)! ? 'late' : 'unasked'
  }
}

function keyOf(client: string, id: Json): string {
  return `${client} ${String(id)}`
}
