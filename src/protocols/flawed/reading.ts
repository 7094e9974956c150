/** A reading of a protocol that is not the reference's: what the files beside this one list. */
import type { Alternative } from '../../world/protocol.ts'

/** One rule of a protocol, read otherwise; `says` is what somebody who reads it so would say. */
export function readingOf(
  protocol: string,
): (rule: string, name: string, says: string, is: Alternative['is']) => Alternative {
  return (rule, name, says, is) => ({ protocol, rule, name, says, is })
}
