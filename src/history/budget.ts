/** What a search may spend, shared by all searches of one check. */
import { grouped } from '../base/verdict.ts'

export interface SearchLimits {
  /** Configurations looked at: which operations have been ordered, and the state they leave. Default: 2,000,000. */
  readonly maxConfigurations?: number
  /** Memory for the configurations and states of all unfinished searches together. Default: 256. */
  readonly maxMegabytes?: number
}

/** Counts what is spent; nothing in it ever throws. */
export class Budget {
  configurations = 0
  bytes = 0
  outOfMemory = false

  constructor(
    readonly maxConfigurations: number,
    readonly maxBytes: number,
  ) {}

  static of({ maxConfigurations = 2_000_000, maxMegabytes = 256 }: SearchLimits): Budget {
    return new Budget(maxConfigurations, maxMegabytes * 1_048_576)
  }

  /** Takes memory if there is enough; false, and spent for good, if not. */
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.maxBytes) this.outOfMemory = true
    else this.bytes += bytes
    return !this.outOfMemory
  }

  /** True while there is something left. */
  get left(): boolean {
    return !this.outOfMemory && this.configurations < this.maxConfigurations
  }

  /** Which budget ran out: `2,000,000 configurations`. */
  get text(): string {
    return this.outOfMemory
      ? `${grouped(Math.round(this.maxBytes / 1_048_576))} MB of memory`
      : `${grouped(this.maxConfigurations)} configurations`
  }
}
