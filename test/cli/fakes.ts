/** A small course made of values, for tests of screens: no files, no processes. */
import type {
  Cell,
  CellState,
  CheckReport,
  CheckResult,
  Exercise,
  Lesson,
  Notebook,
  Result,
  Session,
  View,
} from '../../cli/door.ts'
import { ScenarioProblem } from '../../cli/door.ts'
import { NO_PROGRESS, type Progress } from '../../cli/progress.ts'
import type { Course, Desk } from '../../cli/screens/course.ts'

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

export function lessonOf(cells: readonly Cell[], prose = 'Some words before the cell.'): Lesson {
  return {
    id: 'two-phase-commit',
    number: '09',
    title: 'Two-phase commit',
    unit: 'Atomic commit',
    minutes: 25,
    needs: [],
    exercises: ['two-phase-commit'],
    sources: ['Gray, Notes on Data Base Operating Systems, 1978'],
    file: 'lessons/09-two-phase-commit.md',
    parts: cells.flatMap((cell) => [
      { kind: 'prose' as const, markdown: `## ${cell.id}\n\n${prose}`, line: 1 },
      { kind: 'cell' as const, cell, line: 1 },
    ]),
  }
}

export const CELLS: readonly Cell[] = [
  {
    kind: 'predict',
    id: 'guess',
    question: 'The coordinator dies after both voted yes. What can a participant do?',
    answers: [
      {
        text: 'Commit: everybody voted yes',
        right: false,
        reason: 'It does not know that the other one did.',
      },
      { text: 'Nothing but wait', right: true, reason: 'Both outcomes are still possible.' },
    ],
    line: 1,
  },
  {
    kind: 'scenario',
    id: 'blocked',
    commands: [
      { text: 'cluster two-phase-commit tm rm1 rm2', line: 1 },
      { text: 'crash tm', line: 2 },
    ],
    expected: 'rm1 is in doubt',
    line: 1,
  },
  {
    kind: 'claim',
    id: '2PC-1',
    verdict: 'true',
    statement: '"2PC is a blocking protocol."',
    proof: { literal: ['blocked'] },
    line: 1,
  },
  {
    kind: 'challenge',
    id: 'doubt',
    says: 'Leave a participant in doubt.',
    commands: [{ text: 'cluster two-phase-commit tm rm1 rm2', line: 1 }],
    property: 'NonBlocking',
    steps: 2,
    solution: ['crash tm'],
    line: 1,
  },
]

/** A notebook whose runs take three steps; `crash tm` breaks NonBlocking. */
export function fakeNotebook(lesson: Lesson): Notebook {
  const cells = lesson.parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []))
  const states: CellState[] = cells.map((cell) => ({
    cell,
    status: 'idle',
    output: null,
    matches: null,
    chosen: null,
    problem: null,
  }))
  const set = (id: string, change: Partial<CellState>): CellState => {
    const at = states.findIndex((state) => state.cell.id === id)
    states[at] = { ...states[at]!, ...change }
    return states[at]!
  }
  let broken = false
  const moments: unknown[] = []
  const execute = (line: string): Result => {
    const word = line.split(' ')[0]
    if (word === 'check')
      return {
        view: null,
        note: null,
        verdicts: [{ property: 'NonBlocking', kind: broken ? 'broken' : 'held', steps: null }],
      }
    if (word !== 'crash' && word !== 'deliver') throw new ScenarioProblem(0, 'expected a command', 'crash')
    moments.push({})
    broken ||= line === 'crash tm'
    return {
      view: { kind: 'lines', lines: [[{ text: `did ${line}`, tone: 'plain' }]] },
      note: null,
      verdicts: [],
    }
  }
  const session = {
    get run() {
      return { moments, worlds: [], model: null }
    },
    protocols: [],
    commands: [],
    execute,
    complete: (line: string) =>
      ['crash', 'check', 'deliver'].filter((word) => word.startsWith(line.split(' ').at(-1)!)),
    stateView: (at: number): View => ({
      kind: 'lines',
      lines: [[{ text: `rm1 after ${at}`, tone: 'plain' }]],
    }),
    timelineView: () => PICTURE,
  } as unknown as Session
  return {
    lesson,
    get cells() {
      return states
    },
    session,
    run(id) {
      moments.length = 0
      broken = false
      for (let i = 0; i < 3; i++) moments.push({})
      return set(id, {
        status: 'done',
        matches: true,
        output: { kind: 'lines', lines: [[{ text: 'rm1 is in doubt', tone: 'warn' }]] },
      })
    },
    runAll() {
      for (const cell of cells) if (cell.kind === 'scenario') this.run(cell.id)
    },
    predict: (id, chosen) => set(id, { chosen }),
    prompt: execute,
  }
}

export const EXERCISE: Exercise = {
  id: 'two-phase-commit',
  number: '09',
  title: 'Two-phase commit',
  lesson: 'two-phase-commit',
  folder: 'exercises/09-two-phase-commit',
  task: '# Two-phase commit\n\nWrite a participant and a coordinator that agree.\n\n- A yes vote survives a crash.\n',
  checks: [
    { name: 'votes no when it cannot prepare', rung: 1, points: 2, hints: [] },
    {
      name: 'a yes vote survives a crash',
      rung: 3,
      points: 3,
      hints: ['What is on the disk when the vote leaves?'],
    },
    { name: 'no two participants decide differently', rung: 4, points: 5, hints: [] },
  ],
  wrong: [],
  right: [],
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
      trace: ok ? null : { steps: 3, token: 'tok-1', picture: PICTURE },
      bound: ok && i === 2 ? 'all 41,302 worlds up to depth 14' : null,
      place: ok ? null : 'start.ts:31',
      log: [],
    }
  })
  return {
    exercise: EXERCISE.id,
    verdict: passed ? 'passed' : 'failed',
    problem: null,
    checks,
    types: [],
    seed: 1,
    ms: 120,
  }
}

export interface FakeCourse extends Course {
  /** What the next check of the exercise finds. */
  passes: boolean
  saved(): void
}

export function fakeCourse(
  lessons: readonly Lesson[] = [lessonOf(CELLS)],
  exercises: readonly Exercise[] = [EXERCISE],
): FakeCourse {
  let progress: Progress = NO_PROGRESS
  const history: string[] = []
  const notebooks = new Map<string, Notebook>()
  let onSave = (): void => {}
  const course: FakeCourse = {
    passes: false,
    saved: () => onSave(),
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
    notebook: (lesson) => {
      const notebook = notebooks.get(lesson.id) ?? fakeNotebook(lesson)
      notebooks.set(lesson.id, notebook)
      return notebook
    },
    desk: (exercise): Desk => ({
      exercise,
      shown: '~/splitbrain/answers/two-phase-commit/start.ts',
      prepare: () => null,
      check: async () => reportOf(course.passes),
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
