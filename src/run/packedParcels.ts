/** The messages of a search as integers: what each is, where it goes, and its place in the canonical order. */
import type { Event } from '../node/node.ts'
import type { Parcel } from '../world/choice.ts'
import { envelopeText, linkText } from '../world/world.ts'
import { Interner } from './intern.ts'

export class PackedParcels {
  /** By id: the number of the node it goes to, or -1 for a client. */
  readonly receivers: number[] = []
  /** By id: the event that its receiver sees. */
  readonly events: number[] = []
  readonly overCutLink: boolean[] = []
  /** Places of messages in the order of their texts: comparing two numbers beats comparing two texts. */
  readonly ranks: number[] = []
  private readonly interned = new Interner<Parcel>(envelopeText)
  private readonly inOrder: number[] = []

  constructor(
    private readonly names: readonly string[],
    private readonly cutLinks: readonly string[],
    private readonly eventIds: Interner<Event>,
  ) {}

  value(id: number): Parcel {
    return this.interned.value(id)
  }

  id(parcel: Parcel): number {
    const id = this.interned.id(parcel)
    if (id === this.receivers.length) {
      const { from, to, body, op } = parcel
      this.receivers.push(this.names.indexOf(to))
      this.events.push(this.eventIds.id({ kind: 'receive', from, body, op }))
      this.overCutLink.push(this.cutLinks.includes(linkText(from, to)))
      this.rank(id)
    }
    return id
  }

  /** Gives a new message its place among the others; different messages are few. */
  private rank(id: number): void {
    const text = this.interned.text(id)
    let low = 0
    for (let high = this.inOrder.length; low < high; ) {
      const middle = (low + high) >>> 1
      if (this.interned.text(this.inOrder[middle]!) < text) low = middle + 1
      else high = middle
    }
    this.inOrder.splice(low, 0, id)
    for (let place = low; place < this.inOrder.length; place++) this.ranks[this.inOrder[place]!] = place
  }
}
