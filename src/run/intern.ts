/** Interning: one small integer per distinct value, by its canonical text. */

/** Values of one kind. Ids count from 0 in the order of first sight. */
export class Interner<T> {
  private readonly ids = new Map<string, number>()
  private readonly values: T[] = []
  private readonly texts: string[] = []

  constructor(private readonly textOf: (value: T) => string) {}

  id(value: T): number {
    const text = this.textOf(value)
    const known = this.ids.get(text)
    if (known !== undefined) return known
    const id = this.values.length
    this.ids.set(text, id)
    this.values.push(value)
    this.texts.push(text)
    return id
  }

  value(id: number): T {
    return this.values[id]!
  }

  text(id: number): string {
    return this.texts[id]!
  }

  get size(): number {
    return this.values.length
  }
}
