/** Tokens: a whole story in one short word that can be pasted into a message and replayed elsewhere. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Json } from '../base/canonical.ts'
import type { OperationId } from '../node/node.ts'
import type { Budgets } from '../world/budgets.ts'
import type { Choice, Course, Parcel, Timed } from '../world/choice.ts'
import type { ClientRequest, ModelOptions } from '../world/protocol.ts'

/** What a token holds: which program, filled in how, and every choice from the first world on. */
export interface Story {
  /** A protocol's name, or `exercise:` and the name of an exercise. */
  readonly program: string
  /** Alternatives in force, as `rule=name`. */
  readonly rules: readonly string[]
  readonly names: readonly string[]
  readonly params: { readonly [name: string]: Json }
  readonly options: Partial<ModelOptions>
  /** What clients ask by themselves, one request after the other; left out where they do not. */
  readonly clients?: { readonly [client: string]: readonly ClientRequest[] } | undefined
  /** What a search from here may do, where it is not the usual. */
  readonly budgets?: Partial<Budgets> | undefined
  readonly trace: readonly Choice[]
  /** What `metBy` said when the story was told; left out where that is not known. */
  readonly met?: string | undefined
}

export class TokenProblem extends Error {
  override readonly name = 'TokenProblem'
}

const VERSION = 1
const PREFIX = `sb${VERSION}.`

export function tokenOf(story: Story): string {
  const compact = [
    story.program,
    story.rules,
    story.names,
    story.params,
    story.options,
    story.trace.map(pack),
    story.clients ?? 0,
    story.met ?? 0,
    packBudgets(story.budgets ?? {}),
  ]
  while (compact.at(-1) === 0) compact.pop()
  return PREFIX + deflateRawSync(JSON.stringify(compact), { level: 9 }).toString('base64url')
}

/** Throws `TokenProblem` with one sentence that says what is wrong with the token. */
export function storyOf(token: string): Story {
  // Mail and screens break long words into lines, and screens draw a margin beside them.
  const text = token.replace(/[\s┃│|]+/g, '')
  if (!text.startsWith(PREFIX)) {
    if (/^sb\d+\./.test(text))
      throw new TokenProblem(
        `This token is of version ${text.slice(2, text.indexOf('.'))}; this program reads version ${VERSION}.`,
      )
    throw new TokenProblem(`A token starts with "${PREFIX}"; this starts with "${text.slice(0, 8)}".`)
  }
  try {
    const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url')
    const [program, rules, names, params, options, trace, clients, met, budgets] = JSON.parse(
      inflateRawSync(bytes, { maxOutputLength: 4_000_000 }).toString('utf8'),
    )
    if (typeof program !== 'string' || !Array.isArray(names) || !Array.isArray(trace))
      throw new Error('shape')
    return {
      program,
      rules,
      names,
      params,
      options,
      ...(clients && { clients }),
      trace: (trace as Packed[]).map(unpack),
      ...(met && { met }),
      ...(budgets && { budgets: unpackBudgets(budgets) }),
    }
  } catch {
    throw new TokenProblem(
      'This token is damaged: a part of it is missing or was changed. Copy it again, from "sb1." to its end.',
    )
  }
}

/** JSON has no word for a budget without an end. */
const ENDLESS = -1

function packBudgets(budgets: Partial<Budgets>): Partial<Budgets> | 0 {
  if (Object.keys(budgets).length === 0) return 0
  return budgets.timeouts === Number.POSITIVE_INFINITY ? { ...budgets, timeouts: ENDLESS } : budgets
}

function unpackBudgets(budgets: Partial<Budgets>): Partial<Budgets> {
  return budgets.timeouts === ENDLESS ? { ...budgets, timeouts: Number.POSITIVE_INFINITY } : budgets
}

type Packed = readonly [string, ...unknown[]]

function pack(choice: Choice): Packed {
  switch (choice.kind) {
    case 'deliver':
      return ['d', ...packParcel(choice.parcel), ...packCourse(choice)]
    case 'fire':
      return ['f', choice.node, choice.timer, choice.arg, ...packCourse(choice)]
    case 'restart':
      return ['r', choice.node, ...packCourse(choice)]
    case 'crash':
      return ['c', choice.node, choice.disk]
    case 'drop':
      return ['x', ...packParcel(choice.parcel)]
    case 'duplicate':
      return ['2', ...packParcel(choice.parcel)]
    case 'request':
      return ['q', choice.client, choice.to, choice.body]
    case 'cut':
      return ['/', choice.links]
    case 'heal':
      return ['h']
    case 'delay':
      return ['l', ...packParcel(choice.parcel), choice.byUs]
    case 'corrupt':
      return ['!', ...packParcel(choice.parcel), choice.into]
    case 'traitor':
      return ['t', choice.node]
    case 'lie':
      return [
        'L',
        choice.node,
        choice.to,
        choice.body,
        choice.instead === null ? 0 : packParcel(choice.instead),
      ]
    case 'pause':
      return ['p', choice.node]
    case 'resume':
      return ['g', choice.node]
    case 'clock':
      return ['k', choice.node, choice.stepUs, choice.rate]
    case 'repair':
      return ['R']
    case 'wait':
      return choice.rates === undefined ? ['w', choice.untilUs] : ['w', choice.untilUs, choice.rates]
  }
}

function unpack([kind, ...rest]: Packed): Choice {
  const [a, b, c, d, e] = rest as [never, never, never, never, never]
  switch (kind) {
    case 'd':
      return { kind: 'deliver', parcel: unpackParcel(a, b, c, d), ...unpackCourse(e) }
    case 'f':
      return { kind: 'fire', node: a, timer: b, arg: c, ...unpackCourse(d) }
    case 'r':
      return { kind: 'restart', node: a, ...unpackCourse(b) }
    case 'c':
      return { kind: 'crash', node: a, disk: b }
    case 'x':
      return { kind: 'drop', parcel: unpackParcel(a, b, c, d) }
    case '2':
      return { kind: 'duplicate', parcel: unpackParcel(a, b, c, d) }
    case 'q':
      return { kind: 'request', client: a, to: b, body: c }
    case '/':
      return { kind: 'cut', links: a }
    case 'h':
      return { kind: 'heal' }
    case 'l':
      return { kind: 'delay', parcel: unpackParcel(a, b, c, d), byUs: e }
    case '!':
      return { kind: 'corrupt', parcel: unpackParcel(a, b, c, d), into: e }
    case 't':
      return { kind: 'traitor', node: a }
    case 'L':
      return { kind: 'lie', node: a, to: b, body: c, instead: unpackInstead(d) }
    case 'p':
      return { kind: 'pause', node: a }
    case 'g':
      return { kind: 'resume', node: a }
    case 'k':
      return { kind: 'clock', node: a, stepUs: b, rate: c }
    case 'R':
      return { kind: 'repair' }
    case 'w':
      return { kind: 'wait', untilUs: a, ...(b !== undefined && { rates: b }) }
    default:
      throw new Error(`unknown choice ${kind}`)
  }
}

function packParcel({ from, to, body, op }: Parcel): unknown[] {
  return [from, to, body, op === null ? 0 : [op.client, op.n]]
}

function unpackParcel(from: string, to: string, body: Parcel['body'], op: 0 | [string, number]): Parcel {
  const id: OperationId | null = op === 0 ? null : { client: op[0], n: op[1] }
  return { from, to, body, op: id }
}

function unpackInstead(packed: 0 | [string, string, Parcel['body'], 0 | [string, number]]): Parcel | null {
  return packed === 0 ? null : unpackParcel(...packed)
}

function packCourse({ picks, crash, atUs }: Course & Timed): unknown[] {
  if (picks === undefined && crash === undefined && atUs === undefined) return []
  const course = [picks ?? 0, crash === undefined ? 0 : [crash.after, crash.disk]]
  return [atUs === undefined ? course : [...course, atUs]]
}

function unpackCourse(
  course: [readonly number[] | 0, [number, number] | 0, number?] | undefined,
): Course & Timed {
  if (course === undefined) return {}
  const [picks, crash, atUs] = course
  return {
    ...(picks !== 0 && { picks }),
    ...(crash !== 0 && { crash: { after: crash[0], disk: crash[1] } }),
    ...(atUs !== undefined && { atUs }),
  }
}
