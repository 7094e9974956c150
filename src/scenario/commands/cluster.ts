/** cluster: a new world of a protocol. */
import type { Json } from '../../base/canonical.ts'
import type { Budgets } from '../../world/budgets.ts'
import { type Alternative, type ModelOptions, type Protocol, WIRES } from '../../world/protocol.ts'
import { type Command, NOTHING, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, jsonOf, nearest, oneOf, setting } from '../words.ts'
import { BUDGET_WORDS, readBudget } from './budgets.ts'

/** What `name=value` means to cluster itself. A parameter of a protocol that is called so could not be set. */
export const CLUSTER_WORDS: readonly string[] = [
  ...BUDGET_WORDS,
  'seed',
  'wire',
  'disk',
  'signatures',
  'delay',
]

export const cluster: Command = {
  name: 'cluster',
  usage:
    'cluster PROTOCOL [NODE...] [parameter=VALUE...] [NODE.parameter=VALUE...] [rule.NAME=OTHER...] [seed=N] [wire=bag|set|fifo] [disk=lose-all|prefix|subset] [signatures=tags|ed25519] [delay=MS..MS]',
  says: 'Starts a new cluster; what was there before is gone.',
  example: 'cluster two-phase-commit tm rm1 rm2 votes=any',
  run(session, words) {
    const protocol = findProtocol(session, words)
    const names: string[] = []
    const params: Record<string, Json> = {}
    const overrides: Record<string, Record<string, Json>> = {}
    const rules: Alternative[] = []
    const options: { -readonly [K in keyof ModelOptions]?: ModelOptions[K] } = {}
    const budgets: { -readonly [K in keyof Budgets]?: Budgets[K] } = {}
    const settings: Setting[] = []
    for (const word of words.slice(1)) {
      const set = setting(word)
      if (set === null) {
        names.push(nodeName(word))
        continue
      }
      const { name, value } = set
      if (name.startsWith('rule.')) rules.push(findRule(session, protocol, name.slice(5), value, word))
      else if (name.includes('.')) {
        const [node, field] = name.split('.') as [string, string]
        settings.push({ node, field, word })
        overrides[node] = { ...overrides[node], [field]: jsonOf(value.text) }
      } else if (Object.hasOwn(protocol.params ?? {}, name)) {
        mustBeSettable(protocol, name, word)
        params[name] = valueLike(protocol.params![name]!.default, value.text)
      } else if (readBudget(name, value, budgets) || readOption(name, value, options)) continue
      else throw unknownSetting(protocol, name, word)
    }
    mustBeSettings(protocol, names, params, settings)
    session.make({ protocol, names, params, overrides, rules, options, budgets })
    const { model } = session.current
    return { ...NOTHING, note: `${model.protocol.name}: ${model.cluster.names.join(' ')}` }
  },
  complete(session, before) {
    const protocol = session.protocols.find((p) => p.name === before[0])
    if (before.length === 0 || protocol === undefined) return session.protocols.map((p) => p.name)
    const rules = session.alternatives
      .filter((a) => a.protocol === protocol.name)
      .map((a) => `rule.${a.rule}=${a.name}`)
    return [
      ...protocol.cluster.filter((name) => !before.includes(name)),
      ...Object.keys(protocol.params ?? {}).map((p) => `${p}=`),
      ...rules,
      'seed=',
      'wire=set',
      'wire=bag',
      'wire=fifo',
      'disk=subset',
      'signatures=ed25519',
      'delay=',
    ]
  },
}

/** `rm2.votes=no`. */
interface Setting {
  readonly node: string
  readonly field: string
  readonly word: Word
}

/** Each names a node and something that this node is told. Too few nodes are somebody else's to complain about. */
function mustBeSettings(
  protocol: Protocol,
  names: readonly string[],
  params: { readonly [name: string]: Json },
  settings: readonly Setting[],
): void {
  if (settings.length === 0) return
  const usual = Object.entries(protocol.params ?? {}).map(([name, { default: value }]) => [name, value])
  const nodes = names.length > 0 ? names : protocol.cluster
  const assigned = protocol.assign(nodes, { ...Object.fromEntries(usual), ...params })
  for (const { node, field, word } of settings) {
    oneOf({ text: node, column: word.column }, Object.keys(assigned), 'node', word.column)
    const known = Object.keys(assigned[node]!.config)
    if (known.includes(field)) continue
    const near = nearest(field, known)
    throw new ScenarioProblem(
      word.column + node.length + 1,
      `${node} has no setting "${field}"; it has ${known.join(', ') || 'none'}`,
      near === null ? null : `${node}.${near}=`,
    )
  }
}

function nodeName(word: Word): string {
  if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(word.text)) return word.text
  throw new ScenarioProblem(
    word.column,
    `a node is called by letters, digits, "-" and "_", such as n1; found "${word.text}"`,
  )
}

/** A parameter whose default is a list takes one: `may-stop=c,p1`. */
function valueLike(usual: Json, text: string): Json {
  if (!Array.isArray(usual)) return jsonOf(text)
  return text === '' ? [] : text.split(',').map(jsonOf)
}

function findProtocol(session: Session, words: readonly Word[]): Protocol {
  const name = oneOf(
    words[0],
    session.protocols.map((p) => p.name),
    'protocol',
    endOf(words) || 'cluster '.length,
  )
  return session.protocols.find((p) => p.name === name)!
}

function findRule(session: Session, protocol: Protocol, rule: string, value: Word, word: Word): Alternative {
  const own = session.alternatives.filter((a) => a.protocol === protocol.name)
  const found = own.find((a) => a.rule === rule && a.name === value.text)
  if (found !== undefined) return found
  const known = own.map((a) => `rule.${a.rule}=${a.name}`)
  throw new ScenarioProblem(
    word.column,
    `${protocol.name} has no other reading "${word.text}"; it has ${known.join(', ') || 'none'}`,
    nearest(word.text, known),
  )
}

function readOption(
  name: string,
  value: Word,
  options: { -readonly [K in keyof ModelOptions]?: ModelOptions[K] },
): boolean {
  switch (name) {
    case 'wire':
      options.wire = oneOf(value, WIRES, 'wire', value.column) as ModelOptions['wire']
      return true
    case 'disk':
      options.disk = oneOf(
        value,
        ['lose-all', 'prefix', 'subset'],
        'way a disk may lose writes',
        value.column,
      ) as ModelOptions['disk']
      return true
    case 'signatures':
      options.signatures = oneOf(
        value,
        ['tags', 'ed25519'],
        'kind of signature',
        value.column,
      ) as ModelOptions['signatures']
      return true
    case 'seed':
      options.seed = countOf(value)
      return true
    case 'delay':
      options.delayMs = rangeOf(value)
      return true
    default:
      return false
  }
}

function rangeOf(word: Word): readonly [number, number] {
  const match = /^(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?$/.exec(word.text.replace(/ms$/, ''))
  if (match === null)
    throw new ScenarioProblem(
      word.column,
      `expected milliseconds such as 1 or 1..5, found "${word.text}"`,
      '1..5',
    )
  return [Number(match[1]), Number(match[2] ?? match[1])]
}

/** A protocol whose parameter has the name of a budget or an option: nobody can say which one is meant. */
function mustBeSettable({ name: protocol }: Protocol, name: string, word: Word): void {
  if (!CLUSTER_WORDS.includes(name)) return
  const kind = BUDGET_WORDS.includes(name) ? 'a budget of searches' : 'an option of cluster'
  throw new ScenarioProblem(
    word.column,
    `"${name}" is ${kind}, and ${protocol} has a parameter of the same name: which one is meant? Give the parameter another name where ${protocol} is defined${BUDGET_WORDS.includes(name) ? `; the budget can be given to explore, as in: explore PROPERTY ${word.text}` : ''}`,
  )
}

function unknownSetting(protocol: Protocol, name: string, word: Word): ScenarioProblem {
  const known = [...Object.keys(protocol.params ?? {}), ...CLUSTER_WORDS]
  const near = nearest(name, known)
  return new ScenarioProblem(
    word.column,
    `${protocol.name} has no parameter "${name}"; it has ${Object.keys(protocol.params ?? {}).join(', ') || 'none'}`,
    near === null ? null : `${near}=`,
  )
}
