/** The papers say what is true: pictures are what lessons print, links lead somewhere, scripts exist. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { readText } from './source.ts'

const PAPERS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'src/README.md']

describe.each(PAPERS)('%s', (paper) => {
  const text = readText(paper)

  test('its links lead to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!)
    const lost = links.filter((link) => !existsSync(join(packageRoot(), dirname(paper), link)))
    expect(lost).toEqual([])
  })

  test('its scripts exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: { [name: string]: string } }
    const named = [...text.matchAll(/\bnpm (?:run (\w+)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2]!,
    )
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  test('its cells are what the lesson has', () => {
    const shown = text.matchAll(/<!-- cell: (\S+) (\S+) -->\n```\n([\s\S]*?)```/g)
    for (const [, lesson, id, cell] of shown)
      expect(readText(lesson!)).toContain(`scenario id=${id}\n${cell}\`\`\``)
  })
})

test('the page on the core names every folder of src', () => {
  const text = readText('src/README.md')
  const folders = readdirSync(join(packageRoot(), 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  expect(folders.filter((name) => !text.includes(`| \`${name}/\` |`))).toEqual([])
})
