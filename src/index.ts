/** The one public door: all that lessons, exercises and the command line import. */
export { packageRoot } from './base/home.ts'
export * from './base/view.ts'
export { markdownAloud, spokenLine, spokenText } from './draw/aloud.ts'
export { bars, curve, histogram, ring, ringShares } from './draw/chart.ts'
export { cycleView } from './draw/cycle.ts'
export { highlight } from './draw/highlight.ts'
export { historyView } from './draw/history.ts'
export { renderMarkdown } from './draw/markdown.ts'
export { paintTimeline } from './draw/paint.ts'
export { type Sight, saysOf, sightOf } from './draw/sight.ts'
export { type Section, sightSections } from './draw/sightView.ts'
export { stateView, wireView } from './draw/state.ts'
export { type Step, stepsOf } from './draw/steps.ts'
export { isPicture, svgFile } from './draw/svg.ts'
export { renderView, type TextOptions, timelineSentences, viewText, wrapLine } from './draw/text.ts'
export { timelineOf } from './draw/timeline.ts'
export { type Stage, verdictView } from './draw/verdict.ts'
export {
  cutLine,
  justify,
  lineWidth,
  type Margin,
  padLine,
  safeLine,
  safeText,
  textWidth,
  wrapSpans,
} from './draw/wrap.ts'
export { type Audit, audit } from './exercise/audit.ts'
export {
  Checker,
  type CheckOptions,
  checkExercise,
  type Retold as RetoldAnswer,
  type WalkedScenario,
} from './exercise/check.ts'
export { editionOf } from './exercise/edition.ts'
export type {
  CheckInfo,
  CheckReport,
  CheckResult,
  Exercise,
  ScenarioFile,
  ScenarioResult,
} from './exercise/exercise.ts'
export { ExerciseProblem, exerciseFolders } from './exercise/folders.ts'
export * from './exercise/forChecks.ts'
export { changeKept, readKept } from './exercise/keptFile.ts'
export { inLanes } from './exercise/lanes.ts'
export { loadExercise, loadExercises, readExercise } from './exercise/load.ts'
export { type Mutation, mutate } from './exercise/mutate.ts'
export { notedExercise, noteExercises } from './exercise/noted.ts'
export { scenariosIn } from './exercise/scenarioFiles.ts'
export { AnswerProblem, type RetoldLife, ServedAnswer } from './exercise/serveAnswer.ts'
export { solutionText } from './exercise/solution.ts'
export type { Walked } from './exercise/story.ts'
export { checkOf } from './exercise/told.ts'
export { kitFile } from './exercise/warmVitest.ts'
export {
  answerFile,
  hasAnswer,
  keepStory as keepStoryFile,
  makeFolder,
  openAnswer,
  openScenarios,
  openWorkspace,
  resetAnswer,
  type Workspace,
  WorkspaceProblem,
  workspaceFolder,
  writeAtomically,
} from './exercise/workspace.ts'
export { FORMATS, type Format } from './history/foreign/foreign.ts'
export {
  FOREIGN_MODELS,
  type ForeignJudgement,
  judgeForeign,
  judgeTransactions,
  type TransactionJudgement,
} from './history/foreign/judgeForeign.ts'
export { ForeignProblem } from './history/foreign/problem.ts'
export type { Anomaly } from './history/transactions/isolated.ts'
export { LEVELS, type LevelName } from './history/transactions/levels.ts'
export { TRANSACTION_MODELS, type TransactionModel } from './history/transactions/transaction.ts'
export type { CellState, ChallengeState } from './lesson/cellState.ts'
export { type Course, findLesson, lessonText, loadCourse } from './lesson/course.ts'
export { exportHtml } from './lesson/export/html.ts'
export { exportMarkdown } from './lesson/export/markdown.ts'
export type { TakenLesson } from './lesson/export/page.ts'
export { exportPictures, type PictureFile } from './lesson/export/pictures.ts'
export { GLOSSARY, glossaryOf, type Term } from './lesson/glossary.ts'
export { headingsOf } from './lesson/headings.ts'
export {
  type Exchange,
  type KeptCell,
  type KeptNotebook,
  type Language,
  NOTHING_KEPT,
  notebookText,
  readNotebook,
  withCell,
  withoutCell,
  withoutText,
  withScratch,
  withText,
} from './lesson/keptNotebook.ts'
export type { Asker, Computing, Outcome } from './lesson/kernel.ts'
export { Kernel } from './lesson/kernel.ts'
export type { Ask } from './lesson/kernelTalk.ts'
export * from './lesson/lesson.ts'
export { type Link, linksOf, namesClaim } from './lesson/links.ts'
export { lessonNames } from './lesson/names.ts'
export { Notebook } from './lesson/notebook.ts'
export { noteLessons } from './lesson/noted.ts'
export { ownLesson } from './lesson/ownLesson.ts'
export { LessonProblem, parseLesson } from './lesson/parse.ts'
export { rewrite } from './lesson/rewrite.ts'
export { settled } from './lesson/settled.ts'
export { MOST_CHARACTERS, shortened } from './lesson/shortened.ts'
export { takeLesson } from './lesson/take.ts'
export { completeLine } from './lesson/typedNames.ts'
export { DiskProblem } from './maelstrom/diskFolder.ts'
export { FAULTS, type FaultKind, faultText, planFaults } from './maelstrom/faults.ts'
export {
  type ForeignOptions,
  type ForeignReport,
  foreignRun,
  operationsText,
} from './maelstrom/foreignRun.ts'
export type { NodeLife } from './maelstrom/member.ts'
export { lineShown } from './maelstrom/message.ts'
export { modelEngine, mustBeServable } from './maelstrom/modelEngine.ts'
export { serve } from './maelstrom/serve.ts'
export { isTrace, readTrace, type ServedTrace, TraceProblem } from './maelstrom/servedTrace.ts'
export { type ServedWalk, servedWalk } from './maelstrom/servedWalk.ts'
export { CannotStart, type Engine } from './maelstrom/server.ts'
export { WORKLOADS } from './maelstrom/workloads.ts'
export { alternatives, protocols } from './protocols/index.ts'
export { type Finding, type Fuzzed, type FuzzOptions, fuzz } from './run/fuzz.ts'
export { nextChoices } from './run/next.ts'
export { type Replayed, replay } from './run/replay.ts'
export { type ShrinkOptions, type Shrunk, shrink } from './run/shrink.ts'
export {
  type Retold,
  readStory,
  retell as retellStory,
  type StoryFile,
  type StoryInput,
  StoryProblem,
  writeStory,
} from './run/story.ts'
export type { SwarmLimits } from './run/swarm.ts'
export { type Story, storyOf, TokenProblem, tokenOf } from './run/token.ts'
export { MAX_SOURCE_BYTES } from './sandbox/compile.ts'
export { type Command, type Result, ScenarioProblem } from './scenario/command.ts'
export { commands } from './scenario/commands/index.ts'
export { explainProblem, goldenText, LineProblem, parseScenario, play } from './scenario/play.ts'
export { changedSince, keep, remake, retell as retellRun } from './scenario/retell.ts'
export {
  type Origin,
  type Progress,
  type Run as SessionRun,
  Session,
  type SessionInput,
} from './scenario/session.ts'
export { nearest } from './scenario/words.ts'
