/** `progress`: what the learner has done, carried from one machine to another. */
import { type CliCommand, EXIT, type Io, UsageProblem } from '../command.ts'
import { nearest } from '../door.ts'
import { Ledger } from '../ledger.ts'
import { mergeProgress, type Progress, progressText, readProgressText } from '../progress.ts'

export const progress: CliCommand = {
  usage: 'progress <what> [file]',
  says: 'progress export prints what you have done; progress import FILE adds it to what is here',
  run(io, [what, file]) {
    switch (what) {
      case 'export':
        return exported(io, file)
      case 'import':
        return imported(io, file)
    }
    const near = nearest(what!, ['export', 'import'])
    throw new UsageProblem(
      `progress can export or import, not "${what}"`,
      near === null
        ? 'such as: splitbrain progress export > progress.json'
        : `did you mean: splitbrain progress ${near}`,
    )
  },
}

function exported(io: Io, file: string | undefined): number {
  if (file !== undefined)
    throw new UsageProblem('export prints, and writes no file', `splitbrain progress export > ${file}`)
  io.out(progressText(new Ledger(io.workspace).progress))
  return EXIT.good
}

/** Nothing that is here is lost: the best result of both counts. */
function imported(io: Io, file: string | undefined): number {
  if (file === undefined)
    throw new UsageProblem('which file?', 'splitbrain progress import FILE, or - for what comes in')
  const read = file === '-' ? { text: io.read() } : io.readFile(file)
  if ('problem' in read) throw new UsageProblem(read.problem, 'make one with: splitbrain progress export')
  const other = readProgressText(read.text)
  if (other === null)
    throw new UsageProblem(
      `${file} holds no progress that this version can read`,
      'make it with the same version of splitbrain: splitbrain progress export',
    )
  const ledger = new Ledger(io.workspace)
  ledger.record((own) => mergeProgress(other, own))
  if (ledger.problem !== null) throw new UsageProblem(ledger.problem)
  io.out(`${doneIn(ledger.progress)} in your progress now.\n`)
  return EXIT.good
}

function doneIn({ lessons, exercises }: Progress): string {
  const finished = Object.values(lessons).filter((lesson) => lesson.finished).length
  const passed = Object.values(exercises).filter((exercise) => exercise.passed).length
  return `Lessons finished: ${finished}, exercises passed: ${passed},`
}
