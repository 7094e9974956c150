/** The fork's entry: waits for an answer, then is Vitest's worker for the hidden checks. An edge. */
import process from 'node:process'
import { init, runBaseTests, setupEnvironment } from 'vitest/worker'
import { lockRealm } from '../sandbox/lock.ts'
import '../index.ts'
import { startWatchdog, tellHost } from '../sandbox/guard.ts'
import type { Limits } from '../sandbox/limits.ts'
import { ForeignModule } from '../sandbox/module.ts'
import { setAnswer } from './answer.ts'
import { setRun } from './recorder.ts'
import type { Asked } from './told.ts'

interface AnswerMessage {
  readonly type: 'answer'
  readonly code: string
  readonly limits: Limits
  readonly input: Asked
}

const exit = process.exit.bind(process)
const send = process.send!.bind(process)

process.on('disconnect', () => exit(1))
process.on('message', (message: unknown) => {
  if (!isAnswer(message)) return
  const { code, limits, input } = message
  startWatchdog(limits)
  const log = { lines: [], dropped: 0, chars: 0 }
  setRun(input, log)
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

function isAnswer(message: unknown): message is AnswerMessage {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'answer'
}
