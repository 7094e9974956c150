/** A shell for tests: everything happens at once, and what was asked for is kept. */
import type { Size } from '../../cli/components/frame.ts'
import { type Line, lineText, toned } from '../../cli/door.ts'
import { pressesOf } from '../../cli/presses.ts'
import type { Course } from '../../cli/screens/course.ts'
import { screenFor } from '../../cli/screens/places.ts'
import type { Host, Place, Screen } from '../../cli/screens/screen.ts'

export class TestHost implements Host {
  readonly stack: Screen[] = []
  readonly ascii = false
  left = false
  /** What was copied last. */
  copied: string | null = null
  size: Size = { columns: 80, rows: 24 }

  constructor(readonly course: Course) {}

  get front(): Screen {
    return this.stack.at(-1)!
  }

  open(screen: Screen): void {
    this.stack.push(screen)
    screen.enter?.()
  }

  visit(place: Place): boolean {
    const screen = screenFor(this.course)(place, this)
    if (screen !== null) this.open(screen)
    return screen !== null
  }

  back(): void {
    this.stack.pop()?.close?.()
    if (this.stack.length === 0) this.left = true
    else this.front.enter?.()
  }

  quit(): void {
    this.left = true
  }

  redraw(): void {}

  later(work: () => void): void {
    work()
  }

  every(): () => void {
    return () => {}
  }

  async suspend(run: () => void | Promise<void>): Promise<void> {
    await run()
  }

  copy(text: string, what: string): Line {
    this.copied = text
    return toned('good', `Copied ${what}.`)
  }

  keepStory(name: string, text: string): Line {
    return this.course.keepStory(name, text)
  }

  /** Types letters; names in angle brackets are keys: `n<enter>`. */
  type(keys: string): void {
    for (const [, name, text] of keys.matchAll(/<([a-z-]+)>|([\s\S])/g)) {
      const presses = name === undefined ? pressesOf(text!, {}) : [{ name, text: '' }]
      for (const press of presses) {
        if (this.left) return
        this.front.draw(this.size)
        this.front.press(press, this.size)
      }
    }
  }

  text(): string {
    return this.front
      .draw(this.size)
      .lines.map((line) => lineText(line).trimEnd())
      .join('\n')
  }
}
