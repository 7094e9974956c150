/** A lesson as one Markdown text that reads well on any code host, with the outputs of its cells. */
import { viewText } from '../../draw/text.ts'
import { type Cell, type ChallengeCell, isNamed, type PredictCell } from '../lesson.ts'
import { partsOf, proofWords, stateOf, type TakenLesson, VERDICT_WORDS } from './page.ts'

export function exportMarkdown(taken: TakenLesson): string {
  const { lesson } = taken
  const parts = lesson.parts.map((part) =>
    part.kind === 'prose' ? part.markdown.trim() : cellText(part.cell, taken),
  )
  const sources = lesson.sources.map((source) => `- ${source}`).join('\n')
  return `${[
    `# ${lesson.title}`,
    `*${lesson.unit} · ${lesson.minutes} minutes*`,
    ...parts,
    ...(lesson.exercises.length > 0
      ? [`Exercise: ${lesson.exercises.map((id) => `\`${id}\``).join(', ')}`]
      : []),
    ...(sources === '' ? [] : ['## Sources', sources]),
  ]
    .filter((text) => text !== '')
    .join('\n\n')}\n`
}

function cellText(cell: Cell, taken: TakenLesson): string {
  switch (cell.kind) {
    case 'scenario':
      return `${nameOf(cell.id)}${fenced([cell.commands.map(({ text }) => `> ${text}`).join('\n'), ...printed(cell.id, taken)].join('\n\n'))}`
    case 'ts': {
      const output = printed(cell.id, taken)
      const code = fenced(cell.source, 'ts')
      return `${nameOf(cell.id)}${[code, ...(output.length > 0 ? [fenced(output.join('\n\n'))] : [])].join('\n\n')}`
    }
    case 'predict':
      return predictText(cell)
    case 'claim':
      return `${quoted(cell.statement)}\n\n**${VERDICT_WORDS[cell.verdict]}** ${proofWords(stateOf(taken, cell.id))}`
    case 'challenge':
      return challengeText(cell)
  }
}

function nameOf(id: string): string {
  return isNamed(id) ? `Run \`${id}\`:\n\n` : ''
}

/** What a run printed, and what was wrong with it. */
function printed(id: string, taken: TakenLesson): string[] {
  const { output, problem } = stateOf(taken, id)
  const texts = output === null ? [] : partsOf(output).map((view) => viewText(view))
  return problem === null ? texts : [...texts, problem]
}

function predictText(cell: PredictCell): string {
  const answers = cell.answers.map(
    ({ text, right, reason }) =>
      `<details><summary>${oneLine(text)}</summary>\n\n${right ? 'Yes.' : 'No.'} ${oneLine(reason)}\n\n</details>`,
  )
  return [`**What do you expect?** ${cell.question.trim()}`, ...answers].join('\n\n')
}

function challengeText(cell: ChallengeCell): string {
  const goal = `**Challenge: break ${cell.property} in at most ${cell.steps} steps.** ${cell.says.trim()}`
  const stage =
    cell.commands.length === 0 ? [] : [fenced(cell.commands.map(({ text }) => `> ${text}`).join('\n'))]
  const solution = `<details><summary>One way</summary>\n\n${fenced(cell.solution.map((line) => `> ${line}`).join('\n'))}\n\n</details>`
  return [goal, ...stage, solution].join('\n\n')
}

/** A fence longer than any run of backticks inside. */
function fenced(text: string, language = 'text'): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

function quoted(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
