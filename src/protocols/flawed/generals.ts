/** Flawed readings of the two algorithms for the Byzantine generals. */
import type { Alternative } from '../../world/protocol.ts'
import { DEFAULT_ORDER } from '../generals.ts'
import type { OralMessagesRules } from '../oralMessages.ts'
import type { SignedMessagesRules } from '../signedMessages.ts'

function oral<Name extends keyof OralMessagesRules & string>(
  rule: Name,
  name: string,
  is: OralMessagesRules[Name],
  says: string,
): Alternative {
  return { protocol: 'oral-messages', rule, name, says, is }
}

function inWriting<Name extends keyof SignedMessagesRules & string>(
  rule: Name,
  name: string,
  is: SignedMessagesRules[Name],
  says: string,
): Alternative {
  return { protocol: 'signed-messages', rule, name, says, is }
}

export const flawedGenerals: readonly Alternative[] = [
  oral('rounds', 'm', (m) => m, 'one round is saved: nobody hears what others were told at last'),
  oral('mayBelieve', 'any', () => true, 'whoever is named in a message is taken for its sender'),
  oral('relay', 'default', () => DEFAULT_ORDER, 'what is passed on is not what was received'),
  oral('absent', 'nothing', () => null, 'an order that does not come is left out of the count'),
  oral('counted', 'others', (_own, others) => others, 'what came from the general himself is not counted'),
  inWriting('rounds', 'm', (m) => m, 'one round is saved: an order told late reaches only some'),
  inWriting('mayBelieve', 'any', () => true, 'signatures are not checked'),
  inWriting(
    'mayBelieve',
    'last',
    (order, chain, verify) => {
      const { by, signature } = chain.at(-1)!
      return verify(by, { order, chain: chain.slice(0, -1).map((one) => ({ ...one })) }, signature)
    },
    'only the signature of the sender is checked, and not those before it',
  ),
  inWriting(
    'mayHaveSigned',
    'anybody',
    () => true,
    'who signs twice counts twice: a chain may be of one traitor alone',
  ),
  inWriting('inTime', 'always', () => true, 'an order counts whenever it comes, however few have signed it'),
  inWriting(
    'keep',
    'each',
    (orders, order) => [...orders, order].sort(),
    'orders are counted as often as they were told',
  ),
  inWriting('mustRelay', 'first', (orders) => orders.length === 0, 'only the first order is passed on'),
  inWriting('mustRelay', 'never', () => false, 'nothing is passed on'),
]
