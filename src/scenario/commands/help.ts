/** help: the commands, or one of them. */
import { linesView, type View } from '../../base/view.ts'
import { type Command, NOTHING } from '../command.ts'
import { oneOf } from '../words.ts'

export const help: Command = {
  name: 'help',
  usage: 'help [COMMAND]',
  says: 'Lists the commands, or explains one.',
  example: 'help deliver',
  run(session, words) {
    const { commands } = session
    if (words[0] === undefined) {
      const view: View = {
        kind: 'table',
        columns: ['command', 'does'],
        rows: commands.map((c) => [{ text: c.name, tone: 'strong' }, { text: c.says }]),
      }
      return { ...NOTHING, view }
    }
    const name = oneOf(
      words[0],
      commands.map((c) => c.name),
      'command',
      words[0].column,
    )
    const command = commands.find((c) => c.name === name)!
    return { ...NOTHING, view: linesView(command.usage, command.says, `for example: ${command.example}`) }
  },
  complete: (session, before) => (before.length === 0 ? session.commands.map((c) => c.name) : []),
}
