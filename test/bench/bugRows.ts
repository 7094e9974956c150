/** The rows of the table of bugs: every flawed reading of every protocol, and the settings in which a protocol is out of its depth. */
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { type Alternative, makeModel, type Protocol, variant } from '../../src/world/protocol.ts'
import { type Found, findBug, findNothing, Reference } from './findBug.ts'
import type { Look } from './look.ts'
import { looks, losses } from './looks.ts'
import { type Setting, settings } from './settings.ts'

export interface Row {
  readonly name: string
  look(): Found
}

/** What a protocol keeps, by protocol and look: readings that are looked for in the same way share a reference. */
const references = new Map<Look, Map<string, Reference>>()

const NO_LOOK: Look = {}
/** Elections that time out soon are held often. */
const HASTY: Look = { params: { electionMs: 50, heartbeatMs: 20 } }

export const bugRows: readonly Row[] = [...alternatives.map(rowOf), ...settings.map(settingRow)]

/** Looks for one reading. Of one that calls itself safe: what it loses, if there is a look for that. */
export function rowOf(reading: Alternative): Row {
  const name = `${reading.protocol}/${reading.rule}=${reading.name}`
  return {
    name,
    look: () =>
      reading.says.includes('(safe') ? foundSafe(name, reading) : found(reading, lookFor(name, reading)),
  }
}

function foundSafe(name: string, reading: Alternative): Found {
  const look = lookFor(name, reading)
  const safe = findNothing(pairOf(reading, look), look)
  const loss = losses[name]
  if (safe.kind !== 'safe' || loss === undefined) return safe
  const lost = found(reading, loss)
  return { ...lost, how: `${lost.how}; else safe in ${safe.how}` }
}

function found(reading: Alternative, look: Look): Found {
  return findBug(pairOf(reading, look), look)
}

function lookFor(name: string, { protocol }: Alternative): Look {
  return looks[name] ?? looks[`${protocol}/`] ?? (protocol.startsWith('raft') ? HASTY : NO_LOOK)
}

function pairOf({ protocol, name, rule, is }: Alternative, look: Look) {
  const base = protocolOf(protocol)
  return { wrong: modelOf(variant(base, name, { [rule]: is }), look), right: referenceOf(base, look) }
}

function settingRow({ protocol, says, readings = [], wrong, right }: Setting): Row {
  const base = protocolOf(protocol)
  const flawed = alternatives.filter(
    (one) => one.protocol === protocol && readings.includes(`${one.rule}=${one.name}`),
  )
  const rules = Object.fromEntries(flawed.map(({ rule, is }) => [rule, is]))
  return {
    name: `${protocol}: ${says}`,
    look: () =>
      findBug(
        { wrong: modelOf(variant(base, 'wrong', rules), wrong), right: referenceOf(base, right) },
        wrong,
      ),
  }
}

function referenceOf(base: Protocol, look: Look): Reference {
  const byName = references.get(look) ?? new Map<string, Reference>()
  references.set(look, byName)
  const known = byName.get(base.name) ?? new Reference(modelOf(base, look), look)
  byName.set(base.name, known)
  return known
}

function modelOf(protocol: Protocol, { names, clients, options, overrides, properties, params }: Look) {
  const isRaft = protocol.name.startsWith('raft')
  return makeModel(protocol, {
    ...(names && { names }),
    ...(clients && { clients }),
    ...(options && { options }),
    ...(overrides && { overrides }),
    ...(properties && { properties }),
    params: { ...(isRaft && HASTY.params), ...params },
  })
}

function protocolOf(name: string): Protocol {
  const found = protocols.find((protocol) => protocol.name === name)
  if (found === undefined) throw new RangeError(`there is no protocol ${name}`)
  return found
}
