/** The inside of a kernel's thread: carries out what is asked, says how far it is, and looks whether to stop. An edge. */
import { parentPort, workerData } from 'node:worker_threads'
import { alternatives, protocols } from '../protocols/index.ts'
import type { Result } from '../scenario/command.ts'
import { commands } from '../scenario/commands/index.ts'
import { retell } from '../scenario/retell.ts'
import { Session } from '../scenario/session.ts'
import { crewOf } from './crew.ts'
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
import type { Typist } from './notebookWork.ts'
import type { Typed } from './typed.ts'

const SEARCH_BYTES = 2 * 1024 ** 3
const SEEN_EVERY_MS = 100

const input = { protocols, alternatives, commands }
const { lesson, flag, record, kept } = workerData as Begin
const notebook = new Notebook(lesson, input)
const session = new Session(input)
if (kept !== null) retell(session, kept)
notebook.adopt(record, session)

/** Made with the first line of TypeScript: it locks this thread. */
let typed: Typed | null = null
const typist: Typist = {
  begin: () => typed?.begin(),
  type: async (source, session) => (await theTyped()).type(source, session),
}
let began = 0
let lastSeen = 0
notebook.watch({
  maxBytes: SEARCH_BYTES,
  crew: crewOf({
    fuzzer: new URL('./fuzzer.js', import.meta.url),
    foreman: new URL('./foreman.js', import.meta.url),
  }),
  seen(progress) {
    const now = performance.now()
    if (now - lastSeen >= SEEN_EVERY_MS) {
      lastSeen = now
      say({ kind: 'seen', progress, ms: now - began })
    }
    return Atomics.load(flag, 0) === 0
  },
})

parentPort!.on('message', (request: Request) => {
  if ('ask' in request) void hear(request.ask)
  else notebook.revise(request.revise.lesson, request.revise.kept)
})

async function hear(ask: Ask): Promise<void> {
  const before = notebook.session.run
  began = performance.now()
  lastSeen = began
  const answered = await answer(ask)
  const run = runChange(before, notebook.session.run)
  say({
    kind: 'answer',
    answered,
    change: answered.kind === 'problem' ? null : { record: notebook.record, run },
  })
}

async function answer(ask: Ask): Promise<Answered> {
  try {
    const result = ask.kind === 'line' ? ((await typedResult(ask.line)) ?? notebook.prompt(ask.line)) : null
    if (ask.kind === 'cell') await notebook.runWith(typist, ask.id)
    if (ask.kind === 'all') await notebook.runAllWith(typist)
    return { kind: 'done', result, challenge: notebook.challengeState() }
  } catch (error) {
    return problemData(error)
  }
}

/** What TypeScript gives; null for a command, for what was meant as one, and for an empty line. */
async function typedResult(line: string): Promise<Result | null> {
  const first = /^\s*([^\s#]+)/.exec(line)?.[1]
  if (first === undefined || commands.some((command) => command.name === first)) return null
  return (await theTyped()).run(line, notebook.session)
}

async function theTyped(): Promise<Typed> {
  typed ??= new (await import('./typed.ts')).Typed()
  return typed
}

function say(message: FromKernel): void {
  parentPort!.postMessage(message)
}
