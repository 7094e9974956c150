/** The edges: the only files of src/ and cli/ that touch clock, disk, process, network or dice, and what for. */

export type World = 'clock' | 'disk' | 'process' | 'network' | 'dice'

/** A new edge is a decision: keep it thin, hand plain values on, and say here in a few words what it is for. */
export const EDGES: {
  readonly [file: string]: { readonly touches: readonly World[]; readonly for: string }
} = {
  'cli/bundled.ts': { touches: ['disk', 'process'], for: 'reads the sources of protocols' },
  'cli/build.mjs': { touches: ['clock', 'disk', 'process'], for: 'bundles the program' },
  'cli/direct.mjs': { touches: ['disk'], for: 'reads the sources that it bundles' },
  'cli/editor.ts': {
    touches: ['disk', 'process'],
    for: "runs the learner's editor, on a text in a file of its own",
  },
  'cli/late.mjs': { touches: ['disk'], for: 'reads the libraries that it bundles' },
  'cli/ledger.ts': { touches: ['clock'], for: 'the date on what is put aside' },
  'cli/main.ts': {
    touches: ['disk', 'process'],
    for: 'words from the command line, files they name, the exit code',
  },
  'cli/screens/App.tsx': { touches: ['clock', 'process'], for: 'frames, signals, suspending' },
  'cli/remembered.ts': { touches: ['disk', 'process'], for: 'which workspace was the last' },
  'cli/saves.ts': { touches: ['clock', 'disk'], for: 'notices saves' },
  'cli/history.ts': { touches: ['disk', 'process'], for: 'what was typed at prompts' },
  'cli/splitbrain.cjs': { touches: ['process'], for: 'the version of Node' },
  'cli/start.cjs': { touches: ['disk', 'process'], for: 'sets the environment, opens the program' },
  'cli/tilde.ts': { touches: ['process'], for: 'the home folder' },
  'cli/ui.tsx': { touches: ['process'], for: 'the terminal' },
  'src/base/home.ts': { touches: ['disk'], for: 'finds the folder of the package' },
  'src/exercise/audit.ts': { touches: ['clock'], for: 'how long an audit took' },
  'src/exercise/chance.ts': { touches: ['clock', 'dice'], for: 'hears who asks for them' },
  'src/exercise/check.ts': { touches: ['clock'], for: 'how long a check took' },
  'src/exercise/collect.ts': {
    touches: ['process'],
    for: 'reads the names of the checks by running their file',
  },
  'src/exercise/edition.ts': { touches: ['disk'], for: 'reads what an exercise judges' },
  'src/exercise/keptFile.ts': {
    touches: ['clock', 'disk', 'process'],
    for: 'keeps progress and notebooks, one process at a time',
  },
  'src/exercise/folders.ts': { touches: ['disk'], for: 'reads the names of exercises' },
  'src/exercise/noted.ts': { touches: ['disk'], for: 'keeps what the build knows of exercises' },
  'src/exercise/load.ts': { touches: ['disk'], for: 'reads exercises' },
  'src/exercise/mutate.ts': {
    touches: ['clock', 'disk', 'process'],
    for: 'writes changed solutions, and runs them',
  },
  'src/exercise/mutants.ts': { touches: ['process'], for: 'parses through Vitest' },
  'src/exercise/named.ts': { touches: ['disk'], for: 'reads which check a wrong answer names' },
  'src/exercise/rehearse.ts': { touches: ['clock'], for: 'lets messages in between two rounds' },
  'src/exercise/scenarioFiles.ts': { touches: ['disk'], for: "reads the learner's own scenarios" },
  'src/exercise/sharedChecker.ts': { touches: ['clock'], for: 'limits of time, and how long a check took' },
  'src/exercise/sharedWorker.ts': { touches: ['process'], for: 'the inside of a shared fork' },
  'src/exercise/solution.ts': { touches: ['disk'], for: 'reads the reference' },
  'src/exercise/types.ts': {
    touches: ['clock', 'disk', 'process'],
    for: 'runs the type checker on an answer',
  },
  'src/exercise/warmVitest.ts': { touches: ['disk', 'process'], for: 'keeps Vitest warm' },
  'src/exercise/worker.ts': { touches: ['process'], for: 'the inside of the fork' },
  'src/exercise/workspace.ts': { touches: ['disk', 'process'], for: "the learner's folder" },
  'src/lesson/noted.ts': { touches: ['disk'], for: 'keeps what the build knows of lessons' },
  'src/lesson/course.ts': { touches: ['disk'], for: 'reads lessons' },
  'src/lesson/kernel.ts': { touches: ['clock', 'process'], for: 'the thread that computes for a screen' },
  'src/lesson/kernelThread.ts': { touches: ['clock', 'process'], for: 'the inside of that thread' },
  'src/lesson/names.ts': { touches: ['disk'], for: 'reads the names of lessons' },
  'src/sandbox/compile.ts': { touches: ['disk', 'process'], for: "reads and compiles the answer's files" },
  'src/sandbox/fork.ts': { touches: ['process'], for: 'starts and ends forks' },
  'src/sandbox/guard.ts': { touches: ['disk', 'process'], for: 'the channel out of the fork' },
  'src/sandbox/line.ts': { touches: ['process'], for: 'compiles what was typed' },
  'src/sandbox/maps.ts': { touches: ['process'], for: 'reads source maps' },
  'src/sandbox/runAnswer.ts': { touches: ['clock'], for: 'limits of time' },
  'src/sandbox/watchdog.mjs': { touches: ['clock', 'disk', 'process'], for: 'ends what does not end' },
}
