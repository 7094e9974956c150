/** The rows of the bench, by name. Times are of the processor, which a busy machine changes least, unless a figure says otherwise. */
import { checkRows } from './check.ts'
import { exploreRows } from './explore.ts'
import { fuzzRows } from './fuzz.ts'
import { historyRows } from './history.ts'
import type { Figures } from './measure.ts'
import { simulateRows } from './simulate.ts'
import { terminalRows } from './terminal.ts'

const rows: { readonly [name: string]: () => Figures | Promise<Figures> } = {
  ...exploreRows,
  ...simulateRows,
  ...fuzzRows,
  ...historyRows,
  ...checkRows,
  ...terminalRows,
}

const [name = '--names'] = process.argv.slice(2)
const row = rows[name]
if (row === undefined) console.log(JSON.stringify(Object.keys(rows)))
else console.log(JSON.stringify({ name, figures: await row() }))
