/** shorterEnding: another end of a story, found by a small search, that gets to what breaks in fewer steps. */
import { apply } from '../world/apply.ts'
import type { Budgets } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { explore } from './explore.ts'
import { NO_THROW } from './judge.ts'

/**
 * Fewer steps than `rest` from `world` to one that breaks the property; null where the search finds none within
 * `maxWorlds`. No more faults of a kind than `rest` has, nor more timeouts; no time passes by itself. What clients ask
 * in `rest` they ask at once. Whether the story holds where messages have delays is for the caller to see.
 */
export function shorterEnding(
  model: Model,
  world: World,
  rest: readonly Choice[],
  property: string,
  maxWorlds: number,
): readonly Choice[] | null {
  const asked: Choice[] = []
  let from = world
  for (const choice of rest) {
    if (choice.kind !== 'request') continue
    const applied = apply(model, from, choice)
    if (applied.kind === 'refused') return null
    asked.push(choice)
    from = applied.world
  }
  const maxDepth = rest.length - asked.length - 1
  if (maxDepth < 1) return null
  const properties = property === NO_THROW ? [] : [property]
  const { verdicts } = explore(model, {
    from,
    properties,
    budgets: spentIn(model, rest),
    maxWorlds,
    maxDepth,
  })
  const verdict = verdicts.find((one) => one.property === property)
  return verdict?.kind === 'broken' ? [...asked, ...verdict.trace] : null
}

/** As much as these choices use up, as far as a search without ticks can spend it. */
function spentIn(model: Model, rest: readonly Choice[]): Partial<Budgets> {
  const { wire } = model.options
  const times = (is: (choice: Choice) => boolean) => rest.filter(is).length
  return {
    crashes: times((c) => (c.kind === 'crash' ? c.disk !== 'cache' : 'crash' in c && c.crash !== undefined)),
    processCrashes: times((c) => c.kind === 'crash' && c.disk === 'cache'),
    drops: times((c) => c.kind === 'drop'),
    duplicates: wire === 'fifo' ? 0 : times((c) => c.kind === 'duplicate'),
    timeouts: times((c) => c.kind === 'fire' && c.timer !== model.protocol.rounds),
    partitions: times((c) => c.kind === 'cut'),
    pauses: times((c) => c.kind === 'pause'),
    corruptions:
      wire === 'set' || model.protocol.corrupt === undefined ? 0 : times((c) => c.kind === 'corrupt'),
    lies: times((c) => c.kind === 'lie'),
  }
}
