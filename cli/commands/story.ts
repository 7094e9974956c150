/** `story`: makes a story a file of its own, to hand to a friend. */
import { type CliCommand, EXIT, UsageProblem } from '../command.ts'
import { newSession } from '../door.ts'
import { readToken, retell } from '../token.ts'
import { storyText } from '../walk.ts'

export const story: CliCommand = {
  usage: 'story <export> <token>',
  says: 'story export TOKEN -o FILE: one file that holds all that is needed to see and replay a failure',
  options: [['-o, --output <file>', 'write to a file instead of standard output']],
  run(io, [verb, token], options) {
    if (verb !== 'export')
      throw new UsageProblem(
        `a story can be exported; "${verb}" is nothing it can do`,
        'splitbrain story export TOKEN',
      )
    const told = readToken(token!)
    if (told.program.startsWith('exercise:'))
      throw new UsageProblem(
        'this story was told by an answer, which the file would not hold',
        'hand on the token with the answer: splitbrain replay TOKEN FILE',
      )
    const session = newSession()
    const stopped = retell(session, told)
    if (stopped !== null) throw new UsageProblem(stopped, 'a file holds only what can be told to its end')
    const text = storyText(session)
    const file = options['output']
    if (typeof file !== 'string') io.out(text)
    else {
      io.writeFile(file, text)
      io.err(`${file}: splitbrain replay ${file} tells it\n`)
    }
    return EXIT.good
  },
}
