/** Flawed readings of replicas that answer at once, and of a shop that depends on another service; one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { Stamped } from '../lastWriterWins.ts'
import type { Tagged } from '../orSet.ts'

const of = (
  protocol: string,
  rule: string,
  name: string,
  says: string,
  is: Alternative['is'],
): Alternative => ({ protocol, rule, name, says, is })

const replicated = ['last-writer-wins', 'g-counter', 'pn-counter', 'or-set', 'tombstones']
const counters = ['g-counter', 'pn-counter']

export const flawedReplicas: readonly Alternative[] = [
  ...replicated.map((protocol) =>
    of(protocol, 'again', 'never', 'a state is sent once, when it has changed', () => false),
  ),
  of('last-writer-wins', 'wins', 'last-to-arrive', 'what comes takes the place of what is here', () => true),
  of(
    'last-writer-wins',
    'wins',
    'first-come',
    'what is here stays, once there is something',
    (_: Stamped, mine: Stamped) => mine.value === null,
  ),
  of(
    'last-writer-wins',
    'wins',
    'no-tie-break',
    'of two writes with the same count each replica keeps its own',
    (theirs: Stamped, mine: Stamped) => theirs.at > mine.at,
  ),
  ...counters.flatMap((protocol) => [
    of(protocol, 'own', 'shared', 'all replicas add to one number', () => 'all'),
    of(protocol, 'both', 'sum', 'two counts of one replica are added', (a: number, b: number) => a + b),
  ]),
  of(
    'or-set',
    'tag',
    'by-value',
    'a remove takes out the element, whatever adds there are',
    (_: string, element: string) => element,
  ),
  of(
    'or-set',
    'remove',
    'forget',
    'a remove forgets the tags, and keeps no note of it',
    ({ added, removed }: Tagged, gone: readonly string[]): Tagged => ({
      added: Object.fromEntries(Object.entries(added).filter(([tag]) => !gone.includes(tag))),
      removed,
    }),
  ),
  of('tombstones', 'mayGo', 'by-age', 'a tombstone goes when its time is over', () => true),
  of('read-repair', 'behind', 'answer-only', 'a read answers and leaves the others as they are', () => {}),
  of('fallback', 'late', 'wait', 'the shop waits for the suggestions', (act: { wait(): void }) => act.wait()),
]
