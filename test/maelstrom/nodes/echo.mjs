/** Echoes; with `lies` it changes every tenth payload, and with others it goes wrong in a way of that name. */
import { spawn } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
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
    process.stdout.write('x'.repeat(20_000_000))
  },
  // It asks for more than a pipe holds, and never reads on.
  deaf: () => {
    const padding = 'x'.repeat(100_000)
    for (let i = 0; i < 200; i++) send(self.id, { type: 'ping', padding })
    process.stdin.pause()
    setInterval(() => {}, 1000)
  },
  // The beginning of a line, and no more.
  half: () => {
    process.stdout.write('{"src":"n2","dest":"c1","bo')
    for (;;);
  },
  halfway: () => {
    writeSync(1, '{"src":"n2","dest":"c1","bo')
    process.exit(0)
  },
  closes: () => {
    closeSync(1)
    process.stdout.write = () => true
  },
  bytes: () => {
    process.stdout.write(Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]))
  },
  deep: () =>
    process.stdout.write(
      `{"src":"n2","dest":"c1","body":{"type":"echo_ok","in_reply_to":1,"echo":${'['.repeat(50_000)}${']'.repeat(50_000)}}}\n`,
    ),
  signalled: () => {
    process.kill(process.pid, 'SIGKILL')
  },
  flood: () => {
    const line = `${JSON.stringify({ src: 'n2', dest: 'n1', body: { type: 'ping', padding: 'x'.repeat(10_000) } })}\n`
    const more = () => {
      while (process.stdout.write(line));
      process.stdout.once('drain', more)
    }
    more()
  },
  impostor: () => console.log(JSON.stringify({ src: 'n99', dest: 'c1', body: { type: 'hello' } })),
}

if (how === 'stays') setInterval(() => {}, 1000)

// In a session of its own, where no signal to this group finds it.
if (how === 'leaves')
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', process.argv[3] ?? ''], {
    detached: true,
    stdio: 'ignore',
  }).unref()

let answers = 0

node({
  init: () => (how === 'mute' ? null : { type: 'init_ok' }),
  ping: () => {
    if (how !== 'flood') return
    process.stdin.pause()
    setInterval(() => {}, 1000)
  },
  echo({ echo, msg_id: id }, { src }) {
    count++
    if (how === 'twice') send(src, { type: 'echo_ok', echo, in_reply_to: id })
    if (how === 'otherwise') send(src, { type: 'echo_ok', echo, in_reply_to: id, count: ++answers })
    if (how === 'nameless') {
      send(src, { type: 'echo_ok', echo })
      return null
    }
    if (how === 'miscoded') return { type: 'error', code: 'abort' }
    if (how === 'codeless') return { type: 'error', text: 'what Go leaves out of a timeout, whose code is 0' }
    if (count === 5 && self.id === 'n2') WRONG[how]?.()
    if (how === 'refuses') return { type: 'error', code: 10, text: 'not supported' }
    if (how === 'strange') return { type: 'hello' }
    return { type: 'echo_ok', echo: how === 'lies' && count % 10 === 0 ? `${echo}!` : echo }
  },
})
