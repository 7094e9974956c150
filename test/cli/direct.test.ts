/** What a command imports through a door is all that it loads. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { direct } from '../../cli/direct.mjs'

const place = mkdtempSync(join(tmpdir(), 'splitbrain-direct-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

function file(name: string, text: string): string {
  mkdirSync(join(place, 'src'), { recursive: true })
  writeFileSync(join(place, 'src', name), text)
  return join(place, 'src', name)
}

test('names, renamed and handed on twice, come from where they are made, and nothing else is loaded', async () => {
  file('one.ts', "export const one = 'one'\nexport type Kind = string\n")
  file('two.ts', "export function two() { return 'two' }\n")
  file('three.ts', "console.log('three is loaded')\nexport class Three {}\n")
  file(
    'inner.ts',
    "export { one as first } from './one.ts'\nexport * from './two.ts'\nexport const own = 'own'\n",
  )
  const door = file(
    'door.ts',
    "export * from './inner.ts'\nexport { Three } from './three.ts'\nexport const late = 'late'\n",
  )
  const entry = file(
    'entry.ts',
    [
      'import {',
      '  first,',
      '  own,',
      '  two as second,',
      '  type Kind,',
      "} from './door.ts'",
      'const kind: Kind = first',
      'console.log(kind, second(), own)',
    ].join('\n'),
  )
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    plugins: [direct([door])],
  })
  expect(
    Object.keys(metafile.inputs)
      .map((path) => path.replace(/.*\//, ''))
      .sort(),
  ).toEqual(['entry.ts', 'inner.ts', 'one.ts', 'two.ts'])
  const said: unknown[] = []
  new Function('console', outputFiles[0]!.text)({ log: (...parts: unknown[]) => said.push(parts) })
  expect(said).toEqual([['one', 'two', 'own']])
})

test('what the door makes itself comes from the door', async () => {
  const door = file('door.ts', "export const late = 'late'\n")
  const entry = file('entry.ts', "import { late } from './door.ts'\nconsole.log(late)\n")
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [direct([door])],
  })
  expect(outputFiles[0]!.text).toContain('late')
})
