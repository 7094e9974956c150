/**
 * What hidden checks usually import from 'splitbrain', and no more: a fork is booted with it in a fraction of the time
 * that all of `index.ts` takes. A file of checks that imports anything else is given all.
 */
export type { Json, Value } from '../base/canonical.ts'
export { canonical, canonicalText, ValueProblem } from '../base/canonical.ts'
export type { Bound, Verdict } from '../base/verdict.ts'
export { boundText, count, grouped } from '../base/verdict.ts'
export { type History, type HistoryOperation, HistoryProblem } from '../history/history.ts'
export { linearizable } from '../history/linearizable.ts'
export {
  casRegister,
  counter,
  growSet,
  keyValue,
  queue,
  register,
  type SequentialModel,
} from '../history/models.ts'
export { historyOfClients, historyOfEvents } from '../history/read.ts'
export { sequential } from '../history/sequential.ts'
export {
  monotonicReads,
  monotonicWrites,
  readYourWrites,
  writesFollowReads,
} from '../history/sessions.ts'
export type { HistoryVerdict } from '../history/verdict.ts'
export type { Body, Context, Event, Message, NodeDefinition, NodeDisk, OperationId } from '../node/node.ts'
export { defineNode } from '../node/node.ts'
export {
  agreement,
  atomicCommit,
  commitLabel,
  nonBlocking,
  stability,
  termination,
} from '../protocols/atomicCommit.ts'
export { linearizableRegister } from '../protocols/clients.ts'
export { consensus } from '../protocols/consensus.ts'
export { effectOnce } from '../protocols/effectOnce.ts'
export { gossipProperties } from '../protocols/gossipProperties.ts'
export { messaging } from '../protocols/messaging.ts'
export { oralMessages } from '../protocols/oralMessages.ts'
export {
  electionSafety,
  leaderAppendOnly,
  leaderCompleteness,
  logMatching,
  stateMachineSafety,
} from '../protocols/raftProperties.ts'
export { replicatedSet } from '../protocols/replicaProperties.ts'
export { sagaProperties } from '../protocols/sagaProperties.ts'
export { signedMessages } from '../protocols/signedMessages.ts'
export { type Exploration, type ExploreOptions, explore, onlyProperties } from '../run/explore.ts'
export type { FaultPlan } from '../run/faultPlan.ts'
export { simulate } from '../run/simulate.ts'
export type { SimulateOptions, Simulation } from '../run/simulator.ts'
export { apply, begin } from '../world/apply.ts'
export type { Budgets } from '../world/budgets.ts'
export { type Choice, choiceText } from '../world/choice.ts'
export { choices } from '../world/choices.ts'
export type { Moment } from '../world/draft.ts'
export {
  type AnyProperty,
  type Obligation,
  type Observation,
  type Property,
  property,
} from '../world/property.ts'
export {
  type Alternative,
  defineProtocol,
  type Model,
  makeModel,
  type Protocol,
  requestBody,
  variant,
} from '../world/protocol.ts'
export { enter, type Situation, Walk } from '../world/situation.ts'
export type { World } from '../world/world.ts'
export {
  beforeEndOfRound,
  type CouncilOptions,
  councilOf,
  endOfRound,
  expectOneDecision,
  generalsNamed,
  withSilent,
} from './council.ts'
export * from './kit.ts'
