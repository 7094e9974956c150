/** expect: says what must be so by now; where it is not, the line fails and says what was so instead. */
import { canonicalText, type Json } from '../../base/canonical.ts'
import { linesView, toned } from '../../base/view.ts'
import { begin } from '../../world/apply.ts'
import { bodyText } from '../../world/choice.ts'
import type { Moment } from '../../world/draft.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from '../command.ts'
import type { Run, Session } from '../session.ts'
import { endOf, jsonOf, nearest, oneOf, setting } from '../words.ts'
import { judgeNow, propertiesOf, propertyNames } from './judge.ts'

type Body = Moment['outputs'][number]['body']

/** Something that was sent or announced: who did, who was meant, and what. */
interface Deed {
  readonly step: number
  readonly by: string
  readonly to: string | null
  readonly body: Body
}

const VERBS = ['sent', 'announced'] as const
type Verb = (typeof VERBS)[number]

export const expect: Command = {
  name: 'expect',
  usage:
    'expect [no] sent TYPE [from NODE] [to NODE] [field=VALUE...] | expect [no] announced TYPE [by NODE] [field=VALUE...] | expect PROPERTY...',
  says: 'Says what must be so by now, in this run; says nothing where it is, and what was so instead where it is not.',
  example: 'expect sent vote from rm1 to tm yes=true',
  run(session, words) {
    const { current } = session
    const not = words[0]?.text === 'no'
    const [first, ...rest] = not ? words.slice(1) : words
    const verb = VERBS.find((one) => one === first?.text)
    if (verb !== undefined) return expectDeed(current, { verb, not, words: rest, all: words })
    if (not || first === undefined)
      throw new ScenarioProblem(
        first?.column ?? (endOf(words) || 'expect '.length),
        not
          ? 'expected "sent" or "announced" after "no"'
          : `expected "sent", "announced" or a property: ${propertyNames(session).join(', ')}`,
        'sent',
      )
    return expectProperties(session, words)
  },
  complete(session, before) {
    if (session.run === null) return []
    const [verb, ...rest] = before[0] === 'no' ? before.slice(1) : before
    if (verb === undefined)
      return [...VERBS, ...(before.length === 0 ? ['no', ...propertyNames(session)] : [])]
    if (!VERBS.some((one) => one === verb)) return propertyNames(session).filter((p) => !before.includes(p))
    const deeds = deedsOf(session.run, verb as Verb)
    if (rest.length === 0) return deeds.map(({ body }) => body.type)
    const last = rest.at(-1)!
    if (['from', 'to', 'by'].includes(last)) return namesIn(session.run)
    return [
      ...(verb === 'sent' ? ['from', 'to'] : ['by']),
      ...deeds
        .filter(({ body }) => body.type === rest[0])
        .flatMap(({ body }) => Object.entries(body))
        .filter(([field, value]) => field !== 'type' && typeof value !== 'object')
        .map(([field, value]) => `${field}=${String(value)}`),
    ]
  },
}

interface Wanted {
  readonly verb: Verb
  readonly not: boolean
  /** What follows the verb, and the whole line. */
  readonly words: readonly Word[]
  readonly all: readonly Word[]
}

function expectDeed(run: Run, { verb, not, words, all }: Wanted): Result {
  const [type, ...rest] = words
  if (type === undefined || setting(type) !== null)
    throw new ScenarioProblem(
      type?.column ?? endOf(all),
      `expected the type of what was ${verb}, such as ${verb === 'sent' ? 'vote' : 'decide'}`,
    )
  const wants = readWants(run, verb, rest)
  const deeds = deedsOf(run, verb)
  const ofType = deeds.filter(({ body }) => body.type === type.text)
  const found = ofType.find((deed) => wants.every((want) => want(deed)))
  const line = all.map((word) => word.text).join(' ')
  if ((found === undefined) === not) return held(line)
  if (found !== undefined) return notSo(line, `${deedText(verb, found)}, in step ${found.step}`)
  const known = [...new Set(deeds.map(({ body }) => body.type))]
  // A slip of the fingers, not a type that is named after another one: begin_ok is no begin.
  const near = nearest(
    type.text,
    known.filter((one) => Math.abs(one.length - type.text.length) < 2),
  )
  const advice = near === null ? '' : `; did you mean "${near}"?`
  if (ofType.length > 0) return notSo(line, listed(ofType.map((deed) => deedText(verb, deed))))
  return notSo(
    line,
    `no ${type.text} was ${verb}; ${deeds.length === 0 ? 'nothing was' : `there was ${listed(known)}`}${advice}`,
  )
}

/** One test for each word: who it came from, who it went to, what a field holds. */
function readWants(run: Run, verb: Verb, words: readonly Word[]): ((deed: Deed) => boolean)[] {
  const wants: ((deed: Deed) => boolean)[] = []
  const sides = verb === 'sent' ? ['from', 'to'] : ['by']
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const set = setting(word)
    if (set !== null) {
      const value = canonicalText(jsonOf(set.value.text))
      wants.push(({ body }) => canonicalText(fieldOf(body, set.name)) === value)
      continue
    }
    const side = oneOf(word, sides, 'word', word.column)
    const name = oneOf(words[++i], namesIn(run), 'node or client', endOf(words))
    wants.push(side === 'to' ? ({ to }) => to === name : ({ by }) => by === name)
  }
  return wants
}

/** `tag.count` is the field `count` of the field `tag`. What is not there is null. */
function fieldOf(body: Body, path: string): Json {
  let at: Json = body
  for (const part of path.split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return null
    at = (at as { readonly [field: string]: Json })[part] ?? null
  }
  return at
}

function expectProperties(session: Session, words: readonly Word[]): Result {
  const verdicts = propertiesOf(session, words).map((property) => judgeNow(session, property))
  const broken = verdicts.find(({ kind }) => kind === 'broken')
  const line = words.map((word) => word.text).join(' ')
  return broken === undefined ? held(line) : notSo(line, `${broken.property} is broken: ${broken.why}`)
}

/** What nodes did, also when they were started. What clients ask stands in the scenario itself. */
function deedsOf({ model, moments }: Run, verb: Verb): Deed[] {
  const started = begin(model).moments.map((moment) => ({ moment, step: 0 }))
  const all = [...started, ...moments.map((moment, i) => ({ moment, step: i + 1 }))]
  return all.flatMap(({ moment, step }): Deed[] =>
    verb === 'sent'
      ? moment.sent
          .filter(({ from }) => model.cluster.names.includes(from))
          .map(({ from, to, body }) => ({ step, by: from, to, body }))
      : moment.outputs.map(({ node, body }) => ({ step, by: node, to: null, body })),
  )
}

function namesIn({ model, moments }: Run): string[] {
  const clients = moments.flatMap(({ choice }) => (choice.kind === 'request' ? [choice.client] : []))
  return [...new Set([...model.cluster.names, ...Object.keys(model.clients), ...clients])]
}

function deedText(verb: Verb, { by, to, body }: Deed): string {
  return `${by} ${verb} ${bodyText(body)}${to === null ? '' : ` to ${to}`}`
}

function held(line: string): Result {
  return { ...NOTHING, note: 'as expected', verdicts: [{ property: line, kind: 'held', steps: null }] }
}

function notSo(line: string, instead: string): Result {
  return {
    view: linesView(toned('bad', `not so: ${line}`), instead),
    note: instead,
    verdicts: [{ property: line, kind: 'broken', steps: null }],
  }
}

function listed(list: readonly string[], most = 4): string {
  return list.length <= most ? list.join(', ') : `..., ${list.slice(-most).join(', ')}`
}
