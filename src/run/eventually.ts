/** Whether something must happen in the end, on every run that is weakly fair and suffers no more faults. */
import { type Choice, choiceText } from '../world/choice.ts'
import { fairTrap, type Graph } from './fair.ts'
import { Interner } from './intern.ts'
import type { Met, Region } from './met.ts'
import { Row } from './rows.ts'

/**
 * Looks for a fair trap among the stored worlds: a place where the run can go on for ever, without a fault and
 * without what it waits for. Successors are taken again, not kept. A world that a budget cut short leads
 * somewhere unknown: it makes nothing broken, and if it decides, the answer is `unknown`.
 */
export function judgeEventually(region: Region): Met {
  const { model, space, rows, first, end, property } = region
  const judge = model.properties[property]!.judge
  if (judge.kind !== 'eventually') throw new Error('only what must happen eventually can be trapped')
  const actions = new Interner<Choice>(choiceText)
  const from = new Row(space.fixed)
  // A second row: whether a successor falls short is asked while the successors of `from` are being taken.
  const row = new Row(space.fixed)
  const graph: Graph = {
    size: end - first,
    successors(at, visit) {
      region.look()
      space.calmSuccessors(rows.read(first + at, from), (next) =>
        visit(rows.add(next, first + at) - first, actions.id(event(space.choice()))),
      )
    },
  }
  const short = (at: number) =>
    !judge.met(space.fold(property, space.foldId(rows.read(first + at, row), property)), model.cluster)
  const cut = (at: number) => space.isCut(rows.read(first + at, row))
  const trap = fairTrap(graph, (at) => short(at) && !cut(at))
  if (trap !== null) return { kind: 'broken', index: first + trap, why: judge.why }
  return fairTrap(graph, short) === null ? { kind: 'held' } : { kind: 'unknown' }
}

/** What happens, whichever way it goes and whenever: the picks of a handler are not the scheduler's to be fair about. */
function event(choice: Choice): Choice {
  if (choice.kind !== 'deliver' && choice.kind !== 'fire') return choice
  const { picks: _picks, crash: _crash, atUs: _atUs, ...bare } = choice
  return bare
}
