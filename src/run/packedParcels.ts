/** The messages of a search as integers: what each is, where it goes, and its place in the canonical order. */
import type { Event } from '../node/node.ts'
import type { Parcel } from '../world/choice.ts'
import { linkText, placedText } from '../world/world.ts'
import { Interner } from './intern.ts'
import { Pairs } from './pairs.ts'

interface Placed {
  readonly parcel: Parcel
  readonly place: number
}

export class PackedParcels {
  /** By id: the number of the node it goes to, or -1 for a client. */
  readonly receivers: number[] = []
  /** By id: the event that its receiver sees. */
  readonly events: number[] = []
  /** Places of messages in the order of their texts: comparing two numbers beats comparing two texts. */
  readonly ranks: number[] = []
  /** By id, on a fifo wire: a number for its link, and how many messages come before it there. */
  readonly links: number[] = []
  readonly places: number[] = []
  private readonly interned = new Interner<Placed>(({ parcel, place }) => placedText(parcel, place))
  private readonly linkIds = new Interner<string>((link) => link)
  private readonly elsewhere = new Pairs()
  private readonly inOrder: number[] = []

  constructor(
    private readonly names: readonly string[],
    private readonly eventIds: Interner<Event>,
  ) {}

  value(id: number): Parcel {
    return this.interned.value(id).parcel
  }

  /** The same message with so many before it. */
  at(id: number, place: number): number {
    if (this.places[id] === place) return id
    const known = this.elsewhere.get(id, place)
    if (known >= 0) return known
    const moved = this.id(this.value(id), place)
    this.elsewhere.add(id, place, moved)
    return moved
  }

  id(parcel: Parcel, place = 0): number {
    const id = this.interned.id({ parcel, place })
    if (id === this.receivers.length) {
      const { from, to, body, op } = parcel
      this.receivers.push(this.names.indexOf(to))
      this.events.push(this.eventIds.id({ kind: 'receive', from, body, op }))
      this.links.push(this.linkIds.id(linkText(from, to)))
      this.places.push(place)
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
