/** Mechanical changes of a solution: which there are, at which line, and how an explanation is bound to one. */
import { describe, expect, test } from 'vitest'
import { explanationsIn } from '../../src/exercise/equivalent.ts'
import { mutantsOf } from '../../src/exercise/mutants.ts'

const source = `type Decision = 'commit' | 'abort'

export const node = defineNode({
  on: {
    vote(state, { body }, ctx) {
      if (body.n < 3 && state.open) return
      ctx.disk.write('x', body.n)
      ctx.disk.sync()
      return ctx.send('tm', { type: 'decision', decision: 'commit' })
    },
  },
})
`
const found = mutantsOf(source)
const changed = (line: number) =>
  found.filter((mutant) => mutant.line === line).map(({ change, diff }) => [change, diff.split('\n').at(-1)])

describe('a solution is changed', () => {
  test('in its guards, comparisons, numbers and logic', () => {
    expect(changed(6).sort()).toEqual(
      [
        ['guard always true', '+ if (true) return'],
        ['guard always false', '+ if (false) return'],
        ['another operator', '+ if (body.n <= 3 && state.open) return'],
        ['another operator', '+ if (body.n > 3 && state.open) return'],
        ['&& for ||, or || for &&', '+ if ((body.n < 3 || state.open)) return'],
        ['off by one', '+ if (body.n < 4 && state.open) return'],
        ['another constant', '+ if (body.n < 0 && state.open) return'],
        ['go on instead of returning', '+ if (body.n < 3 && state.open) {}'],
      ].sort(),
    )
  })

  test('in its effects: each is left out, and neighbours change places', () => {
    expect(changed(7)).toEqual([
      ['swap neighbours', "+ ctx.disk.write('x', body.n)"],
      ['drop a statement', "- ctx.disk.write('x', body.n)"],
      ['another constant', "+ ctx.disk.write('x_', body.n)"],
    ])
    expect(changed(8)).toEqual([['drop a statement', '- ctx.disk.sync()']])
  })

  test('in what it says: a text of a union becomes the next one of it', () => {
    expect(changed(9)).toContainEqual([
      'another constant',
      "+ return ctx.send('tm', { type: 'decision', decision: 'abort' })",
    ])
  })

  test('never in its types, and each change is one', () => {
    expect(changed(1)).toEqual([])
    expect(new Set(found.map(({ diff }) => diff)).size).toBe(found.length)
    for (const { text } of found) expect(text).not.toBe(source)
  })
})

describe('an explanation', () => {
  test('stands under the diff as the audit prints it, which says where and not at which line', () => {
    const { diff } = found.find(({ change, line }) => line === 8 && change === 'drop a statement')!
    expect(diff).toBe('@@ node.on.vote\n- ctx.disk.sync()')
    expect(explanationsIn(`# Equivalent\n\n\`\`\`diff\n${diff}\n\`\`\`\n\nNobody looks.\n`)).toEqual([
      { diff, why: 'Nobody looks.', line: 3 },
    ])
    expect(mutantsOf(`\n\n${source}`).map((mutant) => mutant.diff)).toEqual(
      found.map((mutant) => mutant.diff),
    )
  })
})
