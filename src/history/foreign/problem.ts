/** A file that holds no history, and at which place that shows. */

/** One sentence that begins with the place. */
export class ForeignProblem extends Error {
  override readonly name = 'ForeignProblem'
}

/** What the file brought into the sentence does not break it into lines. */
export function problemAt(place: string, message: string): ForeignProblem {
  return new ForeignProblem(`${place}: ${message}`.replace(/\s+/g, ' '))
}
