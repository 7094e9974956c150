/**
 * A service that takes part in sagas: one step and its compensation, each a local transaction. A step changes an
 * amount (seats left, money in an account), and is refused where the amount would fall below zero.
 */
import type { Context } from '../node/node.ts'

export interface ServiceRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** A step is asked for. `before`: what has happened to it here. */
  onDo(before: StepState): 'do' | 'answer done' | 'answer refused'
  /** A compensation is asked for. */
  onUndo(before: StepState): 'undo' | 'note' | 'answer'
}

/** `fenced`: the compensation came first; a step that comes now is too late. */
export type StepState = 'nothing' | 'done' | 'undone' | 'fenced'

export const serviceRules: ServiceRules = {
  onDo: (before) => (before === 'nothing' ? 'do' : before === 'done' ? 'answer done' : 'answer refused'),
  onUndo: (before) => (before === 'done' ? 'undo' : before === 'nothing' ? 'note' : 'answer'),
}

interface Book {
  readonly amount: number
  readonly steps: { readonly [saga: string]: { readonly state: StepState; readonly times: number } }
}

export function readBook(ctx: Context): Book {
  return ctx.disk.read<Book>('book') ?? { amount: Number(ctx.config['amount']), steps: {} }
}

/** After a restart a service tells again what is in effect. */
export function tellBook(ctx: Context): void {
  for (const [saga, { times }] of Object.entries(readBook(ctx).steps))
    ctx.output({ type: 'step', saga, times })
}

/** Does the step, or says why not. `done` and `refused` are the answers. */
export function doStep(rule: ServiceRules, ctx: Context, saga: string): 'done' | 'refused' {
  const book = readBook(ctx)
  const before = book.steps[saga] ?? { state: 'nothing', times: 0 }
  const move = rule.onDo(before.state)
  if (move === 'answer done') return 'done'
  const amount = book.amount + Number(ctx.config['delta'])
  if (move === 'answer refused' || amount < 0) return 'refused'
  keep(ctx, saga, { amount, state: 'done', times: before.times + 1 })
  return 'done'
}

/** Undoes the step; null where that is not possible now, because what it gave has been spent. */
export function undoStep(rule: ServiceRules, ctx: Context, saga: string): 'undone' | null {
  const book = readBook(ctx)
  const before = book.steps[saga] ?? { state: 'nothing', times: 0 }
  const move = rule.onUndo(before.state)
  if (move === 'answer') return 'undone'
  if (move === 'note') {
    keep(ctx, saga, { amount: book.amount, state: 'fenced', times: 0 })
    return 'undone'
  }
  const amount = book.amount - Number(ctx.config['delta']) * before.times
  if (amount < 0) return null
  keep(ctx, saga, { amount, state: 'undone', times: 0 })
  ctx.output({ type: 'undone', saga })
  return 'undone'
}

/** One local transaction: one write, forced. */
function keep(ctx: Context, saga: string, now: { amount: number; state: StepState; times: number }): void {
  const { amount, state, times } = now
  const book = readBook(ctx)
  ctx.disk.write('book', { amount, steps: { ...book.steps, [saga]: { state, times } } })
  ctx.disk.sync()
  ctx.output({ type: 'step', saga, times })
}

/** Somebody who knows nothing of sagas takes what is there. */
export function spend(ctx: Context, wanted: number): number {
  const book = readBook(ctx)
  const taken = Math.min(wanted, book.amount)
  if (taken > 0) {
    ctx.disk.write('book', { ...book, amount: book.amount - taken })
    ctx.disk.sync()
  }
  return taken
}
