/** The list of reference protocols and of the flawed readings of their rules. One line each. */
import type { Alternative, Protocol } from '../world/protocol.ts'
import { dualWrite } from './dualWrite.ts'
import { flawedTwoPhaseCommit } from './flawed/twoPhaseCommit.ts'
import { singleCopyRegister } from './singleCopyRegister.ts'
import { tCommit } from './tCommit.ts'
import { twoPhase } from './twoPhase.ts'
import { twoPhaseCommit } from './twoPhaseCommit.ts'

export const protocols: readonly Protocol[] = [
  dualWrite,
  twoPhaseCommit,
  tCommit,
  twoPhase,
  singleCopyRegister,
]

export const alternatives: readonly Alternative[] = [...flawedTwoPhaseCommit]
