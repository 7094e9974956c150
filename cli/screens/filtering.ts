/** What to see of a story: which nodes, which messages, faults only. */

import { frame, type Picture, type Size } from '../components/frame.ts'
import type { Look } from '../components/timeline.ts'
import { type Line, plain, toned } from '../door.ts'
import { actionFor, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Walk } from '../walk.ts'
import { HelpScreen } from './help.ts'
import type { Host, Screen } from './screen.ts'

interface Item {
  readonly kind: 'faults' | 'node' | 'type'
  readonly name: string
}

export class FilteringScreen implements Screen {
  readonly keyed = 'filter'
  readonly #items: readonly Item[]
  #at = 0
  #look: Look

  constructor(
    readonly where: readonly string[],
    walk: Walk,
    look: Look,
    readonly host: Host,
    readonly changed: (look: Look) => void,
  ) {
    const types = [...new Set(walk.steps.flatMap((step) => step.types))].sort()
    this.#look = look
    this.#items = [
      { kind: 'faults', name: 'faults only' },
      ...walk.nodes.map((name) => ({ kind: 'node' as const, name })),
      ...types.map((name) => ({ kind: 'type' as const, name })),
    ]
  }

  draw(size: Size): Picture {
    return frame(size, {
      where: this.where,
      status: [],
      body: (_, height) => this.#body(height),
      keys: KEYS.filter,
    })
  }

  press(key: Press): void {
    const item = this.#items[this.#at]!
    switch (actionFor('filter', key.name)) {
      case 'toggle':
        return this.#change(toggled(this.#look, item))
      case 'only':
        return this.#change(this.#only(item))
      case 'all':
        return this.#change({
          ...this.#look,
          faultsOnly: false,
          hiddenNodes: new Set(),
          hiddenTypes: new Set(),
        })
      case 'up':
        this.#at = Math.max(0, this.#at - 1)
        return
      case 'down':
        this.#at = Math.min(this.#items.length - 1, this.#at + 1)
        return
      case 'close':
        return this.host.back()
      case 'help':
        return this.host.open(new HelpScreen(['filter'], this.host))
      case null:
    }
  }

  #change(look: Look): void {
    this.#look = look
    this.changed(look)
  }

  #only(item: Item): Look {
    const others = new Set(
      this.#items.filter((one) => one.kind === item.kind && one !== item).map((one) => one.name),
    )
    if (item.kind === 'faults') return { ...this.#look, faultsOnly: true }
    return item.kind === 'node'
      ? { ...this.#look, hiddenNodes: others }
      : { ...this.#look, hiddenTypes: others }
  }

  #body(height: number): Line[] {
    const rows: { readonly line: Line; readonly at: number }[] = []
    let kind = ''
    for (const [i, item] of this.#items.entries()) {
      if (item.kind !== kind && item.kind !== 'faults')
        rows.push({ at: -1, line: toned('dim', item.kind === 'node' ? ' nodes' : ' messages') })
      kind = item.kind
      const isMarked = i === this.#at
      rows.push({
        at: i,
        line: [
          { text: isMarked ? ' ▸ ' : '   ', tone: 'accent' },
          { text: isOn(this.#look, item) ? '[x] ' : '[ ] ', tone: 'code' },
          { text: item.name, tone: isMarked ? 'strong' : 'plain' },
        ],
      })
    }
    const head = [toned('strong', ' What to see of this story'), plain('')]
    const room = Math.max(1, height - head.length)
    const marked = rows.findIndex((row) => row.at === this.#at)
    const start = Math.max(0, Math.min(marked - Math.floor(room / 2), rows.length - room))
    return [...head, ...rows.slice(start, start + room).map((row) => row.line)]
  }
}

function isOn(look: Look, { kind, name }: Item): boolean {
  if (kind === 'faults') return look.faultsOnly
  return !(kind === 'node' ? look.hiddenNodes : look.hiddenTypes).has(name)
}

function toggled(look: Look, item: Item): Look {
  const flipped = (names: ReadonlySet<string>): ReadonlySet<string> => {
    const copy = new Set(names)
    if (!copy.delete(item.name)) copy.add(item.name)
    return copy
  }
  switch (item.kind) {
    case 'faults':
      return { ...look, faultsOnly: !look.faultsOnly }
    case 'node':
      return { ...look, hiddenNodes: flipped(look.hiddenNodes) }
    case 'type':
      return { ...look, hiddenTypes: flipped(look.hiddenTypes) }
  }
}
