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

/** What is still to be told to a neighbour, kept until it is confirmed. */
export interface Row {
  readonly to: string
  readonly type: 'do' | 'undo'
}

interface Step {
  readonly state: StepState
  readonly times: number
  /** An outbox of one row; not there where nothing is to be told. */
  readonly tell?: Row
}

interface Book {
  readonly amount: number
  readonly steps: { readonly [saga: string]: Step }
}

const NOTHING: Step = { state: 'nothing', times: 0 }

export function readBook(ctx: Context): Book {
  return ctx.disk.read<Book>('book') ?? { amount: Number(ctx.config['amount']), steps: {} }
}

/** After a restart a service tells again what is in effect. */
export function tellBook(ctx: Context): void {
  for (const [saga, { times }] of Object.entries(readBook(ctx).steps))
    ctx.output({ type: 'step', saga, times })
}

/**
 * Does the step, or says why not. `done` and `refused` are the answers. What `tells` answers to them goes to the disk in the
 * same write: a service that dies after its step has not forgotten whom to tell.
 */
export function doStep(
  rule: ServiceRules,
  ctx: Context,
  saga: string,
  tells: (answer: 'done' | 'refused') => Row | null = () => null,
): 'done' | 'refused' {
  const book = readBook(ctx)
  const before = book.steps[saga] ?? NOTHING
  const move = rule.onDo(before.state)
  const amount = book.amount + Number(ctx.config['delta'])
  const isNew = move === 'do' && amount >= 0
  const answer = isNew || move === 'answer done' ? 'done' : 'refused'
  if (isNew) keep(ctx, saga, amount, { state: 'done', times: before.times + 1 }, tells(answer))
  else keepRow(ctx, saga, tells(answer))
  return answer
}

/** Undoes the step; null where that is not possible now, because what it gave has been spent. `tells` as for a step. */
export function undoStep(
  rule: ServiceRules,
  ctx: Context,
  saga: string,
  tells: () => Row | null = () => null,
): 'undone' | null {
  const book = readBook(ctx)
  const before = book.steps[saga] ?? NOTHING
  const move = rule.onUndo(before.state)
  if (move === 'answer') {
    keepRow(ctx, saga, tells())
    return 'undone'
  }
  if (move === 'note') {
    keep(ctx, saga, book.amount, { state: 'fenced', times: 0 }, tells())
    return 'undone'
  }
  const amount = book.amount - Number(ctx.config['delta']) * before.times
  if (amount < 0) return null
  keep(ctx, saga, amount, { state: 'undone', times: 0 }, tells())
  ctx.output({ type: 'undone', saga })
  return 'undone'
}

/** One local transaction: one write, forced. */
function keep(ctx: Context, saga: string, amount: number, step: Step, tell: Row | null): void {
  write(ctx, amount, saga, tell === null ? step : { ...step, tell })
  ctx.output({ type: 'step', saga, times: step.times })
}

/** Where nothing else has changed. */
function keepRow(ctx: Context, saga: string, tell: Row | null): void {
  const { amount, steps } = readBook(ctx)
  if (tell !== null) write(ctx, amount, saga, { ...(steps[saga] ?? NOTHING), tell })
}

function write(ctx: Context, amount: number, saga: string, step: Step): void {
  ctx.disk.write('book', { amount, steps: { ...readBook(ctx).steps, [saga]: step } })
  ctx.disk.sync()
}

/** By saga, what is still to be told. */
export function rowsToTell(ctx: Context): readonly (readonly [saga: string, row: Row])[] {
  return Object.entries(readBook(ctx).steps).flatMap(([saga, { tell }]) =>
    tell === undefined ? [] : [[saga, tell] as const],
  )
}

/** A neighbour has confirmed. */
export function forgetRow(ctx: Context, saga: string): void {
  const { amount, steps } = readBook(ctx)
  const { tell: _, ...step } = steps[saga]!
  write(ctx, amount, saga, step)
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
