/** scenariosOn: what the hidden checks of an exercise lend the learner's own scenarios. */
import type { Protocol } from '../world/protocol.ts'

let lend: (() => readonly Protocol[]) | null = null

/**
 * Says what the learner's own scenarios are played on: protocols whose roles come from `answer()`, made anew for
 * each scenario. The first is what a scenario begins with `cluster NAME`.
 */
export function scenariosOn(protocols: () => readonly Protocol[]): void {
  lend = protocols
}

/** What was said; null where the checks say nothing. */
export function lentProtocols(): readonly Protocol[] | null {
  return lend === null ? null : lend()
}
