/** The list of commands, in the order of the help. */
import type { CliCommand } from '../command.ts'
import { check } from './check.ts'
import { exercises } from './exercises.ts'
import { learn } from './learn.ts'
import { lessons } from './lessons.ts'
import { repl } from './repl.ts'
import { reset } from './reset.ts'
import { run } from './run.ts'
import { start } from './start.ts'

export const COMMANDS: readonly CliCommand[] = [start, lessons, learn, exercises, check, reset, run, repl]
