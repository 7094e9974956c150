/** The states of one search, numbered: equal states have one number. */
import type { Value } from '../base/canonical.ts'
import type { Budget } from './budget.ts'
import type { ModelCall, SequentialModel } from './models.ts'

/** What a state costs besides its text: an entry in a map, one in a list, and the value. */
const BYTES = 160
/** A little below what a Map can hold. */
const MOST = 16_000_000

export class States {
  private readonly ids = new Map<string, number>()
  private readonly values: Value[] = []
  private held = 0

  constructor(
    private readonly model: SequentialModel,
    private readonly budget: Budget,
  ) {}

  /** The number of a state; new states cost memory. */
  id(state: Value): number {
    const text = this.model.text(state)
    const known = this.ids.get(text)
    if (known !== undefined) return known
    const bytes = BYTES + 2 * text.length
    if (!this.budget.take(this.values.length < MOST ? bytes : Number.POSITIVE_INFINITY)) return 0
    this.held += bytes
    this.ids.set(text, this.values.length)
    return this.values.push(state) - 1
  }

  value(id: number): Value {
    return this.values[id]!
  }

  /** The state after an operation, or -1 if its answer does not fit. */
  after(id: number, call: ModelCall): number {
    const state = this.values[id]!
    const applied = this.model.apply(state, call)
    if (!applied.ok) return -1
    return applied.state === state ? id : this.id(applied.state)
  }

  /** Gives all memory back. */
  release(): void {
    this.budget.bytes -= this.held
    this.held = 0
    this.ids.clear()
    this.values.length = 0
  }
}
