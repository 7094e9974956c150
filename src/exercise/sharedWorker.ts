/** The entry of a shared fork: Vitest's worker, in which the hidden checks judge answer after answer. An edge. */
import process from 'node:process'
import { init, runBaseTests, setupEnvironment } from 'vitest/worker'
import { forgetLabels, startWatchdog, tellHost } from '../sandbox/guard.ts'
import type { Limits } from '../sandbox/limits.ts'
import { lockRealm } from '../sandbox/lock.ts'
import { ForeignModule } from '../sandbox/module.ts'
import { setAnswer } from './answer.ts'
import { watchChance } from './chance.ts'
import './forChecks.ts'
import { recordChance, setRun } from './recorder.ts'
import type { Asked } from './told.ts'

interface AnswerMessage {
  readonly type: 'answer'
  readonly code: string
  readonly limits: Limits
  readonly input: Asked
}

const exit = process.exit.bind(process)
const send = process.send!.bind(process)
let waiting: AnswerMessage | null = null
let arrived: () => void = () => {}
let isWatched = false

process.on('disconnect', () => exit(1))
process.on('message', (message: unknown) => {
  if ((message as { type?: unknown } | null)?.type !== 'answer') return
  waiting = message as AnswerMessage
  arrived()
})

init({
  post: (value) => send(value),
  on: (listener) => process.on('message', listener),
  off: (listener) => process.off('message', listener),
  setup: setupEnvironment,
  async runTests(state, traces) {
    for (;;) {
      begin(await nextAnswer())
      await runBaseTests('run', state, traces)
      tellHost({ type: 'idle' })
    }
  },
  collectTests: (state, traces) => runBaseTests('collect', state, traces),
})
lockRealm()
watchChance(recordChance)
tellHost({ type: 'ready' })

async function nextAnswer(): Promise<AnswerMessage> {
  if (waiting === null)
    await new Promise<void>((resolve) => {
      arrived = resolve
    })
  const answer = waiting!
  waiting = null
  return answer
}

/** Nothing is left of the answer before. */
function begin({ code, limits, input }: AnswerMessage): void {
  if (!isWatched) startWatchdog(limits)
  isWatched = true
  forgetLabels()
  const log = { lines: [], dropped: 0, chars: 0 }
  setRun(input, log)
  setAnswer(() => new ForeignModule(code, limits, log))
}
