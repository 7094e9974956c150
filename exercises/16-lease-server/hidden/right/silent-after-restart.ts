/** After a restart it answers nobody for a term, and while a write waits it asks the holders again and again. */
import { type Context, defineNode, type Message } from 'splitbrain'

type Put = { type: 'put'; value: string }
type Fetch = { type: 'fetch'; id: string }
type In = Fetch | Put | { type: 'approve'; id: string }
interface State {
  out: { id: string; holder: string }[]
  puts: Message<Put>[]
  asks: Message<Fetch>[]
  mute: boolean
}
const T = (c: Context) => Number(c.config['termMs'])
const useMs = (c: Context) => {
  const d = Number(c.config['drift'])
  return T(c) * ((1 - d) / (1 + d))
}
function lend(s: State, m: Message<Fetch>, c: Context) {
  s.out = s.out.filter((l) => l.id !== m.body.id).concat({ id: m.body.id, holder: m.from })
  c.arm('end', T(c), m.body.id)
  c.send(m.from, { type: 'grant', id: m.body.id, value: c.disk.read<string>('value'), useMs: useMs(c) })
}
function go(s: State, c: Context) {
  if (s.mute) return
  if (s.out.length === 0) {
    const puts = s.puts
    s.puts = []
    for (const p of puts) {
      c.disk.write('value', p.body.value)
      c.disk.sync()
      c.reply(p, { type: 'put_ok' })
    }
  }
  if (s.puts.length > 0) return
  const asks = s.asks
  s.asks = []
  asks.forEach((a) => lend(s, a, c))
}
function nag(s: State, c: Context) {
  if (s.puts.length === 0 || s.out.length === 0) return
  for (const { id, holder } of s.out) c.send(holder, { type: 'recall', id })
  c.arm('nag', Math.max(1, T(c) / 4))
}
export const server = defineNode<State, In>({
  start(c) {
    const mute = c.boot === 'restart'
    if (mute) c.arm('speak', T(c))
    return { out: [], puts: [], asks: [], mute }
  },
  on: {
    fetch(s, m, c) {
      s.asks.push(m)
      go(s, c)
    },
    put(s, m, c) {
      s.puts.push(m)
      nag(s, c)
      go(s, c)
    },
    approve(s, { body: { id } }, c) {
      s.out = s.out.filter((l) => l.id !== id)
      go(s, c)
    },
  },
  timers: {
    end(s, c, id) {
      s.out = s.out.filter((l) => l.id !== id)
      go(s, c)
    },
    nag(s, c) {
      nag(s, c)
    },
    speak(s, c) {
      s.mute = false
      go(s, c)
    },
  },
})
