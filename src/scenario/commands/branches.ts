/** Several ways from one step: save, load, branch, and replay of a story that someone handed on. */
import { storyOf, TokenProblem } from '../../run/token.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from '../command.ts'
import { changedSince, keep, retell } from '../retell.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, oneOf } from '../words.ts'

export const save: Command = {
  name: 'save',
  usage: 'save NAME',
  says: 'Keeps this run, up to this step, under a name; load brings it back.',
  example: 'save before-crash',
  run(session, words) {
    const name = nameOf(words, 'save')
    saveAs(session, name)
    return { ...NOTHING, note: `${name}: ${session.current.origin.program}, ${where(session)}` }
  },
  complete: (session, before) => (before.length === 0 ? [...session.saved.keys()] : []),
}

export const load: Command = {
  name: 'load',
  usage: 'load NAME',
  says: 'Goes on from a run that was saved. The run you are in is left; save it first to come back.',
  example: 'load before-crash',
  run(session, words) {
    const names = [...session.saved.keys()]
    if (names.length === 0)
      throw new ScenarioProblem('load '.length, 'nothing is saved in this session yet', 'save before-crash')
    const name = oneOf(words[0], names, 'saved run', endOf(words) || 'load '.length)
    const kept = session.saved.get(name)!
    const stopped = retell(session, kept)
    if (stopped !== null) throw new ScenarioProblem(words[0]!.column, stopped)
    return { ...NOTHING, note: `${name}: ${session.current.origin.program}, ${where(session)}` }
  },
  complete: (session, before) => (before.length === 0 ? [...session.saved.keys()] : []),
}

export const branch: Command = {
  name: 'branch',
  usage: 'branch NAME [STEP]',
  says: 'Keeps this run under a name and goes back to a step (the last one without a number), to play on another way.',
  example: 'branch blocked 4',
  run(session, words) {
    const name = nameOf(words, 'branch')
    const steps = session.current.moments.length
    const at = words[1] === undefined ? steps : countOf(words[1])
    if (at > steps) throw new ScenarioProblem(words[1]!.column, `this run has ${steps} steps`, String(steps))
    saveAs(session, name)
    session.goto(at)
    return { ...NOTHING, note: `${name} is kept; ${where(session)}` }
  },
  complete: () => [],
}

export const replay: Command = {
  name: 'replay',
  usage: 'replay TOKEN',
  says: 'Plays the story that a token holds, as far as this program still can; its cluster becomes yours.',
  example: 'replay sb1...',
  run(session, words): Result {
    const [token] = words
    if (token === undefined)
      throw new ScenarioProblem(
        'replay '.length,
        'expected a token; explore and fuzz print one for what they break',
      )
    const story = storyAt(token)
    if (story.program.startsWith('exercise:'))
      throw new ScenarioProblem(
        token.column,
        `this story was told by an answer to ${story.program.slice('exercise:'.length)}; splitbrain replay tells it on your answer`,
      )
    const stopped = retell(session, story)
    return {
      ...NOTHING,
      view: session.timelineView(),
      note: stopped ?? changedSince(session, story) ?? where(session),
    }
  },
  complete: () => [],
}

function storyAt(token: Word) {
  try {
    return storyOf(token.text)
  } catch (error) {
    if (error instanceof TokenProblem)
      throw new ScenarioProblem(token.column, error.message.replace(/\.$/, ''))
    throw error
  }
}

function nameOf(words: readonly Word[], command: string): string {
  const [word] = words
  if (word === undefined)
    throw new ScenarioProblem(command.length + 1, 'expected a name of your choice', 'before-crash')
  if (/^[a-z][\w-]*$/i.test(word.text)) return word.text
  throw new ScenarioProblem(
    word.column,
    'a name is letters, digits and dashes, a letter first',
    'before-crash',
  )
}

function saveAs(session: Session, name: string): void {
  session.current
  session.saved.set(name, keep(session)!)
}

function where(session: Session): string {
  return `at step ${session.current.moments.length}, ${session.world.timeUs / 1000} ms`
}
