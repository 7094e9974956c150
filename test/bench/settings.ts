/** Mistakes that are not one rule: the reference where it is out of its depth, or two readings that are safe one by one. */
import { electionSafety, steadyLeader } from '../../src/protocols/raftProperties.ts'
import type { Look } from './look.ts'
import { slots } from './looks.ts'
import { QUIET } from './raftLooks.ts'

export interface Setting {
  readonly protocol: string
  readonly says: string
  /** Readings in force in the wrong setting, as a lesson names them: `mayVote=any-log`. */
  readonly readings?: readonly string[]
  readonly wrong: Look
  /** The nearest setting in which the reference keeps what the wrong one breaks. */
  readonly right: Look
}

const generals = (count: number, m: number, traitors: number): Look => ({
  names: Array.from({ length: count }, (_, i) => (i === 0 ? 'c' : `l${i}`)),
  params: { m, order: 'attack' },
  limits: { traitors, lies: 1 },
  faultsMs: 200,
})
const watched = (heartbeatMs: number): Look => ({
  names: ['n1', 'n2', 'n3'],
  params: { electionMs: 150, heartbeatMs },
  properties: [electionSafety, steadyLeader],
  limits: QUIET,
})
/** A hundred sites, five epidemics, each site told by push. */
const crowd = (stops: string, backstop: number): Look => ({
  params: { n: 100, runs: 5, stops, backstop },
  limits: QUIET,
})
const liars = (traitors: number): Look => ({
  params: { terms: 1 },
  within: { timeouts: 2, traitors, lies: traitors },
})

export const settings: readonly Setting[] = [
  {
    protocol: 'oral-messages',
    says: 'three, one a traitor',
    wrong: generals(3, 1, 1),
    right: generals(4, 1, 1),
  },
  {
    protocol: 'oral-messages',
    says: 'five, two traitors',
    wrong: generals(5, 2, 2),
    right: generals(7, 2, 2),
  },
  {
    protocol: 'oral-messages',
    says: 'six, two traitors',
    wrong: generals(6, 2, 2),
    right: generals(7, 2, 2),
  },
  {
    protocol: 'oral-messages',
    says: 'm = 1, two traitors',
    wrong: generals(7, 1, 2),
    right: generals(7, 1, 1),
  },
  {
    protocol: 'signed-messages',
    says: 'm = 1, two traitors',
    wrong: generals(4, 1, 2),
    right: generals(4, 1, 1),
  },
  { protocol: 'epidemic', says: 'rumours alone', wrong: crowd('counter', 0), right: crowd('counter', 5) },
  { protocol: 'epidemic', says: 'stops blindly', wrong: crowd('blind-counter', 0), right: crowd('never', 0) },
  {
    protocol: 'hash-slots',
    says: 'ASK noted and served',
    readings: ['askIsMoved=always', 'servesImporting=always'],
    wrong: slots,
    right: slots,
  },
  { protocol: 'raft-election', says: 'one votes twice', wrong: liars(1), right: liars(0) },
  { protocol: 'raft-election-watched', says: 'rare heartbeats', wrong: watched(180), right: watched(50) },
]
