/** compileAnswer: a mistake that needs two lines to be understood names both. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { compileAnswer } from '../../src/sandbox/compile.ts'

const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function problemOf(text: string) {
  const file = join(folder, 'start.ts')
  writeFileSync(file, text)
  const result = await compileAnswer(file)
  return result.kind === 'problem' ? result.problem : null
}

test('a name that is declared twice says where the first is', async () => {
  expect(await problemOf('const votes = 1\n\nconst votes = 2\n')).toEqual({
    message: 'The symbol "votes" has already been declared',
    place: { file: 'start.ts', line: 3, column: 7 },
    next: 'The symbol "votes" was originally declared here: start.ts:1:7',
  })
})

test('a note that points nowhere stands as it is', async () => {
  const problem = await problemOf(
    "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
  )
  expect(problem).toMatchObject({
    place: { file: 'start.ts', line: 1 },
    next: "import from 'splitbrain', or from a file beside your answer",
  })
})
