/** Services that Maelstrom offers to nodes by name (doc/services.md): maps, and a source of timestamps. */
import { canonicalText, type Json } from '../base/canonical.ts'
import { ERROR, errorBody, type WireBody } from './message.ts'

/** Answers a request to the service of this name; null where none is called so. */
export class Services {
  private readonly maps = new Map<string, Map<string, Json>>(MAPS.map((name) => [name, new Map()]))
  private ts = 0

  /** All three maps are linearizable here, which is more than `seq-kv` and `lww-kv` promise. */
  answer(name: string, request: WireBody): WireBody | null {
    if (name === 'lin-tso')
      return request.type === 'ts' ? { type: 'ts_ok', ts: this.ts++ } : unsupported(name, request)
    const map = this.maps.get(name)
    return map === undefined ? null : (carryOut(map, request) ?? unsupported(name, request))
  }
}

const MAPS = ['lin-kv', 'seq-kv', 'lww-kv']

function carryOut(map: Map<string, Json>, { type, ...request }: WireBody): WireBody | null {
  const key = canonicalText(request['key'] ?? null)
  const value = map.get(key)
  const missing = errorBody(ERROR.keyDoesNotExist, `there is no ${key}`)
  switch (type) {
    case 'read':
      return value === undefined ? missing : { type: 'read_ok', value }
    case 'write':
      map.set(key, request['value'] ?? null)
      return { type: 'write_ok' }
    case 'cas': {
      const { from = null, to = null, create_if_not_exists: creates } = request
      if (value === undefined && creates !== true) return missing
      if (value !== undefined && canonicalText(value) !== canonicalText(from))
        return errorBody(ERROR.preconditionFailed, `${key} is ${canonicalText(value)}`)
      map.set(key, to)
      return { type: 'cas_ok' }
    }
    default:
      return null
  }
}

function unsupported(name: string, { type }: WireBody): WireBody {
  return errorBody(ERROR.notSupported, `${name} does not know "${type}"`)
}
