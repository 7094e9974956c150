/** What a screen is to the shell around it: it draws itself at a size, and takes keys. */
import type { Picture, Size } from '../components/frame.ts'
import type { Line } from '../door.ts'
import type { Keyed } from '../keys.ts'
import type { Press } from '../presses.ts'

export interface Screen {
  /** Which table of keys is in force now. */
  readonly keyed: Keyed
  draw(size: Size): Picture
  press(key: Press, size: Size): void
  paste?(text: string): void
  /** Stops what is running; false if nothing is. */
  interrupt?(): boolean
  /** The screen is in front, for the first time or again. */
  enter?(): void
  /** The screen is gone for good. */
  close?(): void
}

/** A lesson or exercise by its name. */
export interface Place {
  readonly kind: 'lesson' | 'exercise'
  readonly id: string
}

/** What a screen may ask of the shell. */
export interface Host {
  /** Opens the screen of a lesson or exercise; false if there is none. */
  visit(place: Place): boolean
  open(screen: Screen): void
  back(): void
  quit(): void
  /** Draws again; nothing is drawn unless someone asks. */
  redraw(): void
  /** Does work that takes a moment, once what says so is on the screen. */
  later(work: () => void): void
  /** Calls again and again while something is going on; returns how to end it. */
  every(ms: number, tick: () => void): () => void
  /** Lends the terminal to another program. */
  suspend(run: () => void | Promise<void>): Promise<void>
  /** Puts a text on the clipboard of the terminal; answers with what to tell the learner about it. */
  copy(text: string, what: string): Line
  /** Keeps a story under a name, for good; answers with where it is, or rather why not. */
  keepStory(name: string, text: string): Line
  readonly ascii: boolean
}
