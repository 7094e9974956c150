/** Services that Maelstrom offers to nodes by name (doc/services.md): maps, and a source of timestamps. */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { RandomStream } from '../base/random.ts'
import { ERROR, errorBody, shown, type WireBody } from './message.ts'

/** A map may hand out what it held before, as far as its promise allows; which, the dice say. */
export class Services {
  private readonly maps: { readonly [name: string]: Linearizable | Sequential | LastWriteWins }
  private ts = 0

  constructor(dice: RandomStream) {
    this.maps = {
      'lin-kv': new Linearizable(),
      'seq-kv': new Sequential(dice),
      'lww-kv': new LastWriteWins(dice),
    }
  }

  isOne(name: string): boolean {
    return name === ORACLE || Object.hasOwn(this.maps, name)
  }

  /** Answers a request of `client` to the service of this name. */
  answer(name: string, client: string, request: WireBody): WireBody {
    if (name === ORACLE && request.type === 'ts') return { type: 'ts_ok', ts: this.ts++ }
    if (name === ORACLE || !REQUESTS.includes(request.type))
      return errorBody(ERROR.notSupported, `${name} does not know "${request.type}"`)
    return this.maps[name]!.answer(client, request)
  }
}

const ORACLE = 'lin-tso'
const REQUESTS = ['read', 'write', 'cas']

interface Store {
  get(key: string): Json | undefined
  set(key: string, value: Json): void
}

/** Carries a request out on one state. */
function carryOut(store: Store, { type, ...request }: WireBody): WireBody {
  const key = canonicalText(request['key'] ?? null)
  const value = store.get(key)
  const missing = errorBody(ERROR.keyDoesNotExist, `there is no ${key}`)
  if (type === 'read') return value === undefined ? missing : { type: 'read_ok', value }
  if (type === 'write') {
    store.set(key, request['value'] ?? null)
    return { type: 'write_ok' }
  }
  const { from = null, to = null, create_if_not_exists: creates } = request
  if (value === undefined && creates !== true) return missing
  if (value !== undefined && !isSame(value, from))
    return errorBody(ERROR.preconditionFailed, `${key} is ${shown(value)}, not ${shown(from)}`)
  store.set(key, to)
  return { type: 'cas_ok' }
}

function isSame(a: Json, b: Json): boolean {
  return canonicalText(a) === canonicalText(b)
}

class Linearizable {
  private readonly map = new Map<string, Json>()

  answer(_client: string, request: WireBody): WireBody {
    return carryOut(this.map, request)
  }
}

/** So many states may be seen by those who do not know better. */
const REMEMBERED = 32

/**
 * What changes nothing may be answered from any state of the last few that is not older than what this client has seen; what
 * changes something happens to the newest. So all is in one order, and each client goes forward in it.
 */
class Sequential {
  /** Each value of a key with the number of the state that it came with, oldest first. */
  private readonly versions = new Map<string, { readonly since: number; readonly value: Json }[]>()
  private readonly seen = new Map<string, number>()
  private newest = 0

  constructor(private readonly dice: RandomStream) {}

  answer(client: string, request: WireBody): WireBody {
    const oldest = Math.max(this.seen.get(client) ?? 0, this.newest - REMEMBERED + 1)
    const at = this.dice.integer(oldest, this.newest)
    let changes = false
    const answer = carryOut(
      {
        get: (key) => this.valueAt(at, key),
        set: (key, value) => {
          const before = this.valueAt(at, key)
          changes ||= before === undefined || !isSame(before, value)
        },
      },
      request,
    )
    this.seen.set(client, changes ? ++this.newest : at)
    return changes ? carryOut(this.now, request) : answer
  }

  private readonly now: Store = {
    get: (key) => this.valueAt(this.newest, key),
    set: (key, value) => {
      const all = this.versions.get(key) ?? []
      this.versions.set(key, all)
      all.push({ since: this.newest, value })
      // Nobody sees any more what was overwritten before the oldest state that is remembered.
      while (all.length > 1 && all[1]!.since <= this.newest - REMEMBERED) all.shift()
    },
  }

  private valueAt(state: number, key: string): Json | undefined {
    return this.versions.get(key)?.findLast(({ since }) => since <= state)?.value
  }
}

interface Stamped {
  readonly ts: number
  readonly value: Json
}

interface Replica {
  clock: number
  readonly map: Map<string, Stamped>
}

const REPLICAS = 5

/** Replicas that answer without asking each other. Of two values for one key the later by their clocks stays when they meet. */
class LastWriteWins {
  private readonly replicas: readonly Replica[] = Array.from({ length: REPLICAS }, () => ({
    clock: 0,
    map: new Map(),
  }))

  constructor(private readonly dice: RandomStream) {}

  answer(_client: string, request: WireBody): WireBody {
    merge(this.dice.choose(this.replicas), this.dice.choose(this.replicas))
    const replica = this.dice.choose(this.replicas)
    const store: Store = {
      get: (key) => replica.map.get(key)?.value,
      set: (key, value) => {
        replica.map.set(key, { ts: replica.clock++, value })
      },
    }
    return carryOut(store, request)
  }
}

function merge(from: Replica, to: Replica): void {
  to.clock = Math.max(to.clock, from.clock)
  for (const [key, theirs] of from.map) {
    const ours = to.map.get(key)
    if (ours === undefined || isLater(theirs, ours)) to.map.set(key, theirs)
  }
}

function isLater(a: Stamped, b: Stamped): boolean {
  return a.ts !== b.ts ? a.ts > b.ts : canonicalText(a.value) > canonicalText(b.value)
}
