/** Scenarios: what commands do, and what a mistake is told. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import {
  alternatives,
  commands,
  explainProblem,
  goldenText,
  parseScenario,
  play,
  protocols,
  ScenarioProblem,
  Session,
  simulate,
} from '../../src/index.ts'
import { askedAtRandom } from '../../src/run/swarm.ts'
import { splitWords } from '../../src/scenario/words.ts'

const usual = { default: 0.1, says: 'a fraction' }
const newSession = () => new Session({ protocols, alternatives, commands })

/** What the learner reads after the last line; the lines before it must go well. */
function mistake(...lines: string[]): string {
  const session = newSession()
  const last = lines.pop()!
  for (const line of lines) session.execute(line)
  const before = session.run
  try {
    session.execute(last)
  } catch (error) {
    if (!(error instanceof ScenarioProblem)) throw error
    expect(session.run).toBe(before)
    return explainProblem(last, error)
  }
  throw new Error(`"${last}" went through`)
}

describe('golden scenarios', () => {
  const folder = join(import.meta.dirname, '../golden/scenarios')
  test.each(readdirSync(folder))('%s', (file) => {
    const source = readFileSync(join(folder, file), 'utf8')
    const { commands: lines, expected } = parseScenario(source)
    const got = goldenText(play(newSession(), lines).views)
    if (inject('update'))
      writeFileSync(join(folder, file), `${source.split('\n----')[0]!.trimEnd()}\n----\n${got}\n`)
    else expect(got).toBe(expected)
  })
})

describe('simulate', () => {
  test('the session is where the run ended, by any seed and with every kind of fault', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const session = newSession()
      session.execute('cluster raft-election n1 n2 n3')
      const line = `simulate seed=${seed} until=1s loss=0.2 copies=0.1 inside=0.02 crashes=2 partitions=1 pauses=1 drift=0.01`
      const { view } = session.execute(line)
      const again = newSession()
      again.execute('cluster raft-election n1 n2 n3')
      expect(again.execute(line).view).toEqual(view)
      expect(again.world).toEqual(session.world)
      const { last, trace } = simulate(session.current.model, {
        from: session.current.worlds[0]!,
        seed,
        untilMs: 1000,
        faults: {
          untilMs: 500,
          loss: 0.2,
          duplicate: 0.1,
          crashInside: 0.02,
          crashes: 2,
          partitions: 1,
          pauses: 1,
          driftPpm: 10_000,
          downMs: 125,
          partitionMs: 125,
          pauseMs: 125,
        },
        requests: askedAtRandom(session.current.model, seed, 500),
      })
      expect(session.current.moments.map((moment) => moment.choice)).toEqual(trace)
      expect(session.world).toEqual(last)
    }
  })

  test('what makes no sense', () => {
    expect(mistake('cluster raft-election n1 n2 n3', 'simulate 7')).toContain('Try: seed=7')
    expect(mistake('cluster raft-election n1 n2 n3', 'simulate sed=7')).toContain('Try: seed')
    expect(mistake('cluster raft-election n1 n2 n3', 'simulate until=0')).toContain('a run takes some time')
    expect(mistake('simulate')).toContain('there is no cluster yet')
  })
})

describe('words', () => {
  const textsOf = (line: string) => splitWords(line).map((word) => word.text)

  test('quotes keep blanks together, wherever they stand in a word', () => {
    expect(textsOf('a "b c" d="e f"g h=["i"] # j')).toEqual(['a', '"b c"', 'd="e f"g', 'h=["i"]'])
  })

  test('a quote without its other half is part of its word and not lost', () => {
    expect(textsOf('tx="t1')).toEqual(['tx="t1'])
  })

  test('a parameter that is a list takes one, with commas', () => {
    const session = newSession()
    session.execute('cluster three-phase-commit c p1 p2 mayStop=c,p1')
    expect(session.run?.model.params['mayStop']).toEqual(['c', 'p1'])
  })

  test('a parameter with the name of a budget or an option is said to be one, and how to go on', () => {
    const [first] = protocols
    const clashing = { ...first!, name: 'clashing', params: { drift: usual, wire: usual } }
    const session = new Session({ protocols: [clashing], alternatives, commands })
    expect(() => session.execute('cluster clashing drift=1/10')).toThrow(
      '"drift" is a budget of searches, and clashing has a parameter of the same name: which one is meant? Give the parameter another name where clashing is defined; the budget can be given to explore, as in: explore PROPERTY drift=1/10',
    )
    expect(() => session.execute('cluster clashing wire=set')).toThrow(
      '"wire" is an option of cluster, and clashing has a parameter of the same name',
    )
    session.execute('cluster clashing')
    expect(session.run?.model.params['drift']).toBe(usual.default)
  })
})

describe('concurrency', () => {
  // Skeen 1981: what blocks in two-phase commit is a state with both outcomes in its concurrency set.
  test('tells the state that blocks from those of three-phase commit, which do not', () => {
    const marked = (...lines: string[]) =>
      goldenText(
        play(
          newSession(),
          lines.map((text, i) => ({ text, line: i + 1 })),
        ).views,
      )
        .split('\n')
        .filter((line) => line.includes('<- both'))
        .map((line) => line.split(' ')[0])
    const ask = 'concurrency phase both=commit,abort'
    expect(marked('cluster inquiry-commit c p1 p2 votes=any', ask)).toEqual(['prepared'])
    expect(marked('cluster three-phase-commit c p1 p2 begun=true votes=any', ask)).toEqual([])
    expect(
      marked('cluster three-phase-commit c p1 p2 begun=true votes=any detector=timeout', ask),
    ).not.toEqual([])
  })
})

describe('a mistake names the place, what was expected and the nearest word, and changes nothing', () => {
  const cluster = 'cluster two-phase-commit tm rm1 rm2'
  const generals = 'cluster oral-messages'
  const begun = [cluster, 'request client tm begin', 'deliver begin']
  test.each<[string, string[], string]>([
    [
      'an unknown command',
      ['crush tm'],
      'crush tm\n^ no command is called "crush"; type help for all of them. Try: crash',
    ],
    [
      'no cluster yet',
      ['crash tm'],
      'crash tm\n^ there is no cluster yet: make one first, such as "cluster two-phase-commit". Try: cluster',
    ],
    ['an unknown protocol', ['cluster two-phase-comit'], '        ^ no protocol is called "two-phase-comit"'],
    [
      'an unknown node',
      [cluster, 'crash rm3'],
      '      ^ no node is called "rm3"; there are tm, rm1, rm2. Try: rm1',
    ],
    [
      'a traitor without a plan that there is',
      [generals, 'traitor c withold'],
      '          ^ no plan of a traitor is called "withold"; there are tells, could, equivocate, withhold, replay, forge. Try: withhold',
    ],
    [
      'a traitor that is one already',
      [generals, 'traitor c', 'traitor c'],
      '        ^ c is a traitor already',
    ],
    [
      'a lie about a field that the message does not have',
      [generals, 'traitor c tells l2 valeu=retreat'],
      '                   ^ no field is called "valeu"; there are path, value. Try: value',
    ],
    [
      'a lie without words',
      [generals, 'traitor c tells l2'],
      '                   ^ expected what l2 is told',
    ],
    [
      'a lie to everybody where nothing is in flight',
      [generals, 'traitor l1 tells all value=retreat'],
      '                 ^ l1 has nothing in flight that it could change',
    ],
    [
      'a lie to everybody about a field that no message has',
      [generals, 'traitor c tells all valeu=retreat'],
      '                ^ nothing that c has in flight has these fields; there is path, value',
    ],
    [
      'a whole message that a traitor cannot send',
      ['cluster signed-messages', 'traitor l1 tells l2 saying="retreat :c:l3"'],
      '                           ^ no message that it could send is called "retreat :c:l3"; there are attack :c!, attack :c!:l1, retreat :c!, retreat :c!:l1. Try: retreat :c!:l1',
    ],
    [
      'a whole message and a field of it',
      [generals, 'traitor c tells l2 saying=retreat value=retreat'],
      'saying= is a whole message already: no fields stand beside it',
    ],
    [
      'a comparison where nothing is saved',
      [generals, 'compare l2 with other'],
      '                     ^ nothing is saved in this session yet: save a run first. Try: save first',
    ],
    [
      'a comparison with a run that is not saved',
      [generals, 'save honest', 'compare l2 with honets'],
      '                ^ no saved run is called "honets"; there is honest. Try: honest',
    ],
    [
      'a comparison for a node that the other run lacks',
      [generals, 'save one', 'cluster oral-messages c l1 l2 l9', 'compare l9 with one'],
      '        ^ there is no l9 in the run that is saved as one',
    ],
    [
      'a lie where nothing is in flight',
      [generals, 'traitor l1 tells l2 nothing'],
      '                 ^ l1 has nothing in flight to l2',
    ],
    [
      'a traitor that has heard nothing',
      [generals, 'traitor c replay'],
      '          ^ c has heard nothing yet that it could repeat: deliver something to it first',
    ],
    [
      'a search with a traitor that is no node',
      [generals, 'explore IC1 traitors=l7 lies=1'],
      '"l7" cannot be a traitor; the nodes are c, l1, l2, l3',
    ],
    [
      'an unknown parameter',
      ['cluster two-phase-commit vote=no'],
      'two-phase-commit has no parameter "vote"',
    ],
    ['an unknown reading', ['cluster two-phase-commit rule.inDoubt=abrot'], 'Try: rule.inDoubt=abort'],
    [
      'a node setting that is none',
      ['cluster two-phase-commit tm rm1 rm1.vote=no'],
      '                                    ^ rm1 has no setting "vote"; it has votes, open, patienceMs, inquireMs. Try: rm1.votes=',
    ],
    [
      'too few nodes',
      ['cluster two-phase-commit tm'],
      'two-phase-commit needs a coordinator and at least one participant',
    ],
    [
      'a node that cannot be called so',
      ['cluster two-phase-commit tm rm1 rm]'],
      '                             ^ a node is called by letters, digits',
    ],
    [
      'a field of a state with a slip',
      [...begun, 'concurrency colecting'],
      '            ^ no field of a state is called "colecting"',
    ],
    [
      'a parameter with a slip, after other words',
      ['cluster two-phase-commit tm rm1 vote=no'],
      '                                ^ two-phase-commit has no parameter "vote"; it has votes, open, patienceMs, inquireMs. Try: votes=',
    ],
    [
      'a budget that needs another, at its word',
      [cluster, 'explore AC1 crashes=1 drift=1/10'],
      '                      ^ clocks can only be wrong where time passes: give the search ticks as well. Try: ticks=6',
    ],
    [
      'a node that may crash and is none',
      [cluster, 'explore AC1 crashes=1 may-crash=rm9'],
      '                      ^ there is no node "rm9"; there are tm, rm1, rm2',
    ],
    [
      'a traitor that may not lie',
      [generals, 'explore IC1 traitors=1'],
      '            ^ a traitor that may not lie does what the protocol says: give lies as well. Try: lies=1',
    ],
    [
      'lies where nobody is a traitor',
      [generals, 'fuzz IC1 lies=0.5'],
      '         ^ nobody is a traitor here, and loyal nodes do not lie: give traitors as well. Try: traitors=1',
    ],
    [
      'a lie that is the truth',
      [generals, 'traitor c tells l1 value=attack'],
      '                ^ that is no lie: it is what c is about to tell l1',
    ],
    [
      'the truth in words of a picture',
      [generals, 'traitor c tells l1 retreat, l2 attack'],
      '                               ^ that is no lie: it is what c is about to tell l2',
    ],
    [
      'the truth for everybody',
      [generals, 'traitor c tells all attack'],
      '                ^ that is no lie: it is what c is about to tell everybody',
    ],
    [
      'a word that is no message',
      [generals, 'traitor c tells l1 charge'],
      '                   ^ no message that it could send is called "charge"; there are attack, retreat',
    ],
    [
      'a comma with nothing behind it',
      [generals, 'traitor c tells l1 retreat,'],
      'expected receiver: l1, l2, l3, all',
    ],
    [
      'a word too many beside what is told',
      [generals, 'traitor c tells l1 order now value=retreat'],
      '                         ^ only the type of a message may stand beside what is told; a comma ends what l1 is told',
    ],
    [
      'a run to repeat that is not saved',
      [generals, 'save one', 'traitor l1 replay oen'],
      '                 ^ no saved run is called "oen"; there is one.',
    ],
    [
      'a run to repeat in which nothing was heard',
      [generals, 'save one', 'traitor l1 replay one'],
      '                 ^ l1 heard nothing in the run that is saved as one',
    ],
    [
      'rounds on a wire where messages stay',
      ['cluster oral-messages wire=set'],
      'oral-messages goes in rounds, and a round ends when all that was sent has arrived',
    ],
    ['one name twice', ['cluster two-phase-commit tm rm1 rm1'], 'two nodes have the same name'],
    [
      'a message that is not in flight',
      [...begun, 'deliver vote tm'],
      'no vote tm is in flight; there is prepare row=a tx=t1 (tm to rm1), prepare row=a tx=t1 (tm to rm2)',
    ],
    ['a delivery to a node that is down', [...begun, 'crash rm1', 'deliver prepare rm1'], 'rm1 is down'],
    [
      'a delivery over a cut link',
      [...begun, 'partition tm | rm1 rm2', 'deliver prepare rm1'],
      'the link from tm to rm1 is cut',
    ],
    ['crashing what is down', [cluster, 'crash tm', 'crash tm'], 'tm is down already'],
    ['restarting what is up', [cluster, 'restart tm'], 'tm is up'],
    ['a timer that is not armed', [cluster, 'fire tm votes'], 'no armed timer of tm is called "votes"'],
    [
      'a partition without sides',
      [cluster, 'partition tm rm1'],
      'expected two sides with a bar between them',
    ],
    ['a node on both sides', [cluster, 'partition tm rm1 | rm1 rm2'], 'rm1 stands on both sides'],
    [
      'a time that is none',
      [cluster, 'run fast'],
      '    ^ expected a time such as 500ms or 2s, found "fast". Try: 500ms',
    ],
    ['an unknown property', [cluster, 'check AC7'], 'no property is called "AC7"'],
    ['explore without a property', [cluster, 'explore'], 'expected a property: AC1'],
    [
      'a budget that is no number',
      [cluster, 'explore AC1 crashes=many'],
      '                    ^ expected a number, found "many"',
    ],
    ['an unknown budget', [cluster, 'explore AC1 crash=1'], 'explore has no setting "crash"'],
    ['fuzz without a property', [cluster, 'fuzz seeds=3'], 'expected a property: AC1'],
    ['an unknown limit', [cluster, 'fuzz AC1 lost=0.1'], 'fuzz has no setting "lost"'],
    [
      'a chance that is none',
      [cluster, 'fuzz AC1 loss=7'],
      '              ^ expected a chance such as 0.1 or 10%, found "7". Try: 0.1',
    ],
    ['no runs', [cluster, 'fuzz AC1 seeds=0'], 'expected at least one run'],
    ['a node that is none', [cluster, 'fuzz AC1 may-crash=tm,rm9'], 'no node is called "rm9"'],
    ['going back too far', [cluster, 'back 2'], 'there are only 0 steps to take back'],
    [
      'a request with a field that is none',
      [cluster, 'request client tm begin id=t1'],
      '"begin" has no field "id"',
    ],
    [
      'a request from a node',
      [cluster, 'request rm1 tm begin'],
      'rm1 is a node; a request comes from a client',
    ],
  ])('%s', (_name, lines, message) => {
    expect(mistake(...lines)).toContain(message)
  })
})

describe('completion', () => {
  const begun = () => {
    const session = newSession()
    for (const line of ['cluster two-phase-commit tm rm1 rm2', 'request client tm begin', 'deliver begin'])
      session.execute(line)
    return session
  }
  test.each<[string, readonly string[]]>([
    ['cr', ['crash']],
    ['deliver prepare ', ['rm1', 'rm2']],
    ['crash r', ['rm1', 'rm2']],
    ['fire ', ['tm']],
    ['fire tm ', ['votes']],
    ['check AC', ['AC1', 'AC2', 'AC3', 'AC4', 'AC5']],
    ['show tim', ['timeline']],
    ['request bob rm1 ', ['read']],
    ['help ex', ['expect', 'explore']],
    ['fuzz AC1 se', ['seeds=500']],
  ])('"%s"', (line, options) => {
    expect(begun().complete(line)).toEqual(options)
  })

  test('a traitor is offered receivers, fields, and whole messages', () => {
    const session = newSession()
    session.execute('cluster signed-messages')
    session.execute('traitor l1')
    expect(session.complete('traitor c ')).toContain('could')
    expect(session.complete('traitor c tells ')).toEqual(['l1', 'l2', 'all'])
    expect(session.complete('traitor c tells l2 v')).toEqual(['value='])
    expect(session.complete('traitor l1 tells l2 saying')).toEqual([
      'saying="attack :c!"',
      'saying="attack :c!:l1"',
      'saying="retreat :c!"',
      'saying="retreat :c!:l1"',
    ])
    session.execute('save one')
    expect(session.complete('compare l2 with ')).toEqual(['one'])
  })

  test('every command offers something or nothing, and never throws', () => {
    for (const session of [newSession(), begun()])
      for (const { name } of commands)
        for (const more of ['', ' ', ' x ', ' x y '])
          expect(Array.isArray(session.complete(name + more))).toBe(true)
  })
})

test('every command explains itself, and its example is one of its own lines', () => {
  for (const command of commands) {
    expect(command.usage.startsWith(command.name), command.name).toBe(true)
    expect(command.example.split(' ')[0]).toBe(command.name)
    expect(command.says).toMatch(/\.$/)
  }
})

test('going back and on again gives the same run', () => {
  const session = newSession()
  const { commands: lines } = parseScenario(
    'cluster two-phase-commit seed=3 delay=1..9\nrequest client tm begin\nrun 50ms',
  )
  play(session, lines)
  const whole = session.token()
  session.execute('back 4')
  session.execute('run 50ms')
  session.execute('goto 1')
  session.execute('run 50ms')
  expect(session.token()).toBe(whole)
})
