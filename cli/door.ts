/** What the commands and screens use of the rest: the public door, and sessions with all the course's protocols. */
export * from '../src/index.ts'
export { wrapSpans as wrapLine } from '../src/index.ts'
export { newKernel, newNotebook, newSession, taken } from './sessions.ts'
