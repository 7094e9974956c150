/** The faults of random runs as they are typed after `fuzz` and `simulate`: `loss=0.1 crashes=2`. */
import type { FaultPlan } from '../../run/faultPlan.ts'
import type { Word } from '../command.ts'
import type { Session } from '../session.ts'
import { chanceOf, countOf } from '../words.ts'
import { nodesIn, traitorsOf } from './budgets.ts'

export const FAULT_SETTINGS = [
  'loss',
  'copies',
  'inside',
  'crashes',
  'partitions',
  'pauses',
  'traitors',
  'lies',
  'drift',
  'may-crash',
] as const

export type FaultSetting = (typeof FAULT_SETTINGS)[number]

/** What a plan and the limits of a swarm have in common. */
export type Faults = {
  -readonly [K in Exclude<keyof FaultPlan, 'untilMs' | 'downMs' | 'partitionMs' | 'pauseMs'>]?: FaultPlan[K]
}

/** Puts the value of one setting among the faults. Throws `ScenarioProblem` at the value. */
export function readFault(session: Session, name: FaultSetting, value: Word, faults: Faults): void {
  switch (name) {
    case 'loss':
      faults.loss = chanceOf(value)
      return
    case 'copies':
      faults.duplicate = chanceOf(value)
      return
    case 'inside':
      faults.crashInside = chanceOf(value)
      return
    case 'crashes':
    case 'partitions':
    case 'pauses':
      faults[name] = countOf(value)
      return
    case 'traitors': {
      const bound = traitorsOf(value)
      faults.traitors = typeof bound === 'number' ? bound : nodesIn(session, value)
      faults.lies ??= 1
      return
    }
    case 'lies':
      faults.lies = chanceOf(value)
      return
    case 'drift':
      faults.driftPpm = Math.round(chanceOf(value) * 1_000_000)
      return
    case 'may-crash':
      faults.mayCrash = nodesIn(session, value)
  }
}

/** The fault that has this name, or null. */
export function faultCalled(name: string): FaultSetting | null {
  return FAULT_SETTINGS.find((one) => one === name) ?? null
}
