/** The list of commands. One line each. */
import type { Command } from '../command.ts'
import { branch, load, replay, save } from './branches.ts'
import { client } from './client.ts'
import { clock, delay, pause, resume } from './clocks.ts'
import { cluster } from './cluster.ts'
import { compare } from './compare.ts'
import { concurrency } from './concurrency.ts'
import { deliver } from './deliver.ts'
import { expect } from './expect.ts'
import { corrupt, crash, drop, dup, heal, partition, restart } from './faults.ts'
import { fuzz } from './fuzz.ts'
import { help } from './help.ts'
import { history } from './history.ts'
import { check, explore } from './judge.ts'
import { judge } from './judgeHistory.ts'
import { request } from './request.ts'
import { show } from './show.ts'
import { simulate } from './simulate.ts'
import { situation } from './situation.ts'
import { back, fire, goto, run, step } from './time.ts'
import { token } from './token.ts'
import { traitor } from './traitor.ts'

export const commands: readonly Command[] = [
  cluster,
  request,
  client,
  situation,
  history,
  deliver,
  drop,
  dup,
  delay,
  corrupt,
  crash,
  restart,
  pause,
  resume,
  partition,
  heal,
  clock,
  traitor,
  run,
  step,
  fire,
  back,
  goto,
  branch,
  save,
  load,
  compare,
  replay,
  show,
  check,
  expect,
  judge,
  explore,
  fuzz,
  simulate,
  concurrency,
  token,
  help,
]
