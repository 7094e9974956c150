#!/usr/bin/env node
/**
 * The first file that runs: it only decides whether this Node is new enough to read the others.
 * Written so that even Node 4 can read it. The same range stands in package.json; a test compares them.
 */
'use strict'

const version = process.versions.node
const major = Number(version.split('.')[0])
const minor = Number(version.split('.')[1])

if ((major === 22 && minor >= 12) || major === 24 || major >= 26) {
  require('./start.cjs')
} else {
  console.error(
    `splitbrain needs Node.js 22.12 or later in line 22, any 24, or 26 and later; this is ${version}.`,
  )
  process.exitCode = 2
}
