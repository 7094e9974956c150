/** compare: this run beside one that was saved, as one node sees them. */
import { linesView, lineText, plain, type TableCell, type TimelineRow, type View } from '../../base/view.ts'
import { wrapLine } from '../../draw/text.ts'
import { timelineOf } from '../../draw/timeline.ts'
import { type Command, NOTHING, ScenarioProblem } from '../command.ts'
import { retell } from '../retell.ts'
import { type Run, Session } from '../session.ts'
import { endOf, oneOf } from '../words.ts'

export const compare: Command = {
  name: 'compare',
  usage: 'compare NODE with RUN',
  says: 'This run beside a saved one, as one node sees them: what reaches it, its timers, and what it announces, without the times. Where two runs are the same to a node, it does the same in both.',
  example: 'compare l2 with loyal-commander',
  run(session, words) {
    const { names } = session.current.model.cluster
    const end = endOf(words) || 'compare '.length
    const node = oneOf(words[0], names, 'node', end)
    oneOf(words[1], ['with'], 'word here', end)
    const kept = [...session.saved.keys()]
    if (kept.length === 0)
      throw new ScenarioProblem(end, 'nothing is saved in this session yet: save a run first', 'save first')
    const name = oneOf(words[2], kept, 'saved run', end)
    const other = savedRun(session, name, words[2]!.column)
    if (!other.model.cluster.names.includes(node))
      throw new ScenarioProblem(words[0]!.column, `there is no ${node} in the run that is saved as ${name}`)
    const { rows, line } = sideBySide(node, factsOf(other, node), factsOf(session.current, node))
    const table: View = { kind: 'table', columns: [name, '', 'this run'], rows }
    return { ...NOTHING, view: { kind: 'stack', views: [table, linesView(line)] }, note: line }
  },
  complete(session, before) {
    if (before.length === 0) return session.run?.model.cluster.names ?? []
    return before.length === 1 ? ['with'] : before.length === 2 ? [...session.saved.keys()] : []
  },
}

/** A row of a run in words, and whether the node sees it. */
interface Fact {
  readonly text: string
  readonly seen: boolean
}

/** The run that was kept, made again in a session of its own. */
function savedRun(session: Session, name: string, column: number): Run {
  const other = new Session(session)
  const stopped = retell(other, session.saved.get(name)!)
  if (stopped !== null) throw new ScenarioProblem(column, stopped)
  return other.current
}

function factsOf({ model, moments }: Run, node: string): readonly Fact[] {
  return timelineOf(model, moments, { labels: 'time' }).rows.map(({ what }) => ({
    text: wordsOf(what),
    seen: what.kind === 'message' ? what.to === node && what.fate === 'received' : isOwn(what, node),
  }))
}

/** A lie is its liar's to know, like all that a node does by itself. */
function isOwn(what: TimelineRow['what'], node: string): boolean {
  return what.kind === 'mark' && what.lane === node
}

function wordsOf(what: TimelineRow['what']): string {
  switch (what.kind) {
    case 'message':
      return `${what.from} to ${what.to}: ${what.text}${what.fate === 'lost' ? ' (lost)' : ''}`
    case 'mark':
      return `${what.lane}: ${what.mark === 'timer' ? 'timer ' : ''}${what.text}`
    case 'note':
      return what.text
  }
}

/** Rows that both runs have in common for the node face each other; what it does not see stands between them. */
function sideBySide(node: string, left: readonly Fact[], right: readonly Fact[]) {
  const rows: (readonly TableCell[])[] = []
  const [one, two] = [[...left], [...right]]
  for (let same = 0; ; same++) {
    const [before, after] = [unseen(one), unseen(two)]
    for (let i = 0; i < Math.max(before.length, after.length); i++)
      rows.push(...facing(before[i]?.text ?? '', after[i]?.text ?? ''))
    const [mine, theirs] = [one.shift(), two.shift()]
    if (mine === undefined && theirs === undefined)
      return { rows, line: `to ${node} both runs are the same: all ${same} of its events` }
    const equal = mine?.text === theirs?.text
    rows.push(...facing(mine?.text ?? '(nothing)', theirs?.text ?? '(nothing)', equal ? 'same' : 'differs'))
    if (!equal) return { rows, line: `${node} can tell the two runs apart by its event ${same + 1}` }
  }
}

/** Takes what the node does not see from the front. */
function unseen(facts: Fact[]): readonly Fact[] {
  const next = facts.findIndex((fact) => fact.seen)
  return facts.splice(0, next < 0 ? facts.length : next)
}

/** Two such columns and the word between them fit into 80. */
const SIDE = 34

function facing(left: string, right: string, word = ''): (readonly TableCell[])[] {
  const tone = word === '' ? 'dim' : 'strong'
  const [one, two] = [left, right].map((text) => wrapLine(plain(text), SIDE, '  ').map(lineText))
  return Array.from({ length: Math.max(one!.length, two!.length) }, (_, i) => [
    { text: one![i] ?? '', tone },
    { text: i === 0 ? word : '', tone: word === 'differs' ? 'warn' : 'plain' },
    { text: two![i] ?? '', tone },
  ])
}
