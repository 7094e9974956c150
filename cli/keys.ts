/** The one table of keys: what each key does on each screen. Footers and the page of keys are made from it. */

/** One thing a screen can do, and the keys that do it. */
export interface Binding {
  readonly action: string
  /** Names as `pressesOf` gives them (`presses.ts`). */
  readonly keys: readonly string[]
  /** How the keys are written; the first key where it is left out. */
  readonly shown?: string
  /** The word in the footer; empty where the footer leaves it out. */
  readonly label: string
  /** The sentence on the page of keys. */
  readonly says: string
}

/** In whatever is typed: the same keys move and erase. */
const MOVES_AND_ERASES = [
  { action: 'left', keys: ['left', 'ctrl-b'], shown: '← →', label: '', says: 'one character left' },
  { action: 'right', keys: ['right', 'ctrl-f'], shown: '→', label: '', says: 'one character right' },
  {
    action: 'wordLeft',
    keys: ['alt-b', 'ctrl-left', 'alt-left'],
    shown: 'Alt-B',
    label: '',
    says: 'one word left',
  },
  {
    action: 'wordRight',
    keys: ['alt-f', 'ctrl-right', 'alt-right'],
    shown: 'Alt-F',
    label: '',
    says: 'one word right',
  },
  { action: 'start', keys: ['ctrl-a', 'home'], shown: 'Ctrl-A', label: '', says: 'start of the line' },
  { action: 'end', keys: ['ctrl-e', 'end'], shown: 'Ctrl-E', label: '', says: 'end of the line' },
  {
    action: 'erase',
    keys: ['backspace', 'ctrl-h'],
    shown: 'Backspace',
    label: '',
    says: 'erase the character before',
  },
  {
    action: 'eraseNext',
    keys: ['delete', 'ctrl-d'],
    shown: 'Del',
    label: '',
    says: 'erase the character after',
  },
  {
    action: 'eraseWord',
    keys: ['ctrl-w', 'alt-backspace'],
    shown: 'Ctrl-W',
    label: '',
    says: 'erase the word before',
  },
  { action: 'eraseToStart', keys: ['ctrl-u'], shown: 'Ctrl-U', label: '', says: 'erase to the start' },
  { action: 'eraseToEnd', keys: ['ctrl-k'], shown: 'Ctrl-K', label: '', says: 'erase to the end' },
] as const satisfies readonly Binding[]

/** The most important first: a narrow footer shows only those. */
export const KEYS = {
  map: [
    {
      action: 'open',
      keys: ['enter', 'right', 'l'],
      shown: 'Enter',
      label: 'open',
      says: 'open the lesson or exercise',
    },
    { action: 'up', keys: ['up', 'k'], shown: '↑ ↓', label: 'choose', says: 'one up' },
    { action: 'down', keys: ['down', 'j'], label: '', says: 'one down' },
    { action: 'find', keys: ['/'], label: 'find', says: 'find by number or name; a digit starts it too' },
    { action: 'quit', keys: ['q'], label: 'quit', says: 'leave; the next visit starts where you were' },
    { action: 'pageUp', keys: ['pgup'], shown: 'PgUp', label: '', says: 'ten up' },
    { action: 'pageDown', keys: ['pgdn'], shown: 'PgDn', label: '', says: 'ten down' },
    { action: 'first', keys: ['home'], shown: 'Home', label: '', says: 'the first' },
    { action: 'last', keys: ['end', 'G'], shown: 'End', label: '', says: 'the last' },
    {
      action: 'glossary',
      keys: ['g'],
      label: 'glossary',
      says: 'the words of the course, and where they are shown',
    },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page' },
  ],
  find: [
    { action: 'open', keys: ['enter'], shown: 'Enter', label: 'open', says: 'open what is marked' },
    { action: 'up', keys: ['up', 'ctrl-p'], shown: '↑ ↓', label: 'choose', says: 'one up' },
    { action: 'down', keys: ['down', 'ctrl-n', 'tab'], shown: '↓', label: '', says: 'one down' },
    { action: 'erase', keys: ['backspace'], shown: 'Backspace', label: '', says: 'erase one character' },
    {
      action: 'clear',
      keys: ['esc', 'ctrl-u'],
      shown: 'Esc',
      label: 'show all',
      says: 'show everything again',
    },
  ],
  lesson: [
    {
      action: 'run',
      keys: ['enter'],
      shown: 'Enter',
      label: 'run',
      says: 'run this cell and what it depends on; open or close a folded section',
    },
    { action: 'next', keys: ['n', 'tab'], label: 'next', says: 'next cell' },
    { action: 'previous', keys: ['p', 'shift-tab'], label: '', says: 'previous cell' },
    {
      action: 'answer',
      keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
      shown: '1-9',
      label: 'predict',
      says: 'answer a prediction',
    },
    { action: 'prompt', keys: [':', 'i'], label: 'prompt', says: 'type commands on the world of this cell' },
    {
      action: 'world',
      keys: ['t'],
      label: 'timeline',
      says: 'walk this run in time, both ways, with the state of every node',
    },
    { action: 'exercise', keys: ['e'], label: 'exercise', says: 'open the exercise of this lesson' },
    { action: 'back', keys: ['q', 'esc'], label: 'map', says: 'back to the course map' },
    { action: 'runAll', keys: ['a'], label: 'run all', says: 'run every cell from the top' },
    { action: 'runTo', keys: ['u'], label: '', says: 'run every cell from the top up to this one' },
    { action: 'rerun', keys: ['r'], label: '', says: 'run this cell again, with the lines typed under it' },
    {
      action: 'restart',
      keys: ['R'],
      label: '',
      says: 'begin anew: forget what was saved and declared, then run again all that had run',
    },
    { action: 'change', keys: ['c'], label: 'change', says: 'change this cell here' },
    { action: 'editor', keys: ['v'], label: '', says: 'change this cell in $EDITOR' },
    { action: 'add', keys: ['o'], label: 'add', says: 'add a cell of your own below this one' },
    {
      action: 'addTypeScript',
      keys: ['O'],
      label: '',
      says: 'add a cell of TypeScript: it looks at the world above, and draws',
    },
    {
      action: 'remove',
      keys: ['x'],
      label: '',
      says: "remove a cell of your own, or take the lesson's text again for one you changed",
    },
    {
      action: 'search',
      keys: ['/'],
      label: 'search',
      says: 'search in this lesson, also in what is folded away',
    },
    {
      action: 'links',
      keys: ['l'],
      label: 'links',
      says: 'other lessons and sources that this one leads to',
    },
    { action: 'copy', keys: ['y'], label: 'copy', says: 'copy this cell, with what it printed' },
    { action: 'up', keys: ['up', 'k'], shown: '↑ ↓', label: 'scroll', says: 'one line up' },
    { action: 'down', keys: ['down', 'j'], shown: '↓', label: '', says: 'one line down' },
    { action: 'pageUp', keys: ['pgup', 'b'], shown: 'PgUp', label: '', says: 'one page up' },
    {
      action: 'pageDown',
      keys: ['pgdn', 'space', 'f'],
      shown: 'PgDn',
      label: '',
      says: 'one page down; so does Space',
    },
    { action: 'first', keys: ['home'], shown: 'Home', label: '', says: 'the beginning' },
    { action: 'last', keys: ['end', 'G'], shown: 'End', label: '', says: 'the end' },
    {
      action: 'glossary',
      keys: ['g'],
      label: 'glossary',
      says: 'the words of the course, and where they are shown',
    },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page' },
  ],
  search: [
    { action: 'go', keys: ['enter'], shown: 'Enter', label: 'stay there', says: 'stay at what was found' },
    { action: 'erase', keys: ['backspace'], shown: 'Backspace', label: '', says: 'erase one character' },
    { action: 'eraseAll', keys: ['ctrl-u'], shown: 'Ctrl-U', label: '', says: 'erase all' },
    { action: 'clear', keys: ['esc'], shown: 'Esc', label: 'end', says: 'back to where you were' },
  ],
  found: [
    { action: 'next', keys: ['n'], label: 'next match', says: 'the next place where it stands' },
    { action: 'previous', keys: ['N'], label: 'one before', says: 'the place before' },
    { action: 'again', keys: ['/'], label: 'other words', says: 'search for something else' },
    {
      action: 'clear',
      keys: ['esc'],
      shown: 'Esc',
      label: 'end',
      says: 'end the search; every other key does what it always does',
    },
  ],
  links: [
    {
      action: 'follow',
      keys: ['enter', 'right'],
      shown: 'Enter',
      label: 'follow',
      says: 'open the lesson, or copy the source',
    },
    { action: 'up', keys: ['up', 'k'], shown: '↑ ↓', label: 'choose', says: 'one up' },
    { action: 'down', keys: ['down', 'j'], shown: '↓', label: '', says: 'one down' },
    { action: 'copy', keys: ['y'], label: 'copy', says: 'copy what is marked' },
    { action: 'back', keys: ['esc', 'q', 'l'], shown: 'Esc', label: 'back', says: 'back to the lesson' },
    { action: 'pageUp', keys: ['pgup', 'b'], shown: 'PgUp', label: '', says: 'some up' },
    { action: 'pageDown', keys: ['pgdn', 'space', 'f'], shown: 'PgDn', label: '', says: 'some down' },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page' },
  ],
  edit: [
    {
      action: 'leave',
      keys: ['esc'],
      shown: 'Esc',
      label: 'done',
      says: 'keep the text, and go back to the page',
    },
    { action: 'runIt', keys: ['ctrl-r'], shown: 'Ctrl-R', label: 'run', says: 'keep the text, and run it' },
    { action: 'newline', keys: ['enter'], shown: 'Enter', label: 'new line', says: 'begin a new line' },
    { action: 'indent', keys: ['tab'], shown: 'Tab', label: '', says: 'two spaces' },
    { action: 'up', keys: ['up', 'ctrl-p'], shown: '↑ ↓', label: '', says: 'one line up' },
    { action: 'down', keys: ['down', 'ctrl-n'], shown: '↓', label: '', says: 'one line down' },
    ...MOVES_AND_ERASES,
    { action: 'pageUp', keys: ['pgup'], shown: 'PgUp', label: '', says: 'scroll the page up' },
    { action: 'pageDown', keys: ['pgdn'], shown: 'PgDn', label: '', says: 'scroll the page down' },
  ],
  prompt: [
    { action: 'submit', keys: ['enter'], shown: 'Enter', label: 'run', says: 'run the line' },
    {
      action: 'complete',
      keys: ['tab'],
      shown: 'Tab',
      label: 'complete',
      says: 'complete the word; what could come next stands above the line',
    },
    { action: 'older', keys: ['up', 'ctrl-p'], shown: '↑ ↓', label: 'history', says: 'an older line' },
    { action: 'newer', keys: ['down', 'ctrl-n'], shown: '↓', label: '', says: 'a newer line' },
    {
      action: 'leave',
      keys: ['esc'],
      shown: 'Esc',
      label: 'leave',
      says: 'back to the page; the line is kept',
    },
    { action: 'pageUp', keys: ['pgup'], shown: 'PgUp', label: 'scroll', says: 'one page up' },
    { action: 'pageDown', keys: ['pgdn'], shown: 'PgDn', label: '', says: 'one page down' },
    ...MOVES_AND_ERASES,
  ],
  repl: [
    {
      action: 'leave',
      keys: ['esc'],
      shown: 'Esc Esc',
      label: 'leave',
      says: 'stop what is running; twice leaves',
    },
    {
      action: 'world',
      keys: ['ctrl-t'],
      shown: 'Ctrl-T',
      label: 'debugger',
      says: 'walk this run in time, or the story that a search found',
    },
    { action: 'end', keys: ['ctrl-d'], shown: 'Ctrl-D', label: '', says: 'leave, where nothing is typed' },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page, where nothing is typed' },
  ],
  world: [
    { action: 'left', keys: ['left', 'h'], shown: '← →', label: 'walk time', says: 'one step back' },
    { action: 'right', keys: ['right', 'l'], shown: '→', label: '', says: 'one step on' },
    {
      action: 'branch',
      keys: ['enter'],
      shown: 'Enter',
      label: 'branch',
      says: 'choose what happens next instead: a branch of this story',
    },
    { action: 'back', keys: ['esc', 'q', 't'], shown: 'Esc', label: 'back', says: 'back to the page' },
    { action: 'fault', keys: ['x'], label: 'fault', says: 'on to the next fault' },
    { action: 'faultBack', keys: ['X'], label: '', says: 'back to the fault before' },
    { action: 'breaking', keys: ['v'], label: 'violation', says: 'to the step that breaks a property' },
    { action: 'filter', keys: ['f'], label: 'filter', says: 'choose nodes and messages' },
    {
      action: 'zoomIn',
      keys: ['+', '='],
      label: 'zoom',
      says: 'closer: also what each node sends and writes',
    },
    { action: 'zoomOut', keys: ['-'], label: '', says: 'farther: only faults and what the outside sees' },
    { action: 'copy', keys: ['y'], label: 'token', says: 'copy the token of this story, and print it' },
    { action: 'copyHere', keys: ['Y'], label: '', says: 'the same for the story up to this step' },
    { action: 'own', keys: ['n'], label: '', says: 'on to the next event of the node of this step' },
    { action: 'ownBack', keys: ['N', 'p'], label: '', says: 'back to its event before' },
    { action: 'faultsOnly', keys: ['F'], label: '', says: 'faults only, or all again' },
    { action: 'split', keys: ['z'], label: '', says: 'the timeline alone, the state alone, or both' },
    { action: 'section', keys: ['tab'], label: '', says: 'the state: to the next section' },
    { action: 'sectionBack', keys: ['shift-tab'], label: '', says: 'the state: to the section before' },
    { action: 'branches', keys: ['o'], label: '', says: 'the original, and the branches made from it' },
    { action: 'original', keys: ['O'], label: '', says: 'back to the original at once' },
    { action: 'save', keys: ['s'], label: '', says: 'give this story a name and save it' },
    { action: 'first', keys: ['home', 'g'], shown: 'Home', label: '', says: 'before the first step' },
    { action: 'last', keys: ['end', 'G'], shown: 'End', label: '', says: 'after the last step' },
    { action: 'up', keys: ['up', 'k'], shown: '↑ ↓', label: '', says: 'scroll the state up' },
    { action: 'down', keys: ['down', 'j'], shown: '↓', label: '', says: 'scroll the state down' },
    { action: 'pageUp', keys: ['pgup', 'b'], shown: 'PgUp', label: '', says: 'ten steps back' },
    { action: 'pageDown', keys: ['pgdn', 'space'], shown: 'PgDn', label: '', says: 'ten steps on' },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page' },
  ],
  choose: [
    { action: 'pick', keys: ['enter'], shown: 'Enter', label: 'take', says: 'take what is marked' },
    { action: 'up', keys: ['up', 'ctrl-p'], shown: '↑ ↓', label: 'choose', says: 'one up' },
    { action: 'down', keys: ['down', 'ctrl-n', 'tab'], shown: '↓', label: '', says: 'one down' },
    { action: 'close', keys: ['esc'], shown: 'Esc', label: 'leave', says: 'leave everything as it is' },
    {
      action: 'erase',
      keys: ['backspace'],
      shown: 'Backspace',
      label: '',
      says: 'erase one letter of what is looked for',
    },
    { action: 'pageUp', keys: ['pgup'], shown: 'PgUp', label: '', says: 'ten up' },
    { action: 'pageDown', keys: ['pgdn'], shown: 'PgDn', label: '', says: 'ten down' },
  ],
  filter: [
    {
      action: 'toggle',
      keys: ['enter', 'space', 'x'],
      shown: 'Space',
      label: 'show or hide',
      says: 'show or hide what is marked',
    },
    { action: 'up', keys: ['up', 'k'], shown: '↑ ↓', label: 'choose', says: 'one up' },
    { action: 'down', keys: ['down', 'j', 'tab'], shown: '↓', label: '', says: 'one down' },
    { action: 'only', keys: ['o'], label: 'only this', says: 'hide all others of its kind' },
    { action: 'all', keys: ['a'], label: 'all', says: 'show everything again' },
    { action: 'close', keys: ['esc', 'q', 'f'], shown: 'Esc', label: 'done', says: 'back to the timeline' },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page' },
  ],
  exercise: [
    { action: 'edit', keys: ['e', 'enter'], label: 'editor', says: 'open your answer in $EDITOR' },
    {
      action: 'check',
      keys: ['c'],
      label: 'check now',
      says: 'check your answer; saving the file does it too',
    },
    { action: 'hint', keys: ['h'], label: 'hint', says: 'show the next hint for the failed check' },
    {
      action: 'story',
      keys: ['d'],
      label: 'walk the story',
      says: 'walk the story of the failed check step by step',
    },
    {
      action: 'scenario',
      keys: ['s'],
      label: '',
      says: 'walk a scenario of your own; the next time the next one',
    },
    { action: 'next', keys: ['n'], label: 'next', says: 'go on, once all has held' },
    { action: 'back', keys: ['q', 'esc'], label: 'back', says: 'back to where you came from' },
    { action: 'lesson', keys: ['l'], label: '', says: 'read its lesson; Esc comes back' },
    { action: 'task', keys: ['t'], label: 'task', says: 'show the task, or the verdict again' },
    { action: 'reset', keys: ['r'], label: 'reset', says: 'start over; a dated copy of your answer is kept' },
    { action: 'up', keys: ['up', 'k'], shown: '↑ ↓', label: 'scroll', says: 'one line up' },
    { action: 'down', keys: ['down', 'j'], shown: '↓', label: '', says: 'one line down' },
    { action: 'pageUp', keys: ['pgup', 'b'], shown: 'PgUp', label: '', says: 'one page up' },
    {
      action: 'pageDown',
      keys: ['pgdn', 'space', 'f'],
      shown: 'PgDn',
      label: '',
      says: 'one page down; so does Space',
    },
    { action: 'first', keys: ['home', 'g'], shown: 'Home', label: '', says: 'the beginning' },
    { action: 'last', keys: ['end', 'G'], shown: 'End', label: '', says: 'the end' },
    { action: 'help', keys: ['?'], label: 'keys', says: 'this page' },
  ],
  confirm: [
    { action: 'yes', keys: ['y', 'Y'], label: 'yes', says: 'do it' },
    { action: 'no', keys: ['n', 'N', 'esc', 'q'], label: 'no', says: 'leave everything as it is' },
  ],
  help: [
    {
      action: 'close',
      keys: ['esc', 'q', '?', 'enter'],
      shown: 'Esc',
      label: 'close',
      says: 'close this page',
    },
    { action: 'up', keys: ['up', 'k', 'pgup'], shown: '↑ ↓', label: 'scroll', says: 'scroll up' },
    { action: 'down', keys: ['down', 'j', 'pgdn', 'space'], shown: '↓', label: '', says: 'scroll down' },
  ],
} as const satisfies { readonly [screen: string]: readonly Binding[] }

/** These work on every screen, and no screen may use them for anything else. */
export const EVERYWHERE = [
  {
    action: 'interrupt',
    keys: ['ctrl-c'],
    shown: 'Ctrl-C',
    label: '',
    says: 'stop what is running, or leave',
  },
  { action: 'suspend', keys: ['ctrl-z'], shown: 'Ctrl-Z', label: '', says: 'to the shell; fg comes back' },
  { action: 'repaint', keys: ['ctrl-l'], shown: 'Ctrl-L', label: '', says: 'draw the screen again' },
] as const satisfies readonly Binding[]

export type Keyed = keyof typeof KEYS
export type ActionOf<S extends Keyed> = (typeof KEYS)[S][number]['action']

/** What a key does on a screen, or null. */
export function actionFor<S extends Keyed>(screen: S, name: string): ActionOf<S> | null {
  const table: readonly Binding[] = KEYS[screen]
  return (table.find((binding) => binding.keys.includes(name))?.action ?? null) as ActionOf<S> | null
}

export function shownKey(binding: Binding): string {
  return binding.shown ?? binding.keys[0]!
}
