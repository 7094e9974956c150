/** `new`: the files of an exercise or a lesson to begin with, and what is left to do. Never overwrites anything. */
import { join } from 'node:path'
import { type CliCommand, EXIT, type Io, named, print, UsageProblem } from '../command.ts'
import { newNotebook, packageRoot, parseLesson, plain, protocols, rewrite } from '../door.ts'
import { exerciseFiles } from '../templates/exercise.ts'
import { lessonText } from '../templates/lesson.ts'

export const newFiles: CliCommand = {
  usage: 'new <kind> <name>',
  says: 'for authors: begin an exercise or a lesson, such as: new exercise 14-leases',
  options: [['--protocol <name>', 'list in the task of an exercise what this protocol has']],
  run(io, [kind, word], options) {
    const { name, slug, title } = nameOf(word!)
    switch (kind) {
      case 'exercise':
        return exercise(io, { name, slug, title, given: givenBy(options['protocol']) })
      case 'lesson':
        return lesson(io, name, title)
      default:
        throw new UsageProblem(
          `"${kind}" cannot be begun`,
          `write: splitbrain new exercise ${name}, or: splitbrain new lesson ${name}`,
        )
    }
  },
}

function nameOf(name: string) {
  const [, slug] = /^\d\d-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(name) ?? []
  if (slug === undefined)
    throw new UsageProblem(
      `"${name}" is no name for it: two digits, a dash, and a slug of small letters, digits and dashes`,
      'such as 14-leases; the number of an exercise is that of its lesson',
    )
  const words = slug.replaceAll('-', ' ')
  return { name, slug, title: words[0]!.toUpperCase() + words.slice(1) }
}

function givenBy(word: string | boolean | undefined): string {
  if (typeof word !== 'string') return ''
  const list = Object.values(protocols).map((one) => ({ id: one.name, number: '', one }))
  const { one } = named(list, word, 'protocol')
  const requests = Object.entries(one.requests ?? {}).map(
    ([request, { says }]) => `- \`${request}\`: ${says}`,
  )
  const properties = one.properties.map(({ name, says }) => `- ${name}: ${says}`)
  return `\nClients may ask:\n\n${requests.join('\n')}\n\nIt is judged by:\n\n${properties.join('\n')}\n`
}

function exercise(io: Io, subject: Parameters<typeof exerciseFiles>[0]): number {
  const folder = join('exercises', subject.name)
  const files = Object.entries(exerciseFiles(subject)).map(([path, text]) => ({
    path: join(folder, path),
    text,
  }))
  writeNew(io, files)
  print(
    io,
    [
      ...files.map(({ path }) => `wrote ${path}`),
      '',
      'It is a whole exercise about tickets. Left to do, in this order:',
      `1. ${folder}/task.md: say what is to be written, and what it will be judged by`,
      `2. ${folder}/hidden/solution.ts: write the reference, then ${folder}/start.ts: leave out what is to be learned`,
      `3. ${folder}/hidden/checks.test.ts: write the checks, and a wrong answer for each in hidden/wrong/`,
      `4. ${folder}/hidden/right/: write an answer that is right and different`,
      `5. lessons/: name ${subject.slug} under "exercises" of its lesson, and the lesson in task.md`,
      `6. run: splitbrain audit ${subject.slug}`,
      `7. run: splitbrain audit ${subject.slug} --mutate`,
    ].map(plain),
  )
  return EXIT.good
}

function lesson(io: Io, name: string, title: string): number {
  const path = join('lessons', `${name}.md`)
  const text = lessonText(title)
  const notebook = newNotebook(parseLesson(`${name}.md`, text))
  notebook.runAll()
  writeNew(io, [{ path, text: rewrite(text, notebook) }])
  print(
    io,
    [
      `wrote ${path}`,
      '',
      'Left to do, in this order:',
      `1. ${path}: unit, minutes, needs and sources at the top`,
      '2. the situation, the prediction with a reason for each answer, and the runs',
      '3. a claim for each statement that the runs prove',
      '4. run: npm test -- course --update',
      '5. read what the runs print, as you would read what somebody else wrote',
    ].map(plain),
  )
  return EXIT.good
}

/** All or nothing: where one of the files is there already, none is written. */
function writeNew(io: Io, files: readonly { readonly path: string; readonly text: string }[]): void {
  const there = files.find(({ path }) => 'text' in io.readFile(join(packageRoot(), path)))
  if (there !== undefined)
    throw new UsageProblem(`${there.path} is there already`, 'nothing was written; choose another name')
  for (const { path, text } of files) io.writeFile(join(packageRoot(), path), text)
}
