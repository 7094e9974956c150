/** The list of commands. One line each. */
import type { Command } from '../command.ts'
import { cluster } from './cluster.ts'
import { deliver } from './deliver.ts'
import { crash, drop, dup, heal, partition, restart } from './faults.ts'
import { help } from './help.ts'
import { check, explore } from './judge.ts'
import { request } from './request.ts'
import { show } from './show.ts'
import { back, fire, goto, run, step } from './time.ts'

export const commands: readonly Command[] = [
  cluster,
  request,
  deliver,
  drop,
  dup,
  crash,
  restart,
  partition,
  heal,
  run,
  step,
  fire,
  back,
  goto,
  show,
  check,
  explore,
  help,
]
