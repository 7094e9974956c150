/** Signatures: who can make one, and who can check it. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { hashText } from '../base/random.ts'

/** Signs and checks texts in the name of nodes. A handler reaches it only through its own `ctx`. */
export interface Signatures {
  /** Whether anybody has signed anything yet: then a story needs these keys to be told again. */
  readonly used: boolean
  sign(by: string, text: string): string
  verify(by: string, text: string, signature: string): boolean
}

/**
 * Short tags for searches: a hash of the text under a secret that no handler can see. As good as a signature
 * inside a world, where nobody can do anything but call `ctx`; of no use outside.
 */
export function tags(seed: number): Signatures {
  const tag = (by: string, text: string) => {
    const half = (salt: string) => hashText(`${seed}/${salt}/secret of ${by}/${text}`).toString(36)
    return `${by}:${half('left')}${half('right')}`
  }
  let used = false
  return {
    get used() {
      return used
    },
    sign(by, text) {
      used = true
      return tag(by, text)
    },
    verify: (by, text, signature) => signature === tag(by, text),
  }
}

/** Ed25519 (RFC 8032). Keys come from the seed, so that a run can be replayed; signing is deterministic. */
export function ed25519(seed: number): Signatures {
  const keys = new Map<string, { readonly secret: KeyObject; readonly shared: KeyObject }>()
  const keysOf = (by: string) => {
    const known = keys.get(by)
    if (known !== undefined) return known
    const secret = createPrivateKey({
      key: Buffer.concat([PKCS8_ED25519, keyBytes(seed, by)]),
      format: 'der',
      type: 'pkcs8',
    })
    const made = { secret, shared: createPublicKey(secret) }
    keys.set(by, made)
    return made
  }
  let used = false
  return {
    get used() {
      return used
    },
    sign(by, text) {
      used = true
      return sign(null, Buffer.from(text), keysOf(by).secret).toString('base64url')
    },
    verify: (by, text, signature) =>
      verify(null, Buffer.from(text), keysOf(by).shared, Buffer.from(signature, 'base64url')),
  }
}

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

function keyBytes(seed: number, by: string): Buffer {
  const bytes = Buffer.alloc(32)
  for (let i = 0; i < 8; i++) bytes.writeUInt32BE(hashText(`${seed}/key ${i} of ${by}`), i * 4)
  return bytes
}
