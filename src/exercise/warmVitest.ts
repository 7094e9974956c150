/** Vitest kept warm in this process, running each file of checks in a fork that it is handed. An edge. */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { PoolWorker, Vitest, WorkerRequest } from 'vitest/node'
import type { Fork } from '../sandbox/fork.ts'
import { editionOf, judgedFiles } from './edition.ts'
import type { CheckReport, Exercise } from './exercise.ts'
import { checksFile } from './folders.ts'
import { doorFor } from './noted.ts'

/**
 * The built kit: forks run it, whether this process runs the build or the sources. In a clone the launcher
 * and the tests' setup build it first.
 */
const KIT = new URL(import.meta.url.endsWith('.ts') ? '../../.build/' : './', import.meta.url)

/** A file of the built kit: `worker.js`, `setup.js`, `index.js`. */
export function kitFile(name: string): URL {
  return new URL(name, KIT)
}

/** A fork in which the checks are loaded, or being loaded; they run once the fork is sent an answer. */
interface Loaded {
  readonly fork: Fork
  readonly edition: string
  readonly done: Promise<void>
}

export class WarmVitest {
  private loaded: Loaded | null = null
  /** The edition of the checks that Vitest has compiled. */
  private compiled = ''
  /** Why the last file of checks could not be loaded, or null. It is the course's mistake, never the answer's. */
  trouble: CheckReport['problem'] = null

  private constructor(
    private readonly vitest: Vitest,
    private readonly exercise: Exercise,
  ) {}

  /**
   * Starts Vitest; takes about as long as `vitest` itself does. `answers` says how many a fork will see: what is
   * external is loaded once, and the setup is needed again for each.
   */
  static async start(exercise: Exercise, answers: 'one' | 'many' = 'one'): Promise<WarmVitest> {
    const { createVitest } = await import('vitest/node')
    let warm: WarmVitest | null = null
    const vitest = await createVitest(
      {
        config: false,
        root: exercise.folder,
        watch: false,
        reporters: [{}],
        pool: { name: 'splitbrain', createPoolWorker: () => new ForkWorker(warm!.loaded!.fork) },
        maxWorkers: 1,
        api: false,
        update: 'none',
        disableConsoleIntercept: true,
        include: ['hidden/checks.test.ts'],
        setupFiles: [fileURLToPath(kitFile('setup.js'))],
        testTimeout: 0,
        hookTimeout: 0,
        server: {
          deps: {
            external: [
              new RegExp(`^${escaped(fileURLToPath(KIT))}${answers === 'many' ? '(?!setup)' : ''}[^/]+$`),
            ],
          },
        },
        cache: false,
      },
      {
        server: { watch: null, hmr: false, ws: false },
        plugins: [{ name: 'splitbrain', enforce: 'pre', resolveId: doorAt }],
      },
      { stdout: nowhere(), stderr: nowhere() },
    )
    await vitest.standalone()
    warm = new WarmVitest(vitest, exercise)
    return warm
  }

  /** Loads the checks in the fork, one fork at a time: what was loaded in another must have ended. */
  load(fork: Fork): void {
    if (this.loaded?.fork === fork) return
    const edition = editionOf(this.exercise)
    this.loaded = { fork, edition, done: this.begin(fork, edition, this.loaded?.done) }
    this.loaded.done.catch(() => {})
  }

  /** False where the checks were changed since they were loaded in this fork: it cannot be used. */
  isFresh(fork: Fork): boolean {
    return this.loaded?.fork !== fork || this.loaded.edition === editionOf(this.exercise)
  }

  /** Runs the checks in the fork; settles when Vitest is done with it, however that went. */
  run(fork: Fork): Promise<void> {
    this.load(fork)
    return this.loaded!.done
  }

  private async begin(fork: Fork, edition: string, before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => {})
    await fork.ready
    const exitCode = process.exitCode
    const file = checksFile(this.exercise)
    if (this.compiled !== edition)
      for (const one of judgedFiles(this.exercise)) this.vitest.invalidateFile(one)
    this.compiled = edition
    const specification = this.vitest.getRootProject().createSpecification(file)
    const { testModules } = await this.vitest.runTestSpecifications([specification], true)
    const error = testModules[0]?.errors()[0]
    this.trouble =
      error === undefined
        ? null
        : {
            message: `the hidden checks could not be loaded: ${firstLine(error.message)}`,
            place: null,
            next: 'this is a mistake of the course: please report it',
          }
    process.exitCode = exitCode
  }

  async close(): Promise<void> {
    const exitCode = process.exitCode
    await this.vitest.close()
    process.exitCode = exitCode
  }
}

/** One of our forks as Vitest's pool sees it. A stop is answered at once: the fork is never used again. */
class ForkWorker implements PoolWorker {
  readonly name = 'splitbrain'
  private readonly listeners = new Set<(message: unknown) => void>()

  constructor(private readonly fork: Fork) {}

  on(event: string, callback: (...args: never[]) => void): void {
    if (event === 'message') this.listeners.add(callback as (message: unknown) => void)
    this.fork.process.on(event, callback as (...args: unknown[]) => void)
  }

  off(event: string, callback: (...args: never[]) => void): void {
    if (event === 'message') this.listeners.delete(callback as (message: unknown) => void)
    this.fork.process.off(event, callback as (...args: unknown[]) => void)
  }

  send(message: WorkerRequest): void {
    if (message.type !== 'stop') this.fork.send(message)
    else
      for (const listener of this.listeners) listener({ __vitest_worker_response__: true, type: 'stopped' })
  }

  deserialize(data: unknown): unknown {
    return data
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.fork.kill()
    await this.fork.ended
  }
}

/** What 'splitbrain' is for the file of checks that imports it. */
function doorAt(from: string, importer: string | undefined): string | null {
  if (from !== 'splitbrain' || importer === undefined) return null
  return fileURLToPath(kitFile(doorFor(readFileSync(importer, 'utf8'))))
}

/** Without paths: hidden checks stay hidden. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.replace(/(?:\/[\w.@-]+){2,}/g, '...')
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
