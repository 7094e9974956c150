/** `simulate`: a random run of a protocol in virtual time, or of programs of somebody else in real time. */
import { type CliCommand, UsageProblem } from '../command.ts'
import { FOREIGN_OPTIONS, foreign } from '../foreign.ts'
import { searching } from './search.ts'

const ofProtocol: CliCommand = searching({
  command: 'simulate',
  judgesAll: true,
  says: 'one random run of a protocol in virtual time, the same for the same seed, and what it broke',
  options: [
    ['--seed <n>', 'the seed; default: 1'],
    ['--until <time>', 'how long: 500ms, 2s; default: 2s. Faults happen in the first half'],
    ['--loss <chance>', 'the chance that a message is lost'],
    ['--copies <chance>', 'the chance that a message is copied'],
    ['--inside <chance>', 'the chance that a node dies inside a handler'],
    ['--crashes <n>', 'how many crashes there are'],
    ['--partitions <n>', 'how many partitions there are'],
    ['--pauses <n>', 'how many pauses there are'],
    ['--traitors <n>', 'how many traitors there are, or who: n1,n2'],
    ['--lies <chance>', 'the chance that a message of theirs is a lie; 1 by default'],
    ['--drift <chance>', 'how far clocks may be off: 0.01 is one in a hundred'],
    ['--may-crash <nodes>', 'who may crash: n1,n2'],
  ],
})

/** Both have a seed. */
const OWN = (ofProtocol.options ?? []).filter(([flags]) => !/^--(?:seed|json)/.test(flags))

export const simulate: CliCommand = {
  usage: 'simulate [protocol]',
  says: 'one random run of a protocol in virtual time, the same for the same seed; or, with --exec, of programs in any language',
  options: [...(ofProtocol.options ?? []), ...FOREIGN_OPTIONS],
  async run(io, [protocol], options) {
    const given = ([flags]: readonly [string, string]) =>
      options[
        flags
          .split(' ')[0]!
          .slice(2)
          .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
      ] !== undefined
    const flag = ([flags]: readonly [string, string]) => flags.split(' ')[0]!
    if (options['exec'] === undefined) {
      if (protocol === undefined)
        throw new UsageProblem(
          'simulate needs to know what to run',
          'splitbrain simulate raft-log, or --exec "COMMAND" for a program of your own',
        )
      const strange = FOREIGN_OPTIONS.find(given)
      if (strange !== undefined) throw new UsageProblem(`${flag(strange)} is for programs of --exec`)
      return ofProtocol.run(io, [protocol], options)
    }
    if (protocol !== undefined)
      throw new UsageProblem(
        `a run is of the protocol ${protocol} or of the program of --exec, not of both`,
        `--exec "splitbrain serve ${protocol}" runs the protocol as processes`,
      )
    const strange = OWN.find(given)
    if (strange !== undefined)
      throw new UsageProblem(
        `${flag(strange)} is for protocols`,
        'splitbrain simulate --help says which flags are for --exec',
      )
    return foreign(io, options)
  },
}
