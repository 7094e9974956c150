/** Weak fairness over a finite graph: where a run can go on for ever, fairly, and never reach the goal. */

/** Worlds by number, and what can be done in each. An action is the same one wherever its number is the same. */
export interface Graph {
  readonly size: number
  /** Calls `visit` for every action that is possible in world `at`, with the world it leads to. */
  successors(at: number, visit: (to: number, action: number) => void): void
}

/**
 * Finds the worlds from which a fair run need never reach the goal: those inside a fair trap. A trap is a
 * world without any action, or a strongly connected set of worlds short of the goal in which every action
 * that is possible in all of them is also taken in one of them (weak fairness: what stays possible happens).
 *
 * Only the largest such sets need looking at: in a larger set fewer actions are possible everywhere, and more
 * are taken. Returns the smallest number in a trap, or null.
 */
export function fairTrap(graph: Graph, short: (at: number) => boolean): number | null {
  let least: number | null = null
  for (const component of components(graph, short)) {
    if (!isTrap(graph, component)) continue
    const first = component.reduce((a, b) => Math.min(a, b))
    if (least === null || first < least) least = first
  }
  return least
}

function isTrap(graph: Graph, component: readonly number[]): boolean {
  const inside = new Set(component)
  const taken = new Set<number>()
  const possible = component.map((at) => {
    const here = new Set<number>()
    graph.successors(at, (to, action) => {
      here.add(action)
      if (inside.has(to)) taken.add(action)
    })
    return here
  })
  if (possible.some((here) => here.size === 0)) return true
  const everywhere = [...possible[0]!].filter((action) => possible.every((here) => here.has(action)))
  return taken.size > 0 && everywhere.every((action) => taken.has(action))
}

/** Strongly connected components of the worlds short of the goal: Tarjan 1972, without recursion. */
function* components(graph: Graph, short: (at: number) => boolean): Generator<number[]> {
  const number = new Int32Array(graph.size).fill(-1)
  const low = new Int32Array(graph.size)
  const onStack = new Uint8Array(graph.size)
  const stack: number[] = []
  let next = 0
  const open = (at: number) => {
    const ahead: number[] = []
    graph.successors(at, (to) => {
      if (short(to)) ahead.push(to)
    })
    number[at] = next
    low[at] = next++
    onStack[at] = 1
    stack.push(at)
    return { at, ahead, done: 0 }
  }
  for (let root = 0; root < graph.size; root++) {
    if (number[root] !== -1 || !short(root)) continue
    const calls = [open(root)]
    while (calls.length > 0) {
      const call = calls.at(-1)!
      const to = call.ahead[call.done++]
      if (to !== undefined) {
        if (number[to] === -1) calls.push(open(to))
        else if (onStack[to] === 1) low[call.at] = Math.min(low[call.at]!, number[to]!)
        continue
      }
      calls.pop()
      const above = calls.at(-1)
      if (above !== undefined) low[above.at] = Math.min(low[above.at]!, low[call.at]!)
      if (low[call.at] === number[call.at]) yield take(stack, call.at, onStack)
    }
  }
}

function take(stack: number[], root: number, onStack: Uint8Array): number[] {
  const component: number[] = []
  for (;;) {
    const at = stack.pop()!
    onStack[at] = 0
    component.push(at)
    if (at === root) return component
  }
}
