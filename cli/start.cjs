/** Prepares the process for the course, in a clone rebuilds what is older than its source, and opens the course. */
'use strict'

const { existsSync } = require('node:fs')
const module_ = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

// Before any import: React's development build keeps a record of every render until memory ends.
process.env['NODE_ENV'] = 'production'
// The terminal's colour library looks at FORCE_COLOR only.
if (process.env['NO_COLOR']) process.env['FORCE_COLOR'] = '0'
module_.enableCompileCache?.()

open().catch((error) => {
  // What cannot be built has said its place in its message; the stack would be the bundler's.
  console.error(error?.name === 'Error' && error.errors ? error.message : error)
  process.exitCode = 70
})

async function open() {
  const root = join(__dirname, '..')
  // The published package has no src/ and comes built.
  if (existsSync(join(root, 'src'))) await (await import('./build.mjs')).freshen()
  await import(pathToFileURL(join(root, '.build', 'cli.js')).href)
}
