/** Every answer of the course, judged in a fork that others have used and in a fork of its own: the same report. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Checker } from '../../src/exercise/check.ts'
import type { CheckReport } from '../../src/exercise/exercise.ts'
import { loadExercises } from '../../src/exercise/load.ts'
import { SharedChecker } from '../../src/exercise/sharedChecker.ts'
import { startFiles } from '../../src/exercise/workspace.ts'
import { AnswerFolder, answerThat } from '../exercise/answers.ts'

/** What came after the first failure is there or not, as a fork was stopped sooner or later. */
function upToTheFirst({ verdict, problem, checks }: CheckReport) {
  const last = checks.findIndex((check) => check.verdict !== 'passed')
  return { verdict, problem, checks: last < 0 ? checks : checks.slice(0, last + 1) }
}

const HARM: { readonly [file: string]: string } = {
  'hung.ts': answerThat('let n = 3n; for (let i = 0; i < 40; i++) n = n * n'),
  'memory.ts': answerThat(
    'const all = []; for (let i = 0; i < 90000; i++) all.push(new Array(10000).fill(i))',
  ),
  'fuel.ts': answerThat('while (true);'),
}

describe.each(loadExercises())('$number-$id', (exercise) => {
  test('shared and alone', { timeout: 3_600_000 }, async () => {
    const hidden = (...names: string[]) => join(exercise.folder, 'hidden', ...names)
    const answers = new AnswerFolder()
    const files = [
      ...Object.entries(HARM).map(([name, text]) => answers.write(name, text)),
      startFiles(exercise)[0]!.path,
      hidden('solution.ts'),
      ...exercise.right.map((name) => hidden('right', name)),
      ...exercise.wrong.map((name) => hidden('wrong', name)),
    ]
    const shared = new SharedChecker(exercise)
    const alone = new Checker(exercise)
    const how = { types: false, stopAtFirst: true }
    try {
      for (const file of files)
        expect(upToTheFirst(await shared.check(file, how)), file).toEqual(
          upToTheFirst(await alone.check(file, how)),
        )
    } finally {
      answers.remove()
      await shared.close()
      await alone.close()
    }
  })
})
