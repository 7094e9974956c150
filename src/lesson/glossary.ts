/** The glossary: the words of the course, what each means, and the lessons that show it. */

export interface Term {
  readonly term: string
  /** The Chinese word, for readers who know the subject by it; empty where there is none in use. */
  readonly chinese: string
  readonly says: string
  /** Ids of lessons, the one that introduces it first; not all need be there yet. */
  readonly lessons: readonly string[]
}

const term = (word: string, chinese: string, says: string, ...lessons: readonly string[]): Term => ({
  term: word,
  chinese,
  says,
  lessons,
})

/** In the order of the alphabet. */
export const GLOSSARY: readonly Term[] = [
  term(
    'abort',
    '中止',
    'To end a transaction so that no part of it counts.',
    'exploring',
    'two-phase-commit',
  ),
  term(
    'atomic commit',
    '原子提交',
    'All take part in a transaction commit it, or all abort it.',
    'exploring',
    'two-phase-commit',
  ),
  term(
    'breadth first',
    '广度优先',
    'All worlds one step away, then two: the first broken one is a nearest one.',
    'exploring',
  ),
  term(
    'budget',
    '',
    'How much may go wrong in a search: so many crashes, losses, copies and timers.',
    'exploring',
  ),
  term(
    'causal broadcast',
    '因果广播',
    'Everybody is shown a text after all that its writer had been shown.',
    'order',
  ),
  term('cell', '', 'A block of a lesson that can be run.', 'first-faults'),
  term(
    'check-back',
    '事务回查',
    'A broker asks the producer whether the transaction of a half message committed.',
    'outbox',
  ),
  term(
    'client',
    '客户端',
    'Whoever asks nodes for something from outside. It is not a node.',
    'first-faults',
  ),
  term('clock condition', '时钟条件', 'If one event happened before another, its stamp is smaller.', 'order'),
  term(
    'clock drift',
    '时钟漂移',
    'How far the rate of a clock is off: it runs too fast or too slow.',
    'first-faults',
    'leases',
  ),
  term('clock skew', '时钟偏差', 'How far two clocks are apart at one moment.', 'leases'),
  term(
    'commit',
    '提交',
    'To end a transaction so that all parts of it count.',
    'exploring',
    'two-phase-commit',
  ),
  term(
    'commit point',
    '提交点',
    'The forced write after which a transaction is committed, whatever happens.',
    'two-phase-commit',
  ),
  term(
    'compensation',
    '补偿',
    'A step that undoes the effect of an earlier one that has already committed.',
    'saga',
  ),
  term(
    'concurrency set',
    '并发集',
    'The states in which others can be while one node is in a given state.',
    'three-phase-commit',
  ),
  term('concurrent', '并发', 'Of two events: neither happened before the other.', 'order'),
  term(
    'consistent cut',
    '一致割集',
    'Records of all nodes that hold, with each event, all that happened before it.',
    'order',
  ),
  term(
    'cooperative termination',
    '协作终止协议',
    'A participant in doubt asks the other participants, one of which may know.',
    'recovery',
  ),
  term(
    'coordinator',
    '协调者',
    'The node that collects the votes and decides; also transaction manager, TM.',
    'two-phase-commit',
  ),
  term(
    'crash',
    '崩溃',
    'A loss of power: memory, timers and unsynced writes are gone, the disk stays.',
    'first-faults',
  ),
  term(
    'dead-letter queue',
    '死信队列',
    'Where messages go that cannot be processed, so that they stop nobody.',
    'outbox',
  ),
  term(
    'depth',
    '',
    'How many worlds one after the other a search has followed; the first counts.',
    'exploring',
  ),
  term('disk', '磁盘', 'What a node keeps through a crash: only what was forced is safe.', 'first-faults'),
  term(
    'dual write',
    '双写',
    'Two systems written one after the other without a protocol between them.',
    'two-phase-commit',
    'outbox',
  ),
  term(
    'effect once',
    '恰好一次效果',
    'A request takes effect at most once, however often it is delivered.',
    'first-faults',
    'outbox',
  ),
  term(
    'failure detector',
    '故障检测器',
    'Tells nodes which others it believes to be down; a perfect one is never wrong.',
    'three-phase-commit',
    'failure-detection',
  ),
  term(
    'forced write',
    '强制刷盘',
    'A write that is on the medium before the program goes on (sync).',
    'first-faults',
    'two-phase-commit',
  ),
  term(
    'gave up',
    '',
    'A search reached a limit before it had seen everything. It is not a pass.',
    'exploring',
  ),
  term(
    'half message',
    '半消息',
    'A message that the broker keeps invisible until its transaction has committed.',
    'outbox',
  ),
  term(
    'happened before',
    '先于发生',
    'Earlier at the same node, or sent before it was heard, or a chain of these.',
    'order',
  ),
  term(
    'heuristic decision',
    '启发式决策',
    'A participant in doubt decides by itself, and may decide wrongly.',
    'two-phase-commit',
    'xa',
  ),
  term(
    'history',
    '历史',
    'What clients asked and were answered, with times; some answers never come.',
    'histories',
  ),
  term('idempotent', '幂等', 'Done many times, with the effect of one time.', 'first-faults'),
  term(
    'in doubt',
    '悬而未决',
    'Has voted yes and does not know the decision; may neither commit nor abort.',
    'two-phase-commit',
  ),
  term(
    'inbox',
    '幂等消费',
    'Ids of messages that were processed, kept in the same transaction as the effect.',
    'outbox',
  ),
  term('Lamport clock', 'Lamport 时钟', 'A number that grows along every chain of events.', 'order'),
  term('lease', '租约', 'A right that ends by itself after a time.', 'leases'),
  term(
    'linearizable',
    '线性一致性',
    'Each operation seems to happen at one moment between its call and its answer.',
    'histories',
  ),
  term('lost update', '丢失更新', 'A write overwrites another that it had not seen.', 'histories'),
  term(
    'message',
    '消息',
    'What nodes send each other. It can be lost, copied, late and out of order.',
    'first-faults',
  ),
  term('monotonic reads', '单调读', 'Who has read a value does not read an older one later.', 'histories'),
  term('node', '节点', 'One machine: it reacts to events, has memory, a disk and a clock.', 'first-faults'),
  term(
    'non-blocking',
    '非阻塞',
    'Whoever is up and has voted can decide without waiting for a repair.',
    'two-phase-commit',
    'three-phase-commit',
  ),
  term(
    'outbox',
    '本地消息表',
    'A table of events, written in the same transaction as what they are about.',
    'outbox',
  ),
  term('output', '输出', 'What a node announces to the outside. Properties judge outputs.', 'first-faults'),
  term(
    'participant',
    '参与者',
    'A node that votes on a transaction; also resource manager, RM.',
    'two-phase-commit',
  ),
  term(
    'partition',
    '网络分区',
    'The network is cut: messages between two sides are lost.',
    'three-phase-commit',
    'cap',
  ),
  term(
    'pre-committed',
    '预提交',
    'The buffer state: all have voted yes, and nobody has committed yet.',
    'three-phase-commit',
  ),
  term(
    'prepared',
    '已准备',
    'Able to commit after any crash, and no longer free to abort.',
    'exploring',
    'two-phase-commit',
  ),
  term(
    'presumed abort',
    '推定中止',
    'No record of a transaction means that it aborted.',
    'two-phase-commit',
    'recovery',
  ),
  term(
    'property',
    '性质',
    'A named sentence about what may be seen from outside, which says why it is broken.',
    'first-faults',
    'exploring',
  ),
  term(
    'protocol',
    '协议',
    'What each node does with each message: the program of a cluster.',
    'first-faults',
  ),
  term(
    'read your writes',
    '读己之写',
    'Whoever has written a value does not read an older one.',
    'histories',
  ),
  term('relay', '转发器', 'Reads the outbox and sends what is in it, until it is acknowledged.', 'outbox'),
  term(
    'seed',
    '随机种子',
    'A number from which all chance of a run is drawn: same seed, same run.',
    'first-faults',
  ),
  term('sequential', '顺序一致性', 'All see one order that keeps the order of each client.', 'histories'),
  term(
    'sometimes',
    '',
    'A property that is broken if no world shows it; guards against vacuous passes.',
    'exploring',
  ),
  term('specification', '规约', 'What may happen, without saying how it is done.', 'exploring'),
  term('stamp', '时间戳', 'The value of a logical clock that is written on an event or a message.', 'order'),
  term('state', '状态', 'What a node holds in memory.', 'first-faults'),
  term(
    'step',
    '',
    'One thing that happens: a message arrives, a timer goes off, a node crashes.',
    'first-faults',
  ),
  term(
    'termination protocol',
    '终止协议',
    'What those who are up do to decide when the coordinator is gone.',
    'three-phase-commit',
  ),
  term('timeline', '', 'The picture of a run: time goes down, one column a node.', 'first-faults'),
  term(
    'timer',
    '定时器',
    'Wakes its node after a time by its own clock, unless it is disarmed.',
    'first-faults',
  ),
  term(
    'token',
    '',
    'A run as one word. Whoever has it sees the same run: splitbrain replay TOKEN.',
    'first-faults',
  ),
  term(
    'trace',
    '轨迹',
    'The steps of a run. Played on the same nodes they lead to the same world.',
    'first-faults',
  ),
  term('transaction', '事务', 'Work of several parts that counts as a whole or not at all.', 'exploring'),
  term('vacuous', '空真', 'Held because what the property speaks of never occurs.', 'exploring'),
  term(
    'vector clock',
    '向量时钟',
    'A count of events for each node: says of two events which came first, or neither.',
    'order',
  ),
  term('vote', '投票', 'Yes: I can commit and will keep that. No: it must be aborted.', 'two-phase-commit'),
  term('wire', '', 'What has been sent and has not arrived.', 'first-faults'),
  term(
    'world',
    '',
    'All that exists at one moment: nodes, wire, disks, timers.',
    'first-faults',
    'exploring',
  ),
  term(
    'write skew',
    '写偏斜',
    'Two transactions each read what the other writes, and together break a rule.',
    'histories',
  ),
]

/** The terms that a lesson of the course shows, each with those lessons only. */
export function glossaryOf(lessons: readonly { readonly id: string }[]): readonly Term[] {
  return GLOSSARY.flatMap((entry) => {
    const there = entry.lessons.filter((id) => lessons.some((lesson) => lesson.id === id))
    return there.length === 0 ? [] : [{ ...entry, lessons: there }]
  })
}
