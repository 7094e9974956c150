/** Vitest's setup file in the fork: our matchers, and word to the host at both ends of every check. */
import { afterEach, beforeEach, expect } from 'vitest'
import { matchers } from './matchers.ts'
import { recordBegin, recordEnd } from './recorder.ts'

expect.extend(matchers)

beforeEach(({ task }) => recordBegin(task.name))

afterEach(({ task }) => recordEnd(task.name, task.meta, task.result?.errors?.[0] ?? null))
