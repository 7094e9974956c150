/** exactNumber: a number as a history writes it, so that two that differ are never read as equal. */

/** Digits that a double holds whatever they are. */
const MOST_DIGITS = 15

/** Text where a double cannot hold it exactly: whole numbers without sign and zeros in front, others as they stand. Null for what is no number. */
export function exactNumber(text: string): number | string | null {
  if (/^[+-]?\d+$/.test(text)) {
    const whole = Number(text)
    return Number.isSafeInteger(whole) ? whole : BigInt(text.replace('+', '')).toString()
  }
  const number = Number(text)
  if (Number.isNaN(number)) return null
  const digits = text.replace(/e.*$/i, '').replace(/[-+.]/g, '').replace(/^0+/, '')
  const isExact = digits === '' || (digits.length <= MOST_DIGITS && number !== 0)
  return isExact && (Number.isSafeInteger(number) || !Number.isInteger(number)) && Number.isFinite(number)
    ? number
    : text
}
