/**
 * `npm run bench -- --bugs`: how many seeds or worlds it takes to find each bug of a reference protocol, put in one at a
 * time. Words name the rows to look for. Exit code 1 where one is not found, 2 where no row has such a name.
 *
 * `seed 9` is the first of the seeds 1, 2, 3 .. whose random run breaks the property; `9 worlds` is how many a search
 * has seen when it finds a shortest story. A row names the bounds that are not those of every fuzz.
 */
import { bugRows } from './bugRows.ts'
import { printTable } from './bugTable.ts'

const words = process.argv.slice(2)
const rows = bugRows.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
if (rows.length === 0) {
  console.error(`no bug has ${words.map((word) => `"${word}"`).join(' or ')} in its name`)
  process.exitCode = 2
} else if (printTable(rows, console.log) > 0) process.exitCode = 1
