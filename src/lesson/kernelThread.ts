/** The inside of a kernel's thread: carries out what is asked, says how far it is, and looks whether to stop. An edge. */
import { parentPort, workerData } from 'node:worker_threads'
import { alternatives, protocols } from '../protocols/index.ts'
import { commands } from '../scenario/commands/index.ts'
import { retell } from '../scenario/retell.ts'
import { Session } from '../scenario/session.ts'
import {
  type Answered,
  type Ask,
  type Begin,
  type FromKernel,
  problemData,
  type Request,
  runChange,
} from './kernelTalk.ts'
import { Notebook } from './notebook.ts'

const SEARCH_BYTES = 2 * 1024 ** 3
const SEEN_EVERY_MS = 100

const input = { protocols, alternatives, commands }
const { lesson, flag, record, kept } = workerData as Begin
const notebook = new Notebook(lesson, input)
const session = new Session(input)
if (kept !== null) retell(session, kept, kept.budgets)
notebook.adopt(record, session)

let began = 0
let lastSeen = 0
notebook.watch({
  maxBytes: SEARCH_BYTES,
  seen(progress) {
    const now = performance.now()
    if (now - lastSeen >= SEEN_EVERY_MS) {
      lastSeen = now
      say({ kind: 'seen', progress, ms: now - began })
    }
    return Atomics.load(flag, 0) === 0
  },
})

parentPort!.on('message', ({ ask }: Request) => {
  const before = notebook.session.run
  began = performance.now()
  lastSeen = began
  const answered = answer(ask)
  const run = runChange(before, notebook.session.run)
  say({
    kind: 'answer',
    answered,
    change: answered.kind === 'problem' ? null : { record: notebook.record, run },
  })
})

function answer(ask: Ask): Answered {
  try {
    const result = ask.kind === 'line' ? notebook.prompt(ask.line) : null
    if (ask.kind === 'cell') notebook.run(ask.id)
    return { kind: 'done', result, challenge: notebook.challengeState() }
  } catch (error) {
    return problemData(error)
  }
}

function say(message: FromKernel): void {
  parentPort!.postMessage(message)
}
