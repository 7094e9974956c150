/** What hidden checks import from 'splitbrain' besides the world itself. */
export { answer } from './answer.ts'
export { byHand, type HandRun, type Pattern } from './byHand.ts'
export { explored, simulated } from './judged.ts'
export type { Judged } from './matchers.ts'
export { scenariosOn } from './scenariosOn.ts'
export { runSeed } from './told.ts'
