/** `new`: the files of an exercise or a lesson to begin with, and what is left to do. Never overwrites anything. */
import { join } from 'node:path'
import { bundled } from '../bundled.ts'
import { type CliCommand, EXIT, type Io, named, print, UsageProblem } from '../command.ts'
import {
  alternatives,
  MAX_SOURCE_BYTES,
  newNotebook,
  type Protocol,
  packageRoot,
  parseLesson,
  plain,
  protocols,
  rewrite,
  wrapLine,
} from '../door.ts'
import { observe } from '../observed.ts'
import { exerciseFiles } from '../templates/exercise.ts'
import { filesFromProtocol } from '../templates/fromProtocol.ts'
import { lessonText } from '../templates/lesson.ts'

export const newFiles: CliCommand = {
  usage: 'new <kind> <name>',
  says: 'for authors: begin an exercise or a lesson, such as: new exercise 14-leases',
  options: [
    [
      '--protocol <name>',
      'make the exercise from this protocol: its roles the answer, its properties the checks',
    ],
  ],
  run(io, [kind, word], options) {
    const { name, slug, title } = nameOf(word!)
    switch (kind) {
      case 'exercise':
        return typeof options['protocol'] === 'string'
          ? ofProtocol(io, { name, slug, title }, protocolCalled(options['protocol']))
          : exercise(io, { name, slug, title, given: '' })
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

function protocolCalled(word: string): Protocol {
  const list = protocols.map((one) => ({ id: one.name, number: '', one }))
  return named(list, word, 'protocol').one
}

async function ofProtocol(
  io: Io,
  { name, slug, title }: ReturnType<typeof nameOf>,
  protocol: Protocol,
): Promise<number> {
  const seen = observe(protocol)
  if (seen === null)
    throw new UsageProblem(
      `nothing can be expected of ${protocol.name} by asking it as a client: no check can be made from it`,
      `write them yourself: splitbrain new exercise ${name}`,
    )
  const folder = join('exercises', name)
  const solution = await bundled(protocol, MAX_SOURCE_BYTES)
  const files = written(io, folder, filesFromProtocol({ slug, title, seen, solution }))
  const others = alternatives.filter((one) => one.protocol === protocol.name)
  const { properties, says } = seen.schedules
  const left = seen.properties.map((one) => one.name).filter((one) => !properties.includes(one))
  const steps = [
    `${folder}/hidden/solution.ts: ${solution === null ? 'write the reference' : `it is the course's own, bundled and without types; write it as it should be read`}`,
    `${folder}/start.ts: types of the messages, and as comments what each handler has to do`,
    `${folder}/task.md: what is to be written, and what is not judged`,
    `${folder}/hidden/checks.test.ts: sentences and hints of your own; what happens in a story by hand`,
    ...(left.length === 0
      ? []
      : [
          `they say nothing of ${left.join(', ')}: not so in every schedule with ${says}, or more than could be looked at`,
        ]),
    `${folder}/hidden/wrong/: a wrong answer for each check${others.length === 0 ? '' : `; known ones: ${others.map((one) => `rule.${one.rule}=${one.name}`).join(', ')}`}`,
    `${folder}/hidden/right/: an answer that is right and different`,
    ...lastSteps(slug),
  ]
  return leftToDo(io, files, `Made from ${protocol.name}; the checks are what it was seen to do.`, steps)
}

function exercise(io: Io, subject: Parameters<typeof exerciseFiles>[0]): number {
  const folder = join('exercises', subject.name)
  const files = written(io, folder, exerciseFiles(subject))
  return leftToDo(io, files, 'It is a whole exercise about tickets.', [
    `${folder}/task.md: say what is to be written, and what it will be judged by`,
    `${folder}/hidden/solution.ts: write the reference, then ${folder}/start.ts: leave out what is to be learned`,
    `${folder}/hidden/checks.test.ts: write the checks, and a wrong answer for each in hidden/wrong/`,
    `${folder}/hidden/right/: write an answer that is right and different`,
    ...lastSteps(subject.slug),
  ])
}

function lastSteps(slug: string): string[] {
  return [
    `lessons/: name ${slug} under "exercises" of its lesson, and the lesson in task.md`,
    `run: splitbrain audit ${slug}`,
    `run: splitbrain audit ${slug} --mutate`,
  ]
}

/** Writes them below the folder, and answers with their paths. */
function written(io: Io, folder: string, texts: { readonly [path: string]: string }): readonly string[] {
  const files = Object.entries(texts).map(([path, text]) => ({ path: join(folder, path), text }))
  writeNew(io, files)
  return files.map(({ path }) => path)
}

function leftToDo(io: Io, files: readonly string[], what: string, steps: readonly string[]): number {
  print(io, [
    ...files.map((path) => plain(`wrote ${path}`)),
    plain(''),
    ...wrapLine(plain(`${what} Left to do, in this order:`), io.columns),
    ...steps.flatMap((step, i) =>
      wrapLine(plain(step), io.columns, { first: plain(`${i + 1}. `), rest: plain('   ') }),
    ),
  ])
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
