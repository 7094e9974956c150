/** A cell as text to hand to somebody: a run as the scenario that makes it, anything else as its words. */
import { type CellState, type Exchange, goldenText, type View } from '../door.ts'

/** What was typed under a run belongs to it: the text is a scenario that reaches the same world. */
export function cellText({ cell, output }: CellState, typed: readonly Exchange[]): string {
  switch (cell.kind) {
    case 'scenario':
    case 'ts':
      return scenarioText(cell.source, output, typed)
    case 'challenge': {
      const stage = cell.commands.map(({ text }) => text).join('\n')
      return `# ${cell.says.replaceAll('\n', '\n# ')}\n${scenarioText(stage, output, typed)}`
    }
    case 'predict':
      return [cell.question, '', ...cell.answers.map(({ text }, i) => `${i + 1} ${text}`), ''].join('\n')
    case 'claim':
      return `${cell.id}: ${cell.statement.replace(/\s+/g, ' ')}\n`
  }
}

function scenarioText(source: string, output: View | null, typed: readonly Exchange[]): string {
  const played = typed.filter(({ problem }) => problem === null)
  const views = [output, ...played.map((one) => one.output)].flatMap((view) => view ?? [])
  const lines = [source, ...played.map(({ line }) => line)]
  return `${[...lines, ...(views.length > 0 ? ['----', goldenText(views)] : [])].join('\n')}\n`
}
