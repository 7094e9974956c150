/**
 * Every lie there is against OM(m), without a search: what the loyal lieutenants can be made to think, worked out level
 * by level. Written from the definition (Lamport, Shostak & Pease 1982, section 3), and shares no code with the protocol.
 */

/** What each loyal lieutenant thinks was ordered: 1 for attack, 0 for retreat, which silence counts as too. */
type Views = readonly number[]

/** Whether traitors, of whom `commander` says whether he is one, can break IC1 or IC2; `n` generals, `m` of them traitors. */
export function canBreak(
  n: number,
  m: number,
  order: 0 | 1,
): { readonly ic1: boolean; readonly ic2: boolean } {
  const found = { ic1: false, ic2: false }
  for (const betrays of [true, false]) {
    const loyal = n - 1 - (betrays ? m - 1 : m)
    for (const views of outcomes(betrays, order, loyal, n - 1, m)) {
      if (new Set(views).size > 1) found.ic1 = true
      if (!betrays && views.some((view) => view !== order)) found.ic2 = true
    }
  }
  return found
}

/**
 * What OM(m) can leave the loyal ones with: a commander, `all` lieutenants, of whom the first `loyal` are so. Every
 * message of a traitor is free, and no two of the runs of OM(m - 1) share one, so what each of them can come to is
 * combined with what each other one can.
 */
function outcomes(betrays: boolean, order: number, loyal: number, all: number, m: number): readonly Views[] {
  const told = betrays ? everyViews(loyal) : [Array.from({ length: loyal }, () => order)]
  if (m === 0) return told
  return distinct(told.flatMap((words) => afterTelling(words, loyal, all, m)))
}

/** Each lieutenant tells the others in OM(m - 1) what it was told; then everybody takes the majority. */
function afterTelling(words: Views, loyal: number, all: number, m: number): readonly Views[] {
  let counts: readonly Views[] = [words]
  for (let teller = 0; teller < all; teller++) {
    const isLoyal = teller < loyal
    const heard = outcomes(
      !isLoyal,
      isLoyal ? words[teller]! : 0,
      isLoyal ? loyal - 1 : loyal,
      all - 1,
      m - 1,
    )
    // Whoever tells does not hear itself: its own word is counted already.
    const views = isLoyal ? heard.map((v) => [...v.slice(0, teller), 0, ...v.slice(teller)]) : heard
    counts = distinct(counts.flatMap((sum) => views.map((v) => sum.map((attacks, i) => attacks + v[i]!))))
  }
  return distinct(counts.map((sum) => sum.map((attacks) => (2 * attacks > all ? 1 : 0))))
}

function everyViews(loyal: number): readonly Views[] {
  return Array.from({ length: 2 ** loyal }, (_, bits) =>
    Array.from({ length: loyal }, (_, i) => (bits >> i) & 1),
  )
}

function distinct(views: readonly Views[]): readonly Views[] {
  return [...new Map(views.map((view) => [view.join(), view])).values()]
}
