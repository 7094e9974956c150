/** Edge: a path as it is shown to its owner. */
import { homedir } from 'node:os'
import { sep } from 'node:path'

/** With `~` for the home folder. */
export function tilde(path: string): string {
  const home = homedir()
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path
}
