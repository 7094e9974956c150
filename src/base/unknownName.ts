/** A name from outside that is none here: who knows the others can find the nearest. */
export class UnknownName extends RangeError {
  override readonly name = 'RangeError'
  constructor(
    message: string,
    readonly word: string,
    /** What it could have been. */
    readonly known: readonly string[],
  ) {
    super(message)
  }
}
