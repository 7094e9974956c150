/** token: this run as one word, to hand to somebody else. */
import { type Command, NOTHING } from '../command.ts'

export const token: Command = {
  name: 'token',
  usage: 'token',
  says: 'Prints this run as one word. Whoever has it sees the same run with splitbrain replay and that word.',
  example: 'token',
  // As a note, which is never broken into lines: a token is copied whole.
  run: (session) => ({ ...NOTHING, note: session.token() }),
  complete: () => [],
}
