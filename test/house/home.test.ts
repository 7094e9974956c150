/** The package finds its own folders, and the tests hear of `--update`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'

test('the package root is the folder of package.json', () => {
  expect(existsSync(join(packageRoot(), 'src', 'base', 'home.ts'))).toBe(true)
})

test('tests are told whether to write expected output', () => {
  expect(inject('update')).toBeTypeOf('boolean')
})
