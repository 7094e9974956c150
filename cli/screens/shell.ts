/** The shell around the screens: a stack of them, keys to the one in front, and what works everywhere. */

import { clipboardSequence } from '../clipboard.ts'
import type { Picture, Size } from '../components/frame.ts'
import { type Line, toned } from '../door.ts'
import { EVERYWHERE } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Host, Place, Screen } from './screen.ts'

/** What the shell needs from the program that draws it. */
export interface Stage {
  /** Ends with an exit code, or with a mistake of ours. */
  exit(result: number | Error): void
  suspend(run: () => void | Promise<void>): Promise<void>
  /** Does something after the last frame is out. */
  afterFrame(work: () => void): void
  every(ms: number, tick: () => void): () => void
  /** Tells the terminal something that draws nothing. */
  send(sequence: string): void
  /** Stops the whole process until the shell resumes it. */
  stop(): Promise<void>
}

const NOTHING: Picture = { lines: [], cursor: null }

export class Shell implements Host {
  readonly #stack: Screen[] = []
  readonly #listeners = new Set<() => void>()
  #version = 0
  #stage: Stage | null = null
  /** Work for after the first frame. */
  readonly #early: (() => void)[] = []
  #left = false

  /** `screenFor` makes the screen of a lesson or exercise, or answers null. */
  constructor(
    readonly ascii: boolean,
    readonly screenFor: (place: Place, host: Host) => Screen | null,
    readonly keepStory: Host['keepStory'],
  ) {}

  /** The program that draws is there. */
  attach(stage: Stage): void {
    this.#stage = stage
    for (const work of this.#early.splice(0)) stage.afterFrame(work)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly version = (): number => this.#version

  get front(): Screen | undefined {
    return this.#stack.at(-1)
  }

  draw(size: Size): Picture {
    if (this.#left) return NOTHING
    try {
      return this.front?.draw(size) ?? NOTHING
    } catch (error) {
      queueMicrotask(() => this.#crash(error))
      return NOTHING
    }
  }

  press(key: Press, size: Size): void {
    const everywhere = EVERYWHERE.find((binding) => (binding.keys as readonly string[]).includes(key.name))
    switch (everywhere?.action) {
      case 'interrupt':
        if (this.front?.interrupt?.() !== true) this.leave(130)
        return this.redraw()
      case 'suspend':
        void this.#stage?.stop()
        return
      case 'repaint':
        void this.suspend(() => {})
        return
      case undefined:
        this.#guarded(() => this.front?.press(key, size))
    }
  }

  paste(text: string): void {
    this.#guarded(() => this.front?.paste?.(text))
  }

  open(screen: Screen): void {
    this.#stack.push(screen)
    screen.enter?.()
    this.redraw()
  }

  visit(place: Place): boolean {
    const screen = this.screenFor(place, this)
    if (screen !== null) this.open(screen)
    return screen !== null
  }

  back(): void {
    this.#stack.pop()?.close?.()
    if (this.#stack.length === 0) return this.leave(0)
    this.front?.enter?.()
    this.redraw()
  }

  quit(): void {
    this.leave(0)
  }

  /** Closes all screens and ends the program. */
  leave(code: number): void {
    if (this.#left) return
    this.#left = true
    for (const screen of this.#stack.splice(0).reverse()) screen.close?.()
    this.#stage?.exit(code)
  }

  redraw(): void {
    if (this.#left) return
    this.#version++
    for (const listener of this.#listeners) listener()
  }

  later(work: () => void): void {
    this.redraw()
    const then = (): void => {
      if (!this.#left) this.#guarded(work)
    }
    if (this.#stage === null) this.#early.push(then)
    else this.#stage.afterFrame(then)
  }

  every(ms: number, tick: () => void): () => void {
    return this.#stage?.every(ms, () => this.#guarded(tick)) ?? (() => {})
  }

  async suspend(run: () => void | Promise<void>): Promise<void> {
    await this.#stage?.suspend(run)
    this.redraw()
  }

  copy(text: string, what: string): Line {
    const sequence = clipboardSequence(text)
    if (sequence === null) return toned('warn', `${what} is too long for the clipboard of a terminal.`)
    this.#stage?.send(sequence)
    return toned('good', `Copied ${what}, if this terminal lets programs copy (OSC 52).`)
  }

  /** What throws here is a mistake of ours: the terminal is given back before anybody hears of it. */
  #guarded(work: () => void): void {
    try {
      work()
      this.redraw()
    } catch (error) {
      this.#crash(error)
    }
  }

  #crash(error: unknown): void {
    this.#left = true
    this.#stage?.exit(error instanceof Error ? error : new Error(String(error)))
  }
}
