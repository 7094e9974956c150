/** A program whose screen throws when a key is pressed: the debugger, on a story with a place that nobody can look at. */

import { newSession } from '../../cli/door.ts'
import { runProgram } from '../../cli/program.ts'
import { openWalk } from '../../cli/ui.tsx'
import { sessionWalk, type Walk } from '../../cli/walk.ts'

const session = newSession()
for (const line of ['cluster two-phase-commit tm rm1 rm2', 'request client tm begin tx=t1', 'deliver begin'])
  session.execute(line)
const whole = sessionWalk(session)!
const walk: Walk = {
  picture: whole.picture,
  nodes: whole.nodes,
  steps: whole.steps,
  sightAt(at) {
    if (at === 0) throw new Error('nobody can look there')
    return whole.sightAt(at)
  },
  saysAt: (at) => whole.saysAt(at),
  token: (at) => whole.token(at),
  nextAt: (at) => whole.nextAt(at),
  take: (at, choice) => whole.take(at, choice),
  text: () => whole.text(),
}
const told = { where: ['Splitbrain'], walk, stopped: null, changed: null, close: async () => {} }
const code = await runProgram(
  {
    version: '0',
    commands: {
      start: async () => ({ usage: 'start', says: 'crash', run: () => openWalk(told, false, () => []) }),
    },
    io: () => ({}) as never,
    debug: false,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  },
  [],
)
process.exit(code)
