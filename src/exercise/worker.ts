/** The fork's entry: waits for an answer, then is Vitest's worker for the hidden checks. An edge. */
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { init, runBaseTests, setupEnvironment } from 'vitest/worker'
import { startWatchdog, tellHost } from '../sandbox/guard.ts'
import type { Limits } from '../sandbox/limits.ts'
import { lockRealm } from '../sandbox/lock.ts'
import { ForeignModule } from '../sandbox/module.ts'
import { setAnswer } from './answer.ts'
import './forChecks.ts'
import { setRun } from './recorder.ts'
import { setRehearsal } from './rehearse.ts'
import type { Asked } from './told.ts'

interface CodeMessage {
  readonly code: string
  readonly limits: Limits
}

/** What to rehearse on, while there is no answer yet. */
interface RehearsalMessage extends CodeMessage {
  readonly type: 'rehearsal'
}

interface AnswerMessage extends CodeMessage {
  readonly type: 'answer'
  readonly input: Asked
}

const exit = process.exit.bind(process)
const send = process.send!.bind(process)

process.on('disconnect', () => exit(1))
process.on('message', (message: unknown) => {
  if (!isOurs(message)) return
  const { code, limits } = message
  const log = { lines: [], dropped: 0, chars: 0 }
  if (message.type === 'rehearsal') return setRehearsal(() => new ForeignModule(code, limits, log))
  startWatchdog(limits)
  setRun(message.input, log)
  setAnswer(() => new ForeignModule(code, limits, log))
})

init({
  post: (value) => send(value),
  on: (listener) => process.on('message', listener),
  off: (listener) => process.off('message', listener),
  setup: setupEnvironment,
  runTests: (state, traces) => runBaseTests('run', state, traces),
  collectTests: (state, traces) => runBaseTests('collect', state, traces),
})
lockRealm()
tellHost({ type: 'ready' })
// A fork is never left to end by itself, which is when compiled code would be kept.
flushCompileCache()

/** Vitest sends messages of its own. */
function isOurs(message: unknown): message is AnswerMessage | RehearsalMessage {
  const type = (message as { readonly type?: unknown } | null)?.type
  return type === 'answer' || type === 'rehearsal'
}
