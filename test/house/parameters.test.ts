/** Parameters of protocols: each can be set at the prompt, so none has the name of what `cluster` takes for itself. */

import { expect, test } from 'vitest'
import { parseAst } from 'vitest/node'
import { protocols } from '../../src/protocols/index.ts'
import { CLUSTER_WORDS } from '../../src/scenario/commands/cluster.ts'
import { codeFiles, readText } from './source.ts'

interface Syntax {
  readonly type: string
  readonly [key: string]: unknown
}

/** The keys of every object that is called `params` in a file. */
function paramsIn(file: string): string[] {
  return namesIn(parseAst(readText(file), { lang: 'ts' }) as unknown as Syntax)
}

function namesIn(node: Syntax): string[] {
  const [key, value] = [node['key'], node['value']] as (Syntax | undefined)[]
  const own =
    node.type === 'Property' && key?.['name'] === 'params' && value?.type === 'ObjectExpression'
      ? (value['properties'] as Syntax[]).flatMap((one) => {
          const name = one['key'] as Syntax | undefined
          return String(name?.['name'] ?? name?.['value'] ?? '')
        })
      : []
  const children = Object.values(node)
    .flat()
    .filter((child): child is Syntax => typeof (child as Syntax | null)?.type === 'string')
  return [...own, ...children.flatMap(namesIn)]
}

const clashes = (names: readonly string[]) =>
  names.filter((name) => CLUSTER_WORDS.includes(name) || /[.=\s]/.test(name))

test('no parameter of a reference protocol has the name of a budget or an option', () => {
  const wrong = protocols.flatMap(({ name, params = {} }) =>
    clashes(Object.keys(params)).map((param) => `${name} ${param}`),
  )
  expect(wrong, 'give these another name: cluster takes the word for itself').toEqual([])
})

test('nor has one of the clusters of the exercises', () => {
  const files = codeFiles('exercises').filter((file) => /\/hidden\/[^/]+\.ts$/.test(file))
  expect(files.flatMap(paramsIn)).toContain('termMs')
  const wrong = files.flatMap((file) => clashes(paramsIn(file)).map((param) => `${file} ${param}`))
  expect(wrong, 'give these another name: cluster takes the word for itself').toEqual([])
})
