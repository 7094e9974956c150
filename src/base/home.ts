/** Edge: where the course is installed, from source and from the built program alike. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let root: string | undefined

/** The folder of the package, which holds `lessons/`, `exercises/` and `.build/`. */
export function packageRoot(): string {
  root ??= findRoot(dirname(fileURLToPath(import.meta.url)))
  return root
}

function findRoot(folder: string): string {
  const file = join(folder, 'package.json')
  if (
    existsSync(file) &&
    (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === 'splitbrain'
  )
    return folder
  const above = dirname(folder)
  if (above === folder) throw new Error('no package.json of splitbrain lies above this file')
  return findRoot(above)
}
