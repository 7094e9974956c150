/** How long a lease may be used: by how much a slow clock at its holder and a fast one at its server can disagree on a term. */

/**
 * The longest time, by the holder's clock from when it *asked*, for which it may use a lease that ends at the server
 * after `termMs` by the server's clock, counted from the grant. Both clocks run at 1 - drift to 1 + drift of true time.
 * The server's term lasts at least termMs / (1 + drift); the holder's time lasts at most useMs / (1 - drift). The
 * grant comes after the question. Throws `RangeError` for a drift outside [0, 1).
 */
export function safeLeaseMs(termMs: number, drift: number): number {
  if (!(drift >= 0 && drift < 1))
    throw new RangeError(
      `a clock's drift is a fraction from 0 up to 1, such as 0.1 for a tenth, not ${drift}`,
    )
  return (termMs * (1 - drift)) / (1 + drift)
}
