/** How far a search is, in one line: `exploring  1,204,331 worlds · depth 14 · 480k/s · Esc stops`. */
import { grouped, type Progress } from '../door.ts'

/** `ms` is how long the search has been running. */
export function progressText(progress: Progress, ms: number, stops = 'Esc stops'): string {
  switch (progress.kind) {
    case 'explore': {
      const { worlds, depth } = progress
      return `exploring  ${grouped(worlds)} worlds · depth ${depth} · ${rateText((1000 * worlds) / Math.max(1, ms))} · ${stops}`
    }
    case 'fuzz':
      return `fuzzing  ${grouped(progress.runs)} runs · ${rateText((1000 * progress.runs) / Math.max(1, ms))} · ${stops}`
  }
}

function rateText(perSecond: number): string {
  return perSecond < 1000 ? `${Math.round(perSecond)}/s` : `${Math.round(perSecond / 1000)}k/s`
}
