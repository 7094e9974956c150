/** Marks on objects that only their maker can set and see: fifty times cheaper than a `WeakSet` of them. */

export interface Mark {
  /** Sets the mark. The object must not be frozen yet. */
  set(object: object): void
  has(object: object): boolean
}

/** A new mark, unlike any other. Copies of an object do not have it. */
export function makeMark(): Mark {
  // A private field lands on whatever object the base class returns. Nobody else can name it.
  class Marked extends Returned {
    readonly #mark = true
    static has(object: object): boolean {
      return #mark in object
    }
  }
  return {
    set: (object) => void new Marked(object),
    has: Marked.has,
  }
}

/** Something noted on objects that only its maker can set and see. */
export interface Note<T> {
  /** The object must not be frozen yet, nor have such a note. */
  set(object: object, note: T): void
  get(object: object): T | undefined
}

/** A new kind of note, unlike any other. Copies of an object do not have it. */
export function makeNote<T>(): Note<T> {
  class Noted extends Returned {
    readonly #note: T
    constructor(object: object, note: T) {
      super(object)
      this.#note = note
    }
    static get(object: object): T | undefined {
      return #note in object ? (object as Noted).#note : undefined
    }
  }
  return {
    set: (object, note) => void new Noted(object, note),
    get: Noted.get,
  }
}

class Returned {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is how a private field gets onto a given object
    return object
  }
}
