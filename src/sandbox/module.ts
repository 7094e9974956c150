/** ForeignModule: an answer's file in a realm of its own, and what it exports. */
import { types } from 'node:util'
import { defineNode } from '../node/node.ts'
import type { Engine } from './fuel.ts'
import { ANSWER_FILE, OUT_OF_REACH, OUTSIDE } from './given.ts'
import { labelNumber } from './guard.ts'
import { lend } from './lend.ts'
import type { Limits } from './limits.ts'
import { type Log, outOfReach, Realm } from './realm.ts'

/** What an answer may import from 'splitbrain'. Types cost nothing and are all there. */
const GIVEN: { readonly [name: string]: unknown } = { defineNode: lend(defineNode) }

export class ForeignModule {
  readonly realm: Realm
  private readonly engine: Engine
  private readonly module = { exports: {} as { readonly [name: string]: unknown } }

  /** `code` is made by `compileAnswer`. Runs nothing of it yet. */
  constructor(code: string, limits: Limits, log: Log) {
    this.realm = new Realm(limits, log)
    Object.freeze(this.realm.globals)
    const require = harden((name: unknown): unknown =>
      name === 'splitbrain' ? harden(GIVEN) : outOfReach('require', OUT_OF_REACH['require']!),
    )
    const { module } = this
    this.engine = this.realm.add(code, ANSWER_FILE, { require, module, exports: module.exports })
  }

  /** Runs the file itself, once. Throws what `Realm.enter` throws. */
  load(): void {
    this.realm.enter(labelNumber(OUTSIDE), () => this.engine.run())
  }

  /** The names of all that the file exports; the same holds as for `exported`. */
  names(): readonly string[] {
    return Object.keys(this.module.exports).map(String)
  }

  /** What the file exports under this name, as it is: call it inside `realm.enter`, and take copies out. */
  exported(name: string): unknown {
    return this.module.exports[name]
  }

  /** A few names of what the file exports, in order: call it inside `realm.enter`. */
  get someNames(): readonly string[] {
    if (types.isProxy(this.module.exports)) return []
    return Object.keys(this.module.exports).filter(isShortName).sort().slice(0, MOST_NAMES)
  }
}

const MOST_NAMES = 3

function isShortName(name: string): boolean {
  return /^[A-Za-z_$][\w$]{0,39}$/.test(name)
}
