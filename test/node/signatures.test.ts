/** Signatures: only their signer can make them, and only on what was signed. */
import { describe, expect, test } from 'vitest'
import { defineNode } from '../../src/node/node.ts'
import { ed25519, tags } from '../../src/node/signatures.ts'
import { step } from '../../src/node/step.ts'

describe.each([
  ['tags', tags],
  ['ed25519', ed25519],
] as const)('%s', (_name, make) => {
  const signatures = make(1)

  test('verify for their signer and text, and for nothing else', () => {
    const signature = signatures.sign('n1', 'attack')
    expect(signatures.verify('n1', 'attack', signature)).toBe(true)
    expect(signatures.verify('n1', 'retreat', signature)).toBe(false)
    expect(signatures.verify('n2', 'attack', signature)).toBe(false)
    expect(signatures.verify('n1', 'attack', `${signature}x`)).toBe(false)
    expect(make(2).verify('n1', 'attack', signature)).toBe(false)
  })

  test('are the same in every run of a seed', () => {
    expect(make(7).sign('n1', 'x')).toBe(make(7).sign('n1', 'x'))
    expect(make(7).sign('n1', 'x')).not.toBe(make(8).sign('n1', 'x'))
  })

  test('a node signs in its own name only, whatever order its fields are in', () => {
    const node = defineNode<{ mine: string; order: boolean; forged: boolean }, { type: 'go' }>({
      start(ctx) {
        const mine = ctx.sign({ a: 1, b: 2 })
        return {
          mine,
          order: ctx.verify('n1', { b: 2, a: 1 }, mine),
          forged: ctx.verify('n2', { a: 1, b: 2 }, mine),
        }
      },
      on: {},
    })
    const result = step({
      node,
      identity: { self: 'n1', peers: [], config: {} },
      state: null,
      disk: { keys: {}, logs: {} },
      event: { kind: 'start', boot: 'first' },
      nowMs: 0,
      signatures,
      picks: [],
    })
    expect(result).toMatchObject({ kind: 'done', state: { order: true, forged: false } })
  })
})

test('an Ed25519 signature has the 64 bytes of RFC 8032', () => {
  expect(Buffer.from(ed25519(1).sign('n1', 'attack'), 'base64url')).toHaveLength(64)
})
