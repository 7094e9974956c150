/** The parts that all SVG pictures are made of: texts, numbers, and drawings that begin at (0, 0). */
import type { Tone } from '../base/view.ts'

/** A piece of a picture, in pixels; `body` are elements that begin at (0, 0). */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly body: string
}

/** The width of a character and the height of a line, in pixels. */
const CHARACTER = 7.8
export const ROW = 19

export type Anchor = 'start' | 'middle' | 'end'

export function svgText(x: number, y: number, text: string, tone: Tone, anchor: Anchor = 'start'): string {
  const where = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  const look = tone === 'plain' || tone === 'code' ? '' : ` class="${tone}"`
  return `<text x="${round(x)}" y="${round(y)}"${where}${look}>${escapeXml(text)}</text>`
}

/** How wide a text is drawn, about: the font is one of fixed width. */
export function textPixels(text: string): number {
  return text.length * CHARACTER
}

/** Two decimals: the same file on every machine. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** Text for XML and HTML. Control characters, which XML forbids, become spaces. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
