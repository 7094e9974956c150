/** The slot of a key in Redis Cluster: CRC16 of its hash tag, or of all of it, modulo 16384 (its specification, appendix A). */

/** How many slots there are. */
export const SLOTS = 16384

/** CRC16 of bytes, XMODEM: polynomial 0x1021, begins at 0, nothing reflected. */
export function crc16(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

/** What is between the first `{` and the first `}` after it, if that is not empty; else the whole key. */
export function hashTag(key: string): string {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open)
  return close > open + 1 ? key.slice(open + 1, close) : key
}

/** The slot of a key, of which the UTF-8 bytes count. */
export function keySlot(key: string): number {
  return crc16([...new TextEncoder().encode(hashTag(key))]) % SLOTS
}

/** The slot that all these keys have; null where they differ: no server takes such a command, it answers CROSSSLOT. */
export function commonSlot(keys: readonly string[]): number | null {
  const slots = new Set(keys.map(keySlot))
  return slots.size === 1 ? [...slots][0]! : null
}
