/** `replay`: the story that a token or a file holds, told again on the program as it is now. */
import { type CliCommand, EXIT, InvalidFiles, type Io, print, UsageProblem } from '../command.ts'
import { isTrace, newSession, plain, retellStory, type StoryFile, toned, wrapLine } from '../door.ts'
import { ofTrace } from '../servedStory.ts'
import { readStoryFile, retell } from '../token.ts'
import { sessionWalk } from '../walk.ts'
import { printStory } from '../walkText.ts'
import { ofToken, type Told } from './debug.ts'

export const replay: CliCommand = {
  usage: 'replay <story> [file]',
  says: 'tell the story of a token, of a story file or of what serve --trace wrote; one of an exercise is told on your answer as it is now',
  options: [['--exact', 'refuse where the program does not do what it did when the story was told']],
  async run(io, [word, file], options) {
    const exact = options['exact'] === true
    if (!/^sb\d/.test(word!)) {
      const read = io.readFile(word!)
      if ('problem' in read)
        throw new UsageProblem(read.problem, 'give a token, from "sb1." to its end, or a story file')
      if (!isTrace(read.text)) return ofFile(io, readStoryFile(word!, read.text), exact)
      return printed(io, await ofTrace(io, word!, read.text, file, []), exact)
    }
    const told = await ofToken(io, word!, file)
    await told.close()
    return printed(io, told, exact)
  },
}

function printed(io: Io, told: Told, exact: boolean): number {
  const notice = told.stopped ?? told.changed
  if (exact && notice !== null) throw new UsageProblem(notice, 'without --exact it plays as far as it can')
  printStory(io, told)
  return told.stopped === null ? EXIT.good : EXIT.failed
}

function ofFile(io: Io, story: StoryFile, exact: boolean): number {
  const session = newSession()
  const stopped = retell(session, story)
  const { model, worlds } = session.current
  const again = retellStory(story, model, worlds[0]!, { exact })
  if (again.kind === 'refused') throw new InvalidFiles([again.why])
  const walk = sessionWalk(session)
  if (walk === null) throw new UsageProblem('this story has no steps')
  printStory(io, { walk, stopped, changed: null })
  if (again.changedAt !== null) {
    const at = again.changedAt === 0 ? 'in the first world' : `at step ${again.changedAt}`
    print(io, [
      plain(''),
      toned('warn', `${story.program} has changed since this was told: it differs first ${at}.`),
    ])
  }
  if (story.property !== null) {
    const now = session.execute(`check ${story.property}`).verdicts[0]?.kind
    print(io, [plain(''), ...wrapLine(fate(story, now), io.columns)])
  }
  return stopped === null ? EXIT.good : EXIT.failed
}

/** Whether what was broken is still broken at the end of the story. */
function fate({ property, why }: StoryFile, now: string | undefined) {
  return now === 'broken'
    ? toned('bad', `${property} is broken: ${why ?? ''}`)
    : toned('good', `${property} holds at the end of this story now; when it was told, it was broken.`)
}
