/** Lines: the bytes that a program prints, as the lines that they make. */

export interface LineListener {
  /** A line that is not blank, without its end. */
  line(text: string): void
  /** What no line can be: one sentence. */
  odd(problem: string): void
}

/** A line may be so long, in bytes. */
const MOST_LINE = 16_000_000
/** So much is shown of what is no text. */
const SHOWN = 40

const NEWLINE = 10

export class Lines {
  hasBegun = false
  private rest: Buffer[] = []
  private length = 0
  private readonly decoder = new TextDecoder('utf-8', { fatal: true })

  constructor(private readonly listener: LineListener) {}

  take(chunk: Buffer): void {
    this.hasBegun = true
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      this.rest.push(chunk.subarray(at, end))
      at = end + 1
      const bytes = Buffer.concat(this.rest)
      this.forget()
      this.line(bytes)
    }
    if (at === chunk.length) return
    this.rest.push(chunk.subarray(at))
    this.length += chunk.length - at
    if (this.length <= MOST_LINE) return
    const begins = JSON.stringify(this.open.slice(0, SHOWN))
    const { length } = this
    this.forget()
    this.listener.odd(`printed ${length} bytes without the end of a line; they begin ${begins}`)
  }

  /** What has been printed of a line that has not ended yet. */
  get open(): string {
    return Buffer.concat(this.rest).toString('utf8')
  }

  private forget(): void {
    this.rest = []
    this.length = 0
  }

  private line(bytes: Buffer): void {
    let text: string
    try {
      text = this.decoder.decode(bytes)
    } catch {
      const from = Math.max(0, firstOdd(bytes) - SHOWN / 2)
      const near = JSON.stringify(bytes.toString('utf8', from, from + SHOWN))
      return this.listener.odd(`printed what is no UTF-8, as JSON must be: ${near}`)
    }
    if (text.trim() !== '') this.listener.line(text)
  }
}

/** Where bytes stop being UTF-8. */
function firstOdd(bytes: Buffer): number {
  return Buffer.byteLength(bytes.toString('utf8').split('\ufffd', 1)[0]!)
}
