/** What `audit --mutate` prints: the changes of a solution that no check noticed, each as a small diff. */
import { type Line, type Mutation, plain, toned, wrapLine } from '../door.ts'

export function mutationLines(mutation: Mutation, width: number): Line[] {
  const { id, mutants, killed, survivors, unrunnable, problems } = mutation
  const open = survivors.filter(({ explained }) => explained === null)
  return [
    toned(
      problems.length === 0 ? 'good' : 'bad',
      `${problems.length === 0 ? '✓' : '✗'} ${id}  ${killed} of ${mutants} changes noticed, ` +
        `${survivors.length - open.length} explained, ${open.length} open` +
        (unrunnable.length === 0 ? '' : `, ${unrunnable.length} not to be run`),
    ),
    ...unrunnable.flatMap(({ file, line, change, why }) =>
      wrapLine(plain(`${file}:${line}  ${change}: ${why}`), width, {
        first: plain('   '),
        rest: plain('   '),
      }),
    ),
    ...open.flatMap(({ file, line, change, diff }) => [
      plain(''),
      toned('strong', `${file}:${line}  ${change}`),
      ...diff.split('\n').map((one) => toned(toneOf(one), `  ${one}`)),
    ]),
    ...(problems.length === 0 ? [] : [plain('')]),
    ...problems.flatMap((one) => wrapLine(plain(one), width, { first: plain(' - '), rest: plain('   ') })),
    ...(open.length === 0
      ? []
      : [
          plain(''),
          ...wrapLine(
            plain(
              'For each: is this answer wrong? Then write a check that fails it, and put it into hidden/wrong/. Is it as good as the solution? Then copy its diff into hidden/equivalent.md as a block ```diff, and write the reason under it.',
            ),
            width,
          ),
        ]),
  ]
}

function toneOf(line: string): 'dim' | 'bad' | 'good' {
  return line.startsWith('@@') ? 'dim' : line.startsWith('-') ? 'bad' : 'good'
}
