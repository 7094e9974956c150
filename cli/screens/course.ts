/** What the screens know of the course: its lessons and exercises, and what the learner has done. */
import type {
  CheckReport,
  CheckResult,
  Computing,
  Exercise,
  KeptNotebook,
  Lesson,
  Line,
  RetoldAnswer,
  WalkedScenario,
} from '../door.ts'
import type { Progress } from '../progress.ts'

export interface Course {
  readonly lessons: readonly Lesson[]
  readonly exercises: readonly Exercise[]
  /** Files that could not be read as a lesson or exercise, one sentence each. */
  readonly problems: readonly string[]
  readonly progress: Progress
  /** Changes the progress and keeps it. */
  record(change: (progress: Progress) => Progress): void
  /** Why progress cannot be kept, or null. */
  readonly unkept: string | null
  /** Lines typed at prompts, older first. */
  readonly history: readonly string[]
  remember(line: string): void
  /** The notebook of a lesson, with what computes for it; the same one each time. */
  kernel(lesson: Lesson): Computing
  /** What is kept of a lesson's notebook. */
  notebook(lesson: Lesson): KeptPlace
  /** Calls back when the lesson's file has changed; returns how to stop. */
  watch(lesson: Lesson, read: (text: LessonText) => void): () => void
  /** Runs the editor on a text to its end. `ending` is that of the file, such as `.ts`. */
  editText(text: string, ending: string): EditedText
  desk(exercise: Exercise): Desk
  /** Keeps a story in the workspace; answers with what to tell the learner. */
  keepStory(name: string, text: string): Line
}

/** A lesson's file as it is now: a lesson, or why it is none, in one sentence with the line. */
export type LessonText =
  | { readonly kind: 'lesson'; readonly lesson: Lesson }
  | { readonly kind: 'problem'; readonly says: string }

export type EditedText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly says: string }

/** Where one notebook is kept. */
export interface KeptPlace {
  /** Why nothing can be kept, or null. */
  readonly problem: string | null
  read(): KeptNotebook
  /** Changes it as it is now, whoever has changed it since; returns what it has become. */
  change(by: (kept: KeptNotebook) => KeptNotebook): KeptNotebook
}

/** Where one exercise is worked on. */
export interface Desk {
  readonly exercise: Exercise
  /** The learner's file, as it is shown to them. */
  readonly shown: string
  /** Changes when what is judged changes. */
  readonly edition: string
  /** Makes the learner's file if it is not there. Returns why that is impossible, or null. */
  prepare(): string | null
  /** Runs the checks; each is told when its result is known. Rejects with `Stopped` after `stop`. */
  check(told: (result: CheckResult) => void): Promise<CheckReport>
  /** Tells the story of a check again, with the state at each step. */
  retell(token: string): Promise<RetoldAnswer>
  /** Plays a scenario that lies beside the answer, with the state at each step. */
  walk(scenario: string): Promise<WalkedScenario>
  /** Ends a check that is running. */
  stop(): void
  /** Calls back after every save; returns how to stop watching. */
  watch(saved: () => void): () => void
  /** The command that opens the file, or null where no editor is set. */
  readonly editor: readonly string[] | null
  /** Runs the editor to its end; returns why it could not be started, or null. */
  edit(): string | null
  /** Puts the start back; returns where the old answer is kept, or null if there was none. */
  reset(): string | null
  /** Ends every process of this desk. */
  close(): void
}

/** A check was stopped by the learner. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}
