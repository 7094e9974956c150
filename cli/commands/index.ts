/** The list of commands, in the order of the help. */
import type { CliCommand } from '../command.ts'
import { audit } from './audit.ts'
import { check } from './check.ts'
import { claims } from './claims.ts'
import { debug } from './debug.ts'
import { exercises } from './exercises.ts'
import { exportLesson } from './export.ts'
import { glossary } from './glossary.ts'
import { hint } from './hint.ts'
import { init } from './init.ts'
import { learn } from './learn.ts'
import { lessons } from './lessons.ts'
import { newFiles } from './new.ts'
import { open } from './open.ts'
import { progress } from './progress.ts'
import { repl } from './repl.ts'
import { replay } from './replay.ts'
import { reset } from './reset.ts'
import { run } from './run.ts'
import { explore, fuzz, simulate } from './search.ts'
import { solution } from './solution.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { story } from './story.ts'

export const COMMANDS: readonly CliCommand[] = [
  start,
  learn,
  lessons,
  claims,
  glossary,
  exportLesson,
  init,
  status,
  open,
  check,
  hint,
  debug,
  reset,
  solution,
  exercises,
  progress,
  run,
  repl,
  explore,
  fuzz,
  simulate,
  replay,
  story,
  audit,
  newFiles,
]
