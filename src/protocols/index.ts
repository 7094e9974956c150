/** The list of reference protocols and of the flawed readings of their rules. One line each. */
import type { Alternative, Protocol } from '../world/protocol.ts'
import { abd } from './abd.ts'
import { cart } from './cart.ts'
import { causalBroadcast } from './causalBroadcast.ts'
import { commitWait } from './commitWait.ts'
import { growingCounter, upAndDownCounter } from './counters.ts'
import { deposit } from './deposit.ts'
import { dualWrite } from './dualWrite.ts'
import { epidemic } from './epidemic.ts'
import { fallback } from './fallback.ts'
import { flawedAbd } from './flawed/abd.ts'
import { flawedDates } from './flawed/dates.ts'
import { flawedDeposit } from './flawed/deposit.ts'
import { flawedGenerals } from './flawed/generals.ts'
import { flawedGossip } from './flawed/gossip.ts'
import { flawedHashing } from './flawed/hashing.ts'
import { flawedLeases } from './flawed/leases.ts'
import { flawedMessaging } from './flawed/messaging.ts'
import { flawedOrder } from './flawed/order.ts'
import { flawedPaxos } from './flawed/paxos.ts'
import { flawedRaft } from './flawed/raft.ts'
import { flawedForwarding } from './flawed/raftForwarding.ts'
import { flawedReplicas } from './flawed/replicas.ts'
import { flawedReplication } from './flawed/replication.ts'
import { flawedSaga } from './flawed/saga.ts'
import { flawedThreePhaseCommit } from './flawed/threePhaseCommit.ts'
import { flawedTwoPhaseCommit } from './flawed/twoPhaseCommit.ts'
import { gossip } from './gossip.ts'
import { halfMessage } from './halfMessage.ts'
import { hashSlots } from './hashSlots.ts'
import { hotRow } from './hotRow.ts'
import { hybridClocks } from './hybridClocks.ts'
import { inquiryCommit } from './inquiryCommit.ts'
import { keyPlacement } from './keyPlacement.ts'
import { lastWriterWins } from './lastWriterWins.ts'
import { leases } from './leases.ts'
import { lamportClocks, vectorClocks } from './logicalClocks.ts'
import { multiPaxos } from './multiPaxos.ts'
import { oralMessages } from './oralMessages.ts'
import { orSet } from './orSet.ts'
import { outbox } from './outbox.ts'
import { paxos } from './paxos.ts'
import { paxosDuel } from './paxosDuel.ts'
import { paxosLamport } from './paxosLamport.ts'
import { paxosRegister } from './paxosRegister.ts'
import { raftElection } from './raftElection.ts'
import { raftElectionWatched } from './raftElectionWatched.ts'
import { raftForwarding } from './raftForwarding.ts'
import { raftKeyValue } from './raftKeyValue.ts'
import { raftLog } from './raftLog.ts'
import { readRepair } from './readRepair.ts'
import { replicatedRegister } from './replicatedRegister.ts'
import { rumor } from './rumor.ts'
import { saga } from './saga.ts'
import { sagaChoreography } from './sagaChoreography.ts'
import { signedMessages } from './signedMessages.ts'
import { singleCopyRegister } from './singleCopyRegister.ts'
import { tCommit } from './tCommit.ts'
import { threePhaseCommit } from './threePhaseCommit.ts'
import { tombstones } from './tombstones.ts'
import { twoGenerals } from './twoGenerals.ts'
import { twoPhase } from './twoPhase.ts'
import { twoPhaseCommit } from './twoPhaseCommit.ts'
import { writeLease } from './writeLease.ts'

export const protocols: readonly Protocol[] = [
  deposit,
  twoGenerals,
  lamportClocks,
  vectorClocks,
  causalBroadcast,
  dualWrite,
  twoPhaseCommit,
  tCommit,
  twoPhase,
  threePhaseCommit,
  inquiryCommit,
  outbox,
  halfMessage,
  saga,
  sagaChoreography,
  leases,
  writeLease,
  commitWait,
  hybridClocks,
  fallback,
  lastWriterWins,
  growingCounter,
  upAndDownCounter,
  orSet,
  tombstones,
  readRepair,
  gossip,
  rumor,
  epidemic,
  singleCopyRegister,
  replicatedRegister,
  cart,
  abd,
  hotRow,
  keyPlacement,
  hashSlots,
  paxos,
  paxosDuel,
  multiPaxos,
  paxosLamport,
  paxosRegister,
  raftElection,
  raftElectionWatched,
  raftLog,
  raftKeyValue,
  raftForwarding,
  oralMessages,
  signedMessages,
]

export const alternatives: readonly Alternative[] = [
  ...flawedDeposit,
  ...flawedOrder,
  ...flawedTwoPhaseCommit,
  ...flawedPaxos,
  ...flawedAbd,
  ...flawedReplication,
  ...flawedRaft,
  ...flawedForwarding,
  ...flawedThreePhaseCommit,
  ...flawedMessaging,
  ...flawedSaga,
  ...flawedLeases,
  ...flawedDates,
  ...flawedGenerals,
  ...flawedReplicas,
  ...flawedGossip,
  ...flawedHashing,
]
