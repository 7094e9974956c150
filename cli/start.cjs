/** Prepares the process for the course, in a clone rebuilds what is older than its source, and opens the course. */
'use strict'

const { existsSync } = require('node:fs')
const module_ = require('node:module')
const { homedir } = require('node:os')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

// Before any import: React's development build keeps a record of every render until memory ends.
process.env['NODE_ENV'] = 'production'
// The terminal's colour library looks at FORCE_COLOR only.
if (process.env['NO_COLOR']) process.env['FORCE_COLOR'] = '0'
// In a folder of this user's own: what lies there is run.
module_.enableCompileCache?.(
  process.env['NODE_COMPILE_CACHE'] || join(cacheFolder(), 'splitbrain', 'compiled'),
)

open().catch((error) => {
  // What cannot be built has said its place in its message; the stack would be the bundler's.
  console.error(error?.name === 'Error' && error.errors ? error.message : error)
  process.exitCode = 70
})

function cacheFolder() {
  if (process.env['XDG_CACHE_HOME']) return process.env['XDG_CACHE_HOME']
  return join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache')
}

async function open() {
  const root = join(__dirname, '..')
  // The published package has no src/ and comes built.
  if (existsSync(join(root, 'src'))) await (await import('./build.mjs')).freshen()
  await import(pathToFileURL(join(root, '.build', 'cli.js')).href)
}
