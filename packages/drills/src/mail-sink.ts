/**
 * A mail server that delivers nothing: it takes, puts off and refuses by the recipient's address, counts every copy, and
 * reports like a provider does. Minimal SMTP (RFC 5321) over loopback; no extension but SIZE and 8BITMIME.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export interface MailSink {
  port(): number
  /** Takes in what is being handed over right now, answers nothing any more, and is gone. */
  crash(): Promise<void>
  /** Back on the same port. */
  up(): Promise<void>
  /** Every report that is due was taken. */
  reported(): Promise<void>
  close(): Promise<void>
}

export interface SinkRules {
  /** To RCPT: a reply such as `550 5.1.1 …`, or null to take it. */
  refuse(recipient: string): string | null
  /** A whole mail as it came, with dots unstuffed. Answers what to report of it, if anything. */
  take(mail: {
    from: string
    to: string
    content: Buffer
  }): { kind: 'delivered' | 'bounced'; detail: string } | null
  /** Where reports go; null: nowhere. */
  hook: { url(): string; secret: string } | null
}

const end = Buffer.from('\r\n.\r\n')
const reportsAtOnce = 500
const reportMs = 200

export async function openMailSink(rules: SinkRules): Promise<MailSink> {
  const sockets = new Set<Socket>()
  let port = 0
  let muted = false
  let server: Server | null = null
  let due: { returnPath: string; kind: string; detail: string }[] = []
  let closed = false

  function serve(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    let held: Buffer = Buffer.alloc(0)
    let inData = false
    let from = ''
    let to = ''
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    say('220 sink ESMTP')
    socket.on('data', (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      for (;;) {
        if (inData) {
          const at = held.indexOf(end)
          if (at < 0) return
          const content = unstuffed(held.subarray(0, at + 2))
          held = held.subarray(at + end.length)
          inData = false
          const report = rules.take({ from, to, content })
          if (report !== null && rules.hook !== null) due.push({ returnPath: from, ...report })
          if (muted) return void socket.destroy()
          say('250 2.0.0 taken')
          continue
        }
        const at = held.indexOf('\r\n')
        if (at < 0) return
        const line = held.toString('latin1', 0, at)
        held = held.subarray(at + 2)
        const verb = line.slice(0, 4).toUpperCase()
        if (verb === 'EHLO') say('250-sink\r\n250-SIZE 10485760\r\n250 8BITMIME')
        else if (verb === 'MAIL') {
          from = addressIn(line)
          say('250 2.1.0 ok')
        } else if (verb === 'RCPT') {
          to = addressIn(line)
          say(rules.refuse(to) ?? '250 2.1.5 ok')
        } else if (verb === 'DATA') {
          inData = true
          // A mail without a line would end at the first dot.
          say('354 go on')
        } else if (verb === 'RSET' || verb === 'NOOP') say('250 2.0.0 ok')
        else if (verb === 'QUIT') {
          say('221 2.0.0 bye')
          socket.end()
        } else say('502 5.5.1 not spoken here')
      }
    })
  }

  async function listen(): Promise<void> {
    muted = false
    server = createServer(serve)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as { port: number }).port
  }

  async function gone(): Promise<void> {
    const former = server
    server = null
    for (const socket of sockets) socket.destroy()
    if (former !== null) await new Promise<void>((resolve) => former.close(() => resolve()))
  }

  /** Until it is taken, as providers do. */
  async function reporting(): Promise<void> {
    while (!closed || due.length > 0) {
      if (due.length === 0 || rules.hook === null) {
        if (closed) return
        await sleep(reportMs)
        continue
      }
      const events = due.slice(0, reportsAtOnce)
      try {
        const answer = await fetch(`${rules.hook.url()}/v1/notices/mail-events`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-candor-hook-secret': rules.hook.secret,
          },
          body: JSON.stringify({ events }),
        })
        await answer.text()
        if (answer.status === 200) due = due.slice(events.length)
        else await sleep(reportMs)
      } catch {
        // The server is not there: the same again.
        if (closed) return
        await sleep(reportMs)
      }
      if (due.length < reportsAtOnce) await sleep(reportMs)
    }
  }

  await listen()
  const reports = reporting()
  return {
    port: () => port,
    async crash() {
      muted = true
      const former = server
      server = null
      // Nobody new gets in; who is in is taken from and not answered.
      const ended = former === null ? null : new Promise<void>((resolve) => former.close(() => resolve()))
      await sleep(300)
      await gone()
      await ended
    },
    up: listen,
    async reported() {
      while (due.length > 0) await sleep(reportMs)
    },
    async close() {
      closed = true
      await gone()
      await reports
    },
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? ''
}

/** RFC 5321 §4.5.2: a dot that starts a line was doubled. */
function unstuffed(content: Buffer): Buffer {
  return content.includes('\r\n..')
    ? Buffer.from(content.toString('latin1').replaceAll('\r\n..', '\r\n.'), 'latin1')
    : content
}
