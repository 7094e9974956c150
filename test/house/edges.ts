/** The edges: the only files of src/ and cli/ that touch clock, disk, process, network or dice, and what for. */

export type World = 'clock' | 'disk' | 'process' | 'network' | 'dice'

/** A new edge is a decision: keep it thin, hand plain values on, and say here in a few words what it is for. */
export const EDGES: {
  readonly [file: string]: { readonly touches: readonly World[]; readonly for: string }
} = {
  'cli/build.mjs': { touches: ['clock', 'disk', 'process'], for: 'bundles the program' },
  'cli/main.ts': { touches: ['process'], for: 'words from the command line, the exit code' },
  'cli/splitbrain.cjs': { touches: ['process'], for: 'the version of Node' },
  'cli/start.cjs': { touches: ['disk', 'process'], for: 'sets the environment, opens the program' },
  'src/base/home.ts': { touches: ['disk'], for: 'finds the folder of the package' },
}
