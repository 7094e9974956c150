/** A node's disk as a file: every sync is one line that is on the medium before it returns. An edge. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { hashText } from '../base/random.ts'
import type { DiskImage } from '../node/input.ts'
import { type DiskEffect, imageAfter } from '../world/disk.ts'

/** Whose disk it is. */
export interface DiskOwner {
  readonly program: string
  readonly node: string
}

/** A folder that is not the disk of this node, or that cannot be used: one sentence that begins with its place. */
export class DiskProblem extends Error {
  override readonly name = 'DiskProblem'
}

/** More lines than this are written anew as one when the disk is opened. */
const MOST_LINES = 256

const EMPTY: DiskImage = { keys: {}, logs: {} }

/**
 * What was written and not synced is kept in memory only, and gone when the process ends, however it ends: as after a
 * loss of power. All that lies between two syncs survives together or not at all. A line that a crash cut off was never
 * synced; it is removed when the disk is opened.
 */
export class DiskFolder {
  private unsynced: DiskEffect[] = []

  private constructor(
    private readonly file: number,
    private readonly path: string,
    /** What is on it. */
    readonly image: DiskImage,
    /** Whether this node has started on it before. */
    readonly isUsed: boolean,
    /** When it started first, in milliseconds since 1970. */
    readonly beganMs: number,
  ) {}

  /** Opens the disk of a node in its folder, making what is missing. Throws `DiskProblem`. */
  static open(folder: string, owner: DiskOwner, nowMs: number): DiskFolder {
    const path = join(folder, FILE)
    return guarded(path, () => {
      makeFolder(folder)
      const { head, image, length, lines } = readDisk(path, owner)
      const beganMs = head?.beganMs ?? nowMs
      if (head === null || lines > MOST_LINES) writeAnew(path, { ...owner, beganMs }, image)
      else truncateSync(path, length)
      return new DiskFolder(openSync(path, 'a'), path, image, head !== null, beganMs)
    })
  }

  /** Carries one effect out. A sync returns when all is on the medium; it throws `DiskProblem` where that fails. */
  carryOut(effect: DiskEffect): void {
    if (effect.kind !== 'sync') {
      this.unsynced.push(effect)
      return
    }
    if (this.unsynced.length === 0) return
    guarded(this.path, () => {
      writeAllOf(this.file, lineOf(this.unsynced))
      fsyncSync(this.file)
    })
    this.unsynced = []
  }

  close(): void {
    closeSync(this.file)
  }
}

/**
 * Makes a folder and what is missing above it, one after the other: where the system says that a folder is not there which
 * is, as in /proc, Node's own way to make all of them never ends.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolder(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another node may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const FILE = 'disk.jsonl'
const SCHEMA = 1

interface Head extends DiskOwner {
  readonly beganMs: number
}

/** What lies there, up to the first line that is not whole. */
function readDisk(path: string, owner: DiskOwner) {
  const bytes = readBytes(path)
  const nothing = { head: null, image: EMPTY, length: 0, lines: 0 }
  if (bytes === null) return nothing
  let [at, lines, head, image]: [number, number, Head | null, DiskImage] = [0, 0, null, EMPTY]
  const effects: DiskEffect[] = []
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    const value = valueIn(bytes.toString('utf8', at, end))
    if (value === null) {
      if (end + 1 === bytes.length && head !== null) break
      throw new DiskProblem(
        head === null
          ? `${path} is not a disk of splitbrain: give a folder of its own, or an empty one`
          : `${path}: line ${lines + 1} is damaged, and more was written after it`,
      )
    }
    if (head === null) {
      head = headOf(value, path, owner)
      image = (value as { readonly image: DiskImage }).image
    } else effects.push(...(value as DiskEffect[]))
    lines++
    at = end + 1
  }
  // Without one whole line the folder was made, and the node never started.
  return head === null ? nothing : { head, image: imageAfter(image, effects), length: at, lines }
}

function headOf(value: unknown, path: string, owner: DiskOwner): Head {
  const { schemaVersion, program, node, beganMs } = value as { readonly [field: string]: unknown }
  if (schemaVersion !== SCHEMA || typeof beganMs !== 'number')
    throw new DiskProblem(`${path} is not a disk that this version of splitbrain can read`)
  if (program !== owner.program || node !== owner.node)
    throw new DiskProblem(
      `${path} is the disk of ${String(node)} of ${String(program)}, not of ${owner.node} of ${owner.program}: give another folder`,
    )
  return { program: owner.program, node: owner.node, beganMs }
}

/** A whole disk as one line, put into place at once. */
function writeAnew(path: string, head: Head, image: DiskImage): void {
  const made = `${path}.new`
  const file = openSync(made, 'w')
  writeAllOf(file, lineOf({ schemaVersion: SCHEMA, ...head, image }))
  fsyncSync(file)
  closeSync(file)
  renameSync(made, path)
  syncFolder(dirname(path))
}

/** The name of a new file is on the medium only when its folder is. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

const NEWLINE = 10

/** A checksum, and JSON. */
function lineOf(value: unknown): Buffer {
  const text = JSON.stringify(value)
  return Buffer.from(`${hashText(text).toString(16).padStart(8, '0')} ${text}\n`)
}

/** Null where the line is not what was once written. */
function valueIn(line: string): unknown {
  const text = line.slice(9)
  return hashText(text).toString(16).padStart(8, '0') === line.slice(0, 8) ? JSON.parse(text) : null
}

function writeAllOf(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

function readBytes(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function guarded<T>(path: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const problem = systemProblem(path, error)
    throw problem === null ? error : new DiskProblem(problem)
  }
}

/** What the system refused, in one sentence that begins with the place; null where it was something else. */
export function systemProblem(path: string, error: unknown): string | null {
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? null : `${path}: ${WHY[code] ?? `the system says ${code}`}`
}

const WHY: { readonly [code: string]: string } = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'you may not write there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full for you',
  EFBIG: 'no file may be so large here',
  ENOENT: 'a part of its path is not there, and cannot be made',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its path leads in a circle',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EISDIR: 'it is a folder',
}
