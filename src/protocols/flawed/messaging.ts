/** Flawed readings of the outbox, of its broker and consumer, and of the half message; one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { ConsumerActs } from '../broker.ts'
import type { ProducerActs } from '../outbox.ts'
import { readingOf } from './reading.ts'

type Knows = { readonly database: boolean; readonly memory: boolean }

/** What both protocols share: the consumer and the broker. */
const shared = (protocol: string): readonly Alternative[] => [
  readingOf(protocol)('consume', 'no-inbox', 'every delivery takes effect', (_: Knows, act: ConsumerActs) => {
    act.apply()
    act.acknowledge()
  }),
  readingOf(protocol)(
    'consume',
    'ack-first',
    'acknowledged as soon as it is read',
    (knows: Knows, act: ConsumerActs) => {
      act.acknowledge()
      if (!knows.database) act.applyOnce()
    },
  ),
  readingOf(protocol)(
    'consume',
    'in-memory',
    'what was seen is remembered in memory',
    (knows: Knows, act: ConsumerActs) => {
      if (!knows.memory) act.apply()
      act.note()
      act.acknowledge()
    },
  ),
  readingOf(protocol)(
    'consume',
    'inbox-after',
    'the inbox is another transaction, after the effect',
    (knows: Knows, act: ConsumerActs) => {
      if (!knows.database) {
        act.apply()
        act.remember()
      }
      act.acknowledge()
    },
  ),
  readingOf(protocol)(
    'consume',
    'inbox-before',
    'the inbox is another transaction, before the effect',
    (knows: Knows, act: ConsumerActs) => {
      if (!knows.database) {
        act.remember()
        act.apply()
      }
      act.acknowledge()
    },
  ),
  readingOf(protocol)(
    'refused',
    'for-ever',
    'a message that is refused is delivered again, for ever',
    () => 'retry',
  ),
  readingOf(protocol)(
    'refused',
    'drop',
    'a message that is refused too often is thrown away',
    (times: number, limit: number) => (times < limit ? 'retry' : 'drop'),
  ),
]

export const flawedMessaging: readonly Alternative[] = [
  readingOf('outbox')(
    'place',
    'send-then-commit',
    'the event is sent inside the transaction',
    (act: ProducerActs) => {
      act.publish()
      act.commit()
    },
  ),
  readingOf('outbox')(
    'place',
    'commit-then-send',
    'the event is sent when the transaction is committed',
    (act: ProducerActs) => {
      if (act.commit()) act.publish()
    },
  ),
  readingOf('outbox')(
    'relay',
    'delete-first',
    'the row is deleted before the broker has the event',
    (act: { publish(): void; deleteRow(): void }) => {
      act.deleteRow()
      act.publish()
    },
  ),
  ...shared('outbox'),
  readingOf('half-message')(
    'checkBack',
    'from-memory',
    'the answer to a check comes from memory',
    (knows: Knows) => (knows.memory ? 'commit' : 'rollback'),
  ),
  ...shared('half-message'),
]
