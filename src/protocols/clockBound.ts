/** Bounds on clocks, as protocols are given them: how far one is from true time, or two are apart. */
import type { Json } from '../base/canonical.ts'

/** Throws `RangeError` for a bound that is no number of milliseconds from 0 on. */
export function mustBeMillis(name: string, value: Json | undefined): void {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return
  throw new RangeError(`${name} is a number of milliseconds from 0 on, such as 4, not ${String(value)}`)
}
