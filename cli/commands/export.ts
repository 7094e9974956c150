/** `export`: a lesson with its outputs as a page, as Markdown, or as pictures. */
import { type CliCommand, EXIT, type Io, UsageProblem } from '../command.ts'
import { exportHtml, exportMarkdown, exportPictures, type TakenLesson, taken } from '../door.ts'
import { lessonCalled } from '../library.ts'

const FORMATS = ['html', 'md', 'svg'] as const

export const exportLesson: CliCommand = {
  usage: 'export <lesson>',
  says: 'write a lesson with its outputs as a file',
  options: [
    ['--to <format>', 'html, md or svg (one file a picture); default: html'],
    ['-o, --output <path>', 'the file, or for svg the folder; default: on standard output, for svg ./LESSON'],
  ],
  async run(io, [id], options) {
    const format = formatOf(options['to'])
    const lesson = lessonCalled(id!)
    const output = typeof options['output'] === 'string' ? options['output'] : null
    const whole: TakenLesson = { lesson, cells: (await taken(lesson)).cells }
    if (format === 'svg') return writePictures(io, whole, output ?? lesson.id)
    const text = format === 'html' ? exportHtml(whole) : exportMarkdown(whole)
    if (output === null) io.out(text)
    else {
      io.writeFile(output, text)
      io.err(`wrote ${output}\n`)
    }
    return EXIT.good
  },
}

function formatOf(given: string | boolean | undefined): (typeof FORMATS)[number] {
  const format = FORMATS.find((one) => one === (given ?? 'html'))
  if (format !== undefined) return format
  throw new UsageProblem(`a lesson cannot be exported to "${given}"`, `choose one of ${FORMATS.join(', ')}`)
}

function writePictures(io: Io, taken: TakenLesson, folder: string): number {
  const pictures = exportPictures(taken)
  for (const { name, svg } of pictures) io.writeFile(`${folder}/${name}`, svg)
  io.err(
    pictures.length === 0
      ? 'this lesson has no pictures\n'
      : `wrote ${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'} to ${folder}/\n`,
  )
  return EXIT.good
}
