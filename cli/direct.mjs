/** direct: an esbuild plugin by which what is imported through a door comes from where it is, and nothing else with it. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * A bundler takes a file whole: a command that imports one name through a door would load all that is behind it.
 * `doors` are files that hand on the exports of others.
 * @param {readonly string[]} doors
 * @returns {import('esbuild').Plugin}
 */
export function direct(doors) {
  /** @type {Map<string, Map<string, Home>>} */
  const known = new Map()
  return {
    name: 'direct',
    setup(bundle) {
      bundle.onLoad({ filter: /[\\/](?:cli|src)[\\/].*\.tsx?$/ }, ({ path }) => {
        const contents = readFileSync(path, 'utf8').replace(NAMED_IMPORT, (whole, names, from) => {
          const door = resolve(dirname(path), from)
          if (!doors.includes(door)) return whole
          const homes = homesIn(door, known)
          // On one line, as long as it was: places in the source map stay as they are.
          const lines = whole.split('\n').length - 1
          return importsOf(names, homes, door) + '\n'.repeat(lines)
        })
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' }
      })
    },
  }
}

/** Where a name is made, and what it is called there. @typedef {{ file: string, name: string }} Home */

const NAMED_IMPORT = /^import \{([^}]*)\} from '(\.[^']*)'/gm
const HANDED_ON = /^export \{([^}]*)\} from '(\.[^']*)'/gm
const ALL_HANDED_ON = /^export \* from '(\.[^']*)'/gm
const OWN = /^export (?:async )?(?:abstract )?(?:function|class|const|let)\*? (\w+)/gm

/**
 * @param {string} names
 * @param {Map<string, Home>} homes
 * @param {string} door
 */
function importsOf(names, homes, door) {
  return wordsIn(names)
    .map(([name, as]) => {
      const home = homes.get(name) ?? { file: door, name }
      return `import { ${home.name} as ${as} } from ${JSON.stringify(home.file)}`
    })
    .join('; ')
}

/**
 * Every value that a file exports, and where it is made.
 * @param {string} file
 * @param {Map<string, Map<string, Home>>} known
 * @returns {Map<string, Home>}
 */
function homesIn(file, known) {
  const before = known.get(file)
  if (before !== undefined) return before
  const text = readFileSync(file, 'utf8')
  /** @type {Map<string, Home>} */
  const homes = new Map()
  known.set(file, homes)
  for (const [, from = ''] of text.matchAll(ALL_HANDED_ON))
    for (const [name, home] of homesIn(join(dirname(file), from), known)) homes.set(name, home)
  for (const [, names = '', from = ''] of text.matchAll(HANDED_ON)) {
    const next = join(dirname(file), from)
    for (const [name, as] of wordsIn(names))
      homes.set(as, homesIn(next, known).get(name) ?? { file: next, name })
  }
  for (const [, name = ''] of text.matchAll(OWN)) homes.set(name, { file, name })
  return homes
}

/**
 * `a, type B, c as d`: the values among them, and what they are called here.
 * @param {string} names
 * @returns {(readonly [name: string, as: string])[]}
 */
function wordsIn(names) {
  return names
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('type '))
    .map((one) => {
      const [name = '', as = name] = one.split(' as ')
      return [name, as]
    })
}
