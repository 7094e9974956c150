/** The table of keys: no key twice, and no screen a trap. */
import { describe, expect, test } from 'vitest'
import { actionFor, type Binding, EVERYWHERE, KEYS } from '../../cli/keys.ts'
import { pressesOf } from '../../cli/presses.ts'

const screens: readonly (readonly [string, readonly Binding[]])[] = Object.entries(KEYS)

describe('the table of keys', () => {
  test.each(screens)('%s uses no key twice, and none that works everywhere', (_, bindings) => {
    const keys = [...EVERYWHERE, ...bindings].flatMap((binding) => binding.keys)
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
  })

  test.each(screens)('%s names each action once and says what it does', (_, bindings) => {
    const actions = bindings.map((binding) => binding.action)
    expect(new Set(actions).size).toBe(actions.length)
    for (const binding of bindings) expect(binding.says).toMatch(/^[a-z]/)
  })

  test('no screen is a trap: each has a key that leaves it', () => {
    for (const [screen, bindings] of screens)
      expect(
        bindings.some((b) => ['back', 'quit', 'leave', 'clear', 'close', 'no'].includes(b.action)),
        screen,
      ).toBe(true)
  })

  test('what can be done with arrows can be done with letters', () => {
    const arrows = /^(?:(?:ctrl|alt)-)?(?:up|down|left|right)$/
    for (const [screen, bindings] of screens)
      for (const { action, keys } of bindings)
        if (keys.some((key) => arrows.test(key)))
          expect(
            keys.filter((key) => !arrows.test(key)),
            `${screen}: ${action}`,
          ).not.toEqual([])
  })
})

describe('keys as the terminal sends them', () => {
  test('several letters in one write are several keys', () => {
    expect(pressesOf('jj ', {}).map((p) => p.name)).toEqual(['j', 'j', 'space'])
  })

  test('flags have names', () => {
    expect(pressesOf('', { upArrow: true })).toEqual([{ name: 'up', text: '' }])
    expect(pressesOf('', { rightArrow: true, ctrl: true })).toEqual([{ name: 'ctrl-right', text: '' }])
    expect(pressesOf('', { tab: true, shift: true })).toEqual([{ name: 'shift-tab', text: '' }])
    expect(pressesOf('b', { meta: true })).toEqual([{ name: 'alt-b', text: '' }])
    expect(pressesOf('p', { ctrl: true })).toEqual([{ name: 'ctrl-p', text: '' }])
    expect(pressesOf('', { escape: true, meta: true })).toEqual([{ name: 'esc', text: '' }])
  })

  test('a line and its end in one write are text and Enter', () => {
    expect(pressesOf('ab\r', {}).map((p) => p.name)).toEqual(['a', 'b', 'enter'])
    expect(pressesOf('\n', {}).map((p) => p.name)).toEqual(['enter'])
  })

  test('a key means what its screen says', () => {
    expect(actionFor('lesson', 'space')).toBe('pageDown')
    expect(actionFor('map', 'space')).toBeNull()
  })
})
