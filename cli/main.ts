/** A stand-in until the commands are there. */
import { readFileSync } from 'node:fs'

const file = new URL('../package.json', import.meta.url)
console.log((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version)
