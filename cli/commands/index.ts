/** The list of commands, in the order of the help. */
import type { CliCommand } from '../command.ts'
import { check } from './check.ts'
import { claims } from './claims.ts'
import { exercises } from './exercises.ts'
import { exportLesson } from './export.ts'
import { learn } from './learn.ts'
import { lessons } from './lessons.ts'
import { repl } from './repl.ts'
import { replay } from './replay.ts'
import { reset } from './reset.ts'
import { run } from './run.ts'
import { start } from './start.ts'

export const COMMANDS: readonly CliCommand[] = [
  start,
  learn,
  lessons,
  claims,
  exportLesson,
  check,
  exercises,
  reset,
  run,
  repl,
  replay,
]
