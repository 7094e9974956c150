/** `glossary`: the words of the course, or one of them. */
import { type CliCommand, EXIT, print, printJson, UsageProblem } from '../command.ts'
import { glossaryLines } from '../components/glossary.ts'
import { glossaryOf, nearest, type Term } from '../door.ts'
import { readLessons } from '../library.ts'

export const glossary: CliCommand = {
  usage: 'glossary [term]',
  says: 'the words of the course, each with the lesson that shows it; with a word, what contains it',
  options: [['--json', 'one JSON object']],
  run(io, [word], options) {
    const { lessons } = readLessons()
    const terms = word === undefined ? glossaryOf(lessons) : termsCalled(glossaryOf(lessons), word)
    if (options['json'] === true) printJson(io, { terms })
    else print(io, glossaryLines(terms, lessons, io.columns).slice(0, -1))
    return EXIT.good
  },
}

/** The term itself if there is one; else all whose word or Chinese word contains it. */
function termsCalled(terms: readonly Term[], word: string): readonly Term[] {
  const wanted = word.toLowerCase()
  const exact = terms.filter(({ term, chinese }) => term.toLowerCase() === wanted || chinese === word)
  if (exact.length > 0) return exact
  const partly = terms.filter(
    ({ term, chinese }) => term.toLowerCase().includes(wanted) || chinese.includes(word),
  )
  if (partly.length > 0) return partly
  const near = nearest(
    wanted,
    terms.map(({ term }) => term),
  )
  throw new UsageProblem(
    `the glossary has no "${word}"`,
    near === null ? 'splitbrain glossary lists all of it' : `did you mean ${near}?`,
  )
}
