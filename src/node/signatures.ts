/** Signatures: who can make one, and who can check it. */
import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { hashText } from '../base/random.ts'

/** Signs and checks texts in the name of nodes. A handler reaches it only through its own `ctx`. */
export interface Signatures {
  /** Whether anybody has signed anything yet: then a story needs these keys to be told again. */
  readonly used: boolean
  sign(by: string, text: string): string
  verify(by: string, text: string, signature: string): boolean
}

/**
 * Short tags for searches: a message authentication code (HMAC-SHA-256, cut to 96 bits) with a key that no handler has. So
 * whoever has tags can make no other one, and a node makes them by its own `ctx.sign` alone, while its handler runs. As all
 * that a run depends on, the keys come from the seed: a tag says nothing to anybody outside of the world.
 */
export function tags(seed: number): Signatures {
  const tag = (by: string, text: string) => {
    const code = createHmac('sha256', `${seed}/key of ${by}`).update(text).digest('base64url')
    return `${by}:${code.slice(0, 16)}`
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
    verify(by, text, signature) {
      const bytes = Buffer.from(signature, 'base64url')
      // One signature has one text: decoding passes over bits at the end, and over signs that are none of base64.
      if (bytes.toString('base64url') !== signature) return false
      return verify(null, Buffer.from(text), keysOf(by).shared, bytes)
    },
  }
}

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

function keyBytes(seed: number, by: string): Buffer {
  const bytes = Buffer.alloc(32)
  for (let i = 0; i < 8; i++) bytes.writeUInt32BE(hashText(`${seed}/key ${i} of ${by}`), i * 4)
  return bytes
}
