/** Charts as SVG: bars, curves and rings. */
import type { BarsView, ChartView, CurveView, RingView, Tone } from '../base/view.ts'
import { axisRange, ringShares, SERIES_TONES, shortNumber } from './chart.ts'
import { type Drawing, ROW, round, svgText, textPixels } from './svgParts.ts'

export function svgChart(view: ChartView): Drawing {
  const title = view.title === '' ? '' : svgText(0, 14, view.title, 'strong')
  const top = view.title === '' ? 0 : ROW + 8
  const body = chartBody(view)
  return {
    width: Math.max(body.width, textPixels(view.title)),
    height: top + body.height,
    body: `${title}<g transform="translate(0 ${top})">${body.body}</g>`,
  }
}

function chartBody(view: ChartView): Drawing {
  switch (view.kind) {
    case 'bars':
      return barsBody(view)
    case 'curve':
      return curveBody(view)
    case 'ring':
      return ringBody(view)
  }
}

const BAR_ROOM = 420

function barsBody({ bars, unit }: BarsView): Drawing {
  const most = Math.max(1e-300, ...bars.map((bar) => bar.value))
  const labels = Math.max(0, ...bars.map((bar) => textPixels(bar.label))) + 14
  const words = bars.map(({ value, note }) =>
    [`${shortNumber(value)}${unit === '' ? '' : ` ${value === 1 ? unit.replace(/s$/, '') : unit}`}`, note]
      .filter((part) => part !== undefined)
      .join('  '),
  )
  const body = bars.map(({ label, value, tone = 'accent' }, i) => {
    const length = value === 0 ? 0 : Math.max(1, (value / most) * BAR_ROOM)
    const y = i * (ROW + 3)
    return [
      svgText(labels - 14, y + 14, label, 'plain', 'end'),
      `<rect class="${fillOf(tone)}" x="${round(labels)}" y="${y + 3}" width="${round(length)}" height="14"/>`,
      svgText(labels + length + 8, y + 14, words[i]!, 'plain'),
    ].join('')
  })
  return {
    width: labels + BAR_ROOM + 8 + Math.max(0, ...words.map(textPixels)),
    height: bars.length * (ROW + 3),
    body: body.join(''),
  }
}

const PLOT = { width: 460, height: 220 }

function curveBody(view: CurveView): Drawing {
  const points = view.series.flatMap((one) => one.points)
  const x = axisRange(
    view.x,
    points.map((point) => point[0]),
  )
  const y = axisRange(
    view.y,
    points.map((point) => point[1]),
  )
  const margin = Math.max(textPixels(shortNumber(y.to)), textPixels(shortNumber(y.from))) + 8
  const at = ([px, py]: readonly [number, number]) =>
    [
      round(margin + ((px - x.from) / (x.to - x.from)) * PLOT.width),
      round(ROW + ((y.to - py) / (y.to - y.from)) * PLOT.height),
    ] as const
  const bottom = ROW + PLOT.height
  const lines = view.series.map((one, i) => {
    const tone = SERIES_TONES[i % SERIES_TONES.length]!
    const places = one.points.map(at)
    const path = places.map(([px, py], n) => `${n === 0 ? 'M' : 'L'}${px} ${py}`).join('')
    const dots = places.map(([px, py]) => `<circle class="${fillOf(tone)}" cx="${px}" cy="${py}" r="2.5"/>`)
    const dash = i === 0 ? '' : ` stroke-dasharray="${2 + 3 * i} ${2 + i}"`
    const legend = svgText(margin + PLOT.width + 16, ROW + 14 + i * ROW, one.name, tone)
    return `<path class="s-${tone}" stroke-width="1.6"${dash} d="${path}"/>${dots.join('')}${legend}`
  })
  const names = Math.max(0, ...view.series.map((one) => textPixels(one.name)))
  return {
    width: margin + PLOT.width + (names === 0 ? 8 : names + 24),
    height: bottom + 2 * ROW,
    body: [
      svgText(0, 10, view.y.name, 'dim'),
      svgText(margin - 6, ROW + 5, shortNumber(y.to), 'dim', 'end'),
      svgText(margin - 6, bottom + 5, shortNumber(y.from), 'dim', 'end'),
      `<path class="rule" d="M${round(margin)} ${ROW}V${bottom}H${round(margin + PLOT.width)}"/>`,
      svgText(margin, bottom + ROW, shortNumber(x.from), 'dim'),
      svgText(margin + PLOT.width / 2, bottom + ROW, view.x.name, 'dim', 'middle'),
      svgText(margin + PLOT.width, bottom + ROW, shortNumber(x.to), 'dim', 'end'),
      ...lines,
    ].join(''),
  }
}

const RADIUS = 110

function ringBody(view: RingView): Drawing {
  const shares = ringShares(view)
  const tone = (owner: string): Tone =>
    SERIES_TONES[
      Math.max(
        0,
        shares.findIndex((one) => one.owner === owner),
      ) % SERIES_TONES.length
    ]!
  const centre = RADIUS + 30
  const place = (at: number, radius: number) =>
    [
      round(centre + radius * Math.sin(at * 2 * Math.PI)),
      round(centre - radius * Math.cos(at * 2 * Math.PI)),
    ] as const
  const arcs = view.points.map(({ at, owner }, i) => {
    const before = view.points[i - 1]?.at ?? view.points.at(-1)!.at - 1
    if (at - before >= 1)
      return `<circle class="s-${tone(owner)}" stroke-width="6" cx="${centre}" cy="${centre}" r="${RADIUS}"/>`
    const [x0, y0] = place(before, RADIUS)
    const [x1, y1] = place(at, RADIUS)
    const large = at - before > 0.5 ? 1 : 0
    return `<path class="s-${tone(owner)}" stroke-width="6" d="M${x0} ${y0}A${RADIUS} ${RADIUS} 0 ${large} 1 ${x1} ${y1}"/>`
  })
  const points = view.points.map(({ at, owner }) => {
    const [x, y] = place(at, RADIUS)
    return `<circle class="${fillOf(tone(owner))}" cx="${x}" cy="${y}" r="6"/>`
  })
  const keys = view.keys.map((key) => {
    const [x, y] = place(key.at, RADIUS - 18)
    const [tx, ty] = place(key.at, RADIUS - 32)
    const anchor = key.at < 0.5 ? 'end' : 'start'
    return `<circle class="s-${tone(key.owner)}" stroke-width="1.6" cx="${x}" cy="${y}" r="4"/>${svgText(tx, ty + 4, key.name, 'plain', anchor)}`
  })
  const aside = 2 * centre + 10
  const legend = shares.map(({ owner, share }, i) => {
    const count = view.points.filter((point) => point.owner === owner).length
    const words = `${owner}  ${(share * 100).toFixed(1)}%${count === 1 ? '' : `, ${count} points`}`
    return `<circle class="${fillOf(tone(owner))}" cx="${aside}" cy="${30 + i * ROW}" r="6"/>${svgText(aside + 14, 34 + i * ROW, words, 'plain')}`
  })
  return {
    width: aside + 220,
    height: Math.max(2 * centre, 40 + shares.length * ROW),
    body: [...arcs, ...points, ...keys, ...legend].join(''),
  }
}

/** The rule of the style that fills with a tone; text colour where a tone has none of its own. */
function fillOf(tone: Tone): string {
  return tone === 'plain' || tone === 'strong' || tone === 'code' ? 'ink' : tone
}
