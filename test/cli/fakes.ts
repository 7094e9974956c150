/** A small course made of values, for tests of screens: no files, no processes. */
import {
  type CheckReport,
  type CheckResult,
  type Computing,
  type Exercise,
  type KeptNotebook,
  type Lesson,
  NOTHING_KEPT,
  newNotebook,
  newSession,
  notebookText,
  parseLesson,
  readNotebook,
  retellRun,
  ScenarioProblem,
  type ScenarioResult,
  storyOf,
  tokenOf,
  toned,
  type View,
  type Walked,
} from '../../cli/door.ts'
import { NO_PROGRESS, type Progress } from '../../cli/progress.ts'
import type { Course, Desk, EditedText, KeptPlace, LessonText } from '../../cli/screens/course.ts'
import { sessionWalk } from '../../cli/walk.ts'

const PICTURE: View = {
  kind: 'timeline',
  lanes: ['tm', 'rm1', 'rm2'],
  rows: [
    {
      label: '1',
      step: 0,
      what: { kind: 'message', from: 'tm', to: 'rm1', text: 'prepare', fate: 'received' },
    },
    { label: '2', step: 1, what: { kind: 'message', from: 'rm1', to: 'tm', text: 'vote', fate: 'received' } },
    { label: '3', step: 2, what: { kind: 'mark', lane: 'tm', mark: 'crash', text: 'crash' } },
  ],
}

/** A story of an answer that behaves like the reference: asked, and down before anybody voted. */
const TOKEN = (() => {
  const session = newSession()
  for (const line of [
    'cluster two-phase-commit tm rm1 rm2',
    'request client tm begin tx=t1',
    'deliver begin',
    'deliver prepare rm1',
    'crash tm',
  ])
    session.execute(line)
  return tokenOf({
    ...storyOf(session.token()),
    program: 'exercise:two-phase-commit/a yes vote survives a crash',
  })
})()

/** A lesson of its own, so that these tests do not change when the course does. */
export const LESSON = parseLesson(
  '09-two-phase-commit.md',
  `---
title: Two-phase commit
unit: Atomic commit
minutes: 25
exercises: [two-phase-commit]
sources:
  - Gray, Notes on Data Base Operating Systems, 1978
---

A transfer touches *two* banks. Either both book it, or neither does.

## A guess

\`\`\`predict id=guess
The coordinator dies after both voted yes. What can a participant do?
- [ ] Commit: everybody voted yes :: It does not know that the other one did.
- [x] Nothing but wait :: Both outcomes are still possible.
\`\`\`

## The run

Prepare is forced to disk before the vote leaves.

\`\`\`scenario id=blocked
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
deliver all
show timeline
\`\`\`

\`\`\`scenario id=next-run
crash tm
show state
\`\`\`

## By hand

\`\`\`challenge id=doubt property=NonBlocking steps=9
Leave a participant in doubt.
----
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
\`\`\`

<!-- solution:
deliver all
-->

<details>
<summary>Also said</summary>

Some say otherwise.

\`\`\`scenario id=folded
cluster two-phase-commit tm rm1 rm2
show state
\`\`\`

</details>
`,
)

function declared(
  name: string,
  rung: 1 | 3 | 4,
  points: number,
  hints: readonly string[] = [],
): Exercise['checks'][number] {
  return {
    name,
    rung,
    points,
    hints,
    section: null,
    reference: null,
  }
}

export const EXERCISE: Exercise = {
  id: 'two-phase-commit',
  number: '09',
  title: 'Two-phase commit',
  lesson: 'two-phase-commit',
  folder: 'exercises/09-two-phase-commit',
  task: '# Two-phase commit\n\nWrite a participant and a coordinator that agree.\n\n- A yes vote survives a crash.\n',
  notShown: ['two coordinators at once'],
  scenarios: [],
  noScenarios: null,
  checks: [
    declared('votes no when it cannot prepare', 1, 2),
    declared('a yes vote survives a crash', 3, 3, ['What is on the disk when the vote leaves?']),
    declared('no two participants decide differently', 4, 5),
  ],
  wrong: [],
  right: [],
}

export const SCENARIO: ScenarioResult = {
  file: 'first.scenario',
  verdict: 'failed',
  held: 1,
  line: 4,
  column: null,
  text: 'expect sent vote from rm1 to tm',
  happened: 'no vote was sent; there was prepare',
  suggestion: null,
  place: null,
  printed: [],
  trace: { steps: 3, picture: PICTURE },
  log: [],
}

export function reportOf(passed: boolean): CheckReport {
  const checks = EXERCISE.checks.map((info, i): CheckResult => {
    const ok = passed || i === 0
    return {
      ...info,
      verdict: ok ? 'passed' : i === 1 ? 'failed' : 'skipped',
      earned: ok ? info.points : 0,
      expected: ok ? null : 'after its restart rm1 still knows that it voted yes for t1',
      happened: ok ? null : 'rm1 came back with nothing and aborted t1; tm had logged commit',
      why: ok
        ? null
        : 'the vote left before the disk was synced: a crash between the two makes rm1 forget a promise that tm already relied on',
      trace: ok ? null : { steps: 3, token: TOKEN, picture: PICTURE },
      bound: ok && i === 2 ? 'all 41,302 worlds up to depth 14' : null,
      cost: null,
      place: ok ? null : 'start.ts:31',
      log: [],
    }
  })
  return {
    exercise: EXERCISE.id,
    verdict: passed ? 'passed' : 'failed',
    problem: null,
    checks,
    scenarios: passed ? [] : [SCENARIO],
    types: [],
    seed: 1,
    ms: 120,
  }
}

export interface FakeCourse extends Course {
  /** What the next check of the exercise finds. */
  passes: boolean
  saved(): void
  /** What the file of the lesson says now. */
  author(text: LessonText): void
  /** What the editor makes of a text. */
  edited(text: string): EditedText
  /** What was kept under which name. */
  readonly stories: Map<string, string>
}

/** Computes at once, on this thread. */
function directKernel(lesson: Lesson): Computing {
  const notebook = newNotebook(lesson)
  return {
    notebook,
    busy: false,
    stop: () => false,
    close: () => {},
    revise: (text, kept) => notebook.revise(text, kept),
    restart: () => notebook.restart(),
    ask(ask, { done }) {
      try {
        const result = ask.kind === 'line' ? notebook.prompt(ask.line) : null
        if (ask.kind === 'cell') notebook.run(ask.id)
        done({ kind: 'done', result, challenge: notebook.challengeState() })
      } catch (problem) {
        if (!(problem instanceof ScenarioProblem)) throw problem
        done({ kind: 'problem', problem })
      }
    },
  }
}

/** Keeps a notebook as a file does: as text. */
export function fakePlace(text = notebookText(NOTHING_KEPT)): KeptPlace {
  let now = text
  const read = (): KeptNotebook => readNotebook(now)!
  return {
    problem: null,
    read,
    change: (by) => {
      now = notebookText(by(read()))
      return read()
    },
  }
}

/** As if the answer was the reference. */
async function walkedBy(token: string): Promise<Walked> {
  const session = newSession()
  const stopped = retellRun(session, { ...storyOf(token), program: 'two-phase-commit' })
  const walk = sessionWalk(session)!
  const last = walk.steps.length
  return {
    picture: walk.picture,
    nodes: walk.nodes,
    steps: walk.steps,
    sights: Array.from({ length: last + 1 }, (_, at) => walk.sightAt(at)),
    next: await walk.nextAt(last),
    stopped,
    changed: null,
  }
}

export function fakeCourse(
  lessons: readonly Lesson[] = [LESSON],
  exercises: readonly Exercise[] = [EXERCISE],
): FakeCourse {
  let progress: Progress = NO_PROGRESS
  const history: string[] = []
  const kernels = new Map<string, Computing>()
  const notebooks = new Map<string, KeptPlace>()
  let reread = (_: LessonText): void => {}
  let onSave = (): void => {}
  const course: FakeCourse = {
    passes: false,
    saved: () => onSave(),
    author: (text) => reread(text),
    edited: (text) => ({ kind: 'text', text }),
    notebook: ({ id }) => {
      const place = notebooks.get(id) ?? fakePlace()
      notebooks.set(id, place)
      return place
    },
    watch: (_, read) => {
      reread = read
      return () => {
        reread = () => {}
      }
    },
    editText: (text) => course.edited(text),
    lessons,
    exercises,
    problems: [],
    get progress() {
      return progress
    },
    record: (change) => {
      progress = change(progress)
    },
    unkept: null,
    history,
    remember: (line) => history.push(line),
    keepStory: (name, text) => {
      course.stories.set(name, text)
      return toned('good', `Saved: ${name}`)
    },
    stories: new Map(),
    kernel: (lesson) => {
      const kernel = kernels.get(lesson.id) ?? directKernel(lesson)
      kernels.set(lesson.id, kernel)
      return kernel
    },
    desk: (exercise): Desk => ({
      exercise,
      shown: '~/splitbrain/answers/two-phase-commit/start.ts',
      edition: 'first',
      prepare: () => null,
      check: async () => reportOf(course.passes),
      retell: async (token) => ({ kind: 'walked', walked: await walkedBy(token) }),
      walk: async (file) => ({
        kind: 'played',
        result: { ...SCENARIO, file },
        walked: { ...(await walkedBy(TOKEN)), stopped: 'Line 4: no vote was sent' },
      }),
      stop: () => {},
      watch: (saved) => {
        onSave = saved
        return () => {}
      },
      editor: null,
      edit: () => null,
      reset: () => 'start.2026-01-01.ts',
      close: () => {},
    }),
  }
  return course
}
