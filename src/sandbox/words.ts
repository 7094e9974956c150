/** teach: what the language, or the lock around it, says of a mistake, in the words of the course. */

const SHARED =
  'Messages, ctx and what the language itself brings are shared and cannot be changed: build a new value instead'
const GROWS = 'Something grows without end: look for what is only ever added to'

/** The first pattern that fits; `$&` stands for what was said. */
const LESSONS: readonly (readonly [RegExp, string])[] = [
  [
    /^(Cannot assign to read only property|Cannot set property|Cannot add property|Cannot delete property|Cannot define property|Cannot redefine property).*/s,
    `$&. ${SHARED}`,
  ],
  [/.*is not a valid constructor\.?$/s, 'code cannot be made from text while it runs: write the code out'],
  [
    /.*Maximum call stack size exceeded.*/s,
    'functions called each other too deep: look for a call that never ends',
  ],
  [/^Invalid (string|array) length$/, `the $1 became too long. ${GROWS}`],
  [/^(Map|Set) maximum size exceeded$/, `the $1 became too large. ${GROWS}`],
  [/^Maximum BigInt size exceeded$/, `the BigInt became too large. ${GROWS}`],
  [
    /.*\(SES_(?:HTML_COMMENT|IMPORT|EVAL)_REJECTED\)$/s,
    'a regular expression looks like import(, eval( or an HTML comment, which cannot be told apart from code: write it with \\x28 for (, or \\x2d for -',
  ],
  [
    /.*secure mode.*/s,
    'this part of the language differs from run to run, and a run has to be the same again: take time from ctx.now(), chance from ctx.pick(list)',
  ],
]

export function teach(message: string): string {
  for (const [said, lesson] of LESSONS) if (said.test(message)) return message.replace(said, lesson)
  return message
}
