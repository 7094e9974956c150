/** The lies of a search as integers: what may be sent in the place of a message, and unasked. */
import { canonicalText } from '../base/canonical.ts'
import type { Body } from '../node/node.ts'
import { liesInstead, liesUnasked } from '../world/lies.ts'
import type { Model } from '../world/protocol.ts'
import { Interner } from './intern.ts'
import type { PackedParcels } from './packedParcels.ts'
import { Pairs } from './pairs.ts'

/** What traitors know of the world. */
export interface Treason {
  readonly traitors: readonly string[]
  readonly heard: readonly Body[]
}

/** A message that is withheld. */
export const WITHHELD = -1

export class PackedLies {
  private readonly known = new Interner<Treason>(canonicalText)
  /** By what is known and the message that a lie takes the place of, or the node that lies unasked. */
  private readonly insteadAt = new Pairs()
  private readonly unaskedAt = new Pairs()
  private readonly lists: (readonly number[])[] = []

  constructor(
    private readonly model: Model,
    private readonly parcels: PackedParcels,
  ) {}

  /** Messages that may take the place of one, at the same place in its link; `WITHHELD` for none. */
  instead(treason: Treason, parcel: number): readonly number[] {
    return this.remembered(this.insteadAt, treason, parcel, () => {
      const said = this.parcels.value(parcel)
      const place = this.parcels.places[parcel]!
      return liesInstead(this.model, treason, said).map((body) =>
        body === null ? WITHHELD : this.parcels.id({ ...said, body }, place),
      )
    })
  }

  unasked(treason: Treason, node: number): readonly number[] {
    const from = this.model.cluster.names[node]!
    return this.remembered(this.unaskedAt, treason, node, () =>
      liesUnasked(this.model, treason, from).map(({ to, body }) =>
        this.parcels.id({ from, to, body, op: null }),
      ),
    )
  }

  private remembered(
    at: Pairs,
    { traitors, heard }: Treason,
    what: number,
    make: () => readonly number[],
  ): readonly number[] {
    const known = this.known.id({ traitors, heard })
    const place = at.get(known, what)
    if (place >= 0) return this.lists[place]!
    const made = make()
    at.add(known, what, this.lists.push(made) - 1)
    return made
  }
}
