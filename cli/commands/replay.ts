/** `replay`: the story that a token holds, told again. */
import { type CliCommand, EXIT } from '../command.ts'
import { ofToken, printWalk } from './debug.ts'

export const replay: CliCommand = {
  usage: 'replay <token> [file]',
  says: 'tell the story that a token holds; one of an exercise is told on your answer as it is now',
  async run(io, [token, file]) {
    const told = await ofToken(io, token!, file)
    printWalk(io, told)
    return told.stopped === null ? EXIT.good : EXIT.failed
  },
}
