/** The mail server of the drill, a process of its own: counts what every recipient got, and whose it was. */
import assert from 'node:assert/strict'
import { openMailSink } from './mail-sink.ts'
import { companies, fateOf, readEmail, sharesOf } from './notice-world.ts'

const [persons, url, secret] = process.argv.slice(2) as [string, string, string]
/** Copies of every person, by tenant. */
const copies = sharesOf(Number(persons)).map((count) => new Uint8Array(count))
const putOff = new Set<string>()
let crossed = 0
let unsigned = 0
let unknown = 0
let bytes = 0

const sink = await openMailSink({
  refuse(to) {
    const who = readEmail(to)
    if (who === null) return '550 5.1.2 not of this drill'
    const fate = fateOf(who.n)
    if (fate === 'refused' || fate === 'no-email') return '550 5.1.1 no such mailbox'
    if (fate !== 'put-off' || putOff.has(to)) return null
    putOff.add(to)
    return '450 4.2.0 greylisted'
  },
  take({ to, content }) {
    const who = readEmail(to)
    if (who === null || who.n >= copies[who.tenant]!.length) {
      unknown++
      return null
    }
    copies[who.tenant]![who.n]!++
    bytes += content.length
    const head = content.subarray(0, content.indexOf('\r\n\r\n')).toString('latin1')
    const line = /^From: .*$/m.exec(head)?.[0] ?? ''
    if (!line.startsWith(`From: "${companies[who.tenant]}" <`)) crossed++
    // The name of the other company is nowhere in it, either.
    if (content.includes(companies[1 - who.tenant]!)) crossed++
    if (!head.includes('DKIM-Signature:')) unsigned++
    return fateOf(who.n) === 'returned'
      ? { kind: 'bounced', detail: '5.1.1 mailbox closed' }
      : { kind: 'delivered', detail: '2.0.0 in the mailbox' }
  },
  hook: url === '' ? null : { url: () => url, secret },
})
assert.ok(process.send)
process.send({ kind: 'listening', port: sink.port() })

process.on('message', (message: { kind: 'crash' | 'up' | 'stats' | 'end' }) => {
  void (async () => {
    if (message.kind === 'crash') await sink.crash()
    if (message.kind === 'up') await sink.up()
    if (message.kind === 'stats') await sink.reported()
    if (message.kind === 'end') await sink.close()
    process.send!({ kind: message.kind, ...counted() })
    if (message.kind === 'end') process.exit(0)
  })()
})

function counted() {
  const tenants = copies.map((list) => {
    let [once, more, none, wrong] = [0, 0, 0, 0]
    list.forEach((count, n) => {
      const fate = fateOf(n)
      const expected = fate === 'refused' || fate === 'no-email' ? 0 : 1
      if (count > expected) more += count - expected
      if (count < expected) none++
      if (expected === 0 && count > 0) wrong++
      if (count >= 1) once++
    })
    return { reached: once, more, none, wrong }
  })
  return { tenants, crossed, unsigned, unknown, bytes }
}
