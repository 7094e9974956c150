/** Answers written to a folder of their own, for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export class AnswerFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'splitbrain-test-'))

  write(name: string, source: string): string {
    const file = join(this.folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, source)
    return file
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Both roles of two-phase commit, with something done on every prepare. */
export function answerThat(onPrepare: string, top = ''): string {
  return `import { defineNode } from 'splitbrain'
${top}
export const coordinator = defineNode<{}, { type: 'begin'; tx: string }>({
  start: () => ({}),
  on: { begin(_state, { body }, ctx) { ctx.broadcast({ type: 'prepare', tx: body.tx }) } },
})
export const participant = defineNode<{ n: number }, { type: 'prepare'; tx: string }>({
  start: () => ({ n: 0 }),
  on: {
    prepare(state, { from, body }, ctx) {
      ${onPrepare}
    },
  },
})
`
}
