/** Signatures: only their signer can make them, and only on what was signed. */
import { describe, expect, test } from 'vitest'
import { type Context, defineNode } from '../../src/node/node.ts'
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

  test('no other text is the same signature, not by one bit of any of its letters', () => {
    const signature = signatures.sign('n1', 'attack')
    for (let i = 0; i < signature.length; i++)
      for (let bit = 0; bit < 7; bit++) {
        const letter = String.fromCharCode(signature.charCodeAt(i) ^ (1 << bit))
        const corrupt = `${signature.slice(0, i)}${letter}${signature.slice(i + 1)}`
        expect(signatures.verify('n1', 'attack', corrupt), `bit ${bit} of letter ${i}`).toBe(false)
      }
    for (const more of ['=', ' ', '\n', '!', signature])
      expect(signatures.verify('n1', 'attack', signature + more)).toBe(false)
    expect(signatures.verify('n1', 'attack', '')).toBe(false)
    expect(signatures.verify('n1', 'attack', signature)).toBe(true)
  })

  test('of one node on many texts are all different, and none is that of another node', () => {
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`)
    const made = ['n1', 'n2'].flatMap((by) =>
      texts.map((text) => signatures.sign(by, text).replace(`${by}:`, '')),
    )
    expect(new Set(made).size).toBe(400)
  })

  test('a node that has kept the ctx of another one cannot sign with its key', () => {
    const kept: Context[] = []
    const forged: unknown[] = []
    const node = defineNode<object, { type: 'go' }>({
      start(ctx) {
        for (const other of kept) {
          for (const go of [
            () => other.sign('retreat'),
            () => Reflect.apply(ctx.sign, other, ['retreat']),
            () => ({ ...ctx, self: 'n1' }).sign?.('retreat'),
          ])
            try {
              forged.push(go())
            } catch (error) {
              expect(String(error)).toMatch('ctx was used after its handler had returned')
            }
        }
        kept.push(ctx)
        return {}
      },
      on: {},
    })
    const run = (self: string) =>
      step({
        node,
        identity: { self, peers: [], config: {} },
        state: null,
        disk: { keys: {}, logs: {} },
        event: { kind: 'start', boot: 'first' },
        nowMs: 0,
        signatures,
        picks: [],
      })
    expect([run('n1').kind, run('n2').kind]).toEqual(['done', 'done'])
    const text = '"retreat"'
    expect(forged.some((one) => signatures.verify('n1', text, String(one)))).toBe(false)
    expect(forged.filter((one) => signatures.verify('n2', text, String(one))).length).toBeGreaterThan(0)
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
