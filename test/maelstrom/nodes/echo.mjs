/** Echoes; with `lies` it changes every tenth payload, and with others it goes wrong in a way of that name. */
import { node, self, send } from './node.mjs'

const how = process.argv[2] ?? 'well'
let count = 0

/** What a program of somebody else may do instead of an answer. @type {Record<string, () => void>} */
const WRONG = {
  rubbish: () => console.log('Hello from my debugger'),
  crashes: () => {
    console.error('fatal: something is wrong')
    process.exit(3)
  },
  loops: () => {
    for (;;);
  },
  endless: () => {
    process.stdout.write('x'.repeat(2_000_000))
  },
  // It asks for more than a pipe holds, and never reads on.
  deaf: () => {
    const padding = 'x'.repeat(100_000)
    for (let i = 0; i < 200; i++) send(self.id, { type: 'ping', padding })
    process.stdin.pause()
    setInterval(() => {}, 1000)
  },
  impostor: () => console.log(JSON.stringify({ src: 'n99', dest: 'c1', body: { type: 'hello' } })),
}

node({
  init: () => (how === 'mute' ? null : { type: 'init_ok' }),
  echo({ echo }) {
    count++
    if (count === 5 && self.id === 'n2') WRONG[how]?.()
    if (how === 'refuses') return { type: 'error', code: 10, text: 'not supported' }
    if (how === 'strange') return { type: 'hello' }
    return { type: 'echo_ok', echo: how === 'lies' && count % 10 === 0 ? `${echo}!` : echo }
  },
})
