/** Explanations of mutants that no check can tell from the solution, as the author wrote them in hidden/equivalent.md. */

export interface Explanation {
  /** The mutant's diff, as it is printed. */
  readonly diff: string
  readonly why: string
  /** Where it stands in the file, from 1. */
  readonly line: number
}

/** Each explanation is a fenced block `diff` with what the audit prints of the mutant, and the reason under it. */
export function explanationsIn(markdown: string): readonly Explanation[] {
  const fences = [...markdown.matchAll(/^```diff\n([\s\S]*?)\n```$/gm)]
  return fences.map((fence, i) => ({
    diff: fence[1]!.trim(),
    why: markdown
      .slice(fence.index + fence[0].length, fences[i + 1]?.index)
      .replace(/^#.*$/gm, '')
      .trim(),
    line: markdown.slice(0, fence.index).split('\n').length,
  }))
}
