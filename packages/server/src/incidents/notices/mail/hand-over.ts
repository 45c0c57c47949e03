import { isIPv4 } from 'node:net'
import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'

/** How the mail server is reached, from its URL. */
export interface MailServer {
  host: string
  port: number
  /** TLS from the start; otherwise STARTTLS, which is asked for unless the server is on this machine. */
  secure: boolean
  user: string | null
  password: string | null
}

/** What became of one mail. */
export type HandOver =
  | { kind: 'accepted'; response: string }
  /** 4xx: not now. */
  | { kind: 'later'; response: string }
  /** 5xx about this recipient or this mail. */
  | { kind: 'refused'; response: string }
  /** 5xx about us (5.7.x, or to MAIL FROM): the next recipient will be refused as well. */
  | { kind: 'blocked'; response: string }
  /** The connection broke before the mail was handed over: it did not arrive. */
  | { kind: 'not-handed-over'; response: string }
  /** It broke after: it may have arrived (RFC 1047). */
  | { kind: 'in-doubt'; response: string }

export interface MailConnection {
  /** One at a time. Nothing is thrown: what is not known is in doubt. */
  handOver(mail: { from: string; to: string; bytes: Buffer }): Promise<HandOver>
  /** False once it has broken. */
  usable(): boolean
  close(): void
}

const connectMsMax = 15_000
/** RFC 5321 §4.5.3.2.6 lets a server take ten minutes to take the mail over; who takes five is too busy for more. */
const answerMsMax = 5 * 60_000
const responseCharactersMax = 300

/** @throws Error when the server is not there, does not greet, or does not let us in. */
export async function connectMail(server: MailServer, name: string): Promise<MailConnection> {
  const { host, port, secure, user, password } = server
  const local = isLocal(host)
  const connection = new SMTPConnection({
    ...{ host, port, secure, name },
    requireTLS: !secure && !local,
    opportunisticTLS: false,
    ignoreTLS: local && !secure,
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    dnsTimeout: connectMsMax,
    socketTimeout: answerMsMax,
    socketCloseTimeout: 0,
    allowInternalNetworkInterfaces: true,
  })
  let broken = false
  let failed: ((error: Error) => void) | null = null
  connection.on('error', (error: Error) => {
    broken = true
    failed?.(error)
  })
  connection.on('end', () => {
    broken = true
    failed?.(new Error('The mail server closed the connection.'))
  })
  await within((resolve, reject) => {
    failed = reject
    connection.connect((error?: Error | null) => (error ? reject(error) : resolve()))
  })
  if (user !== null)
    await within((resolve, reject) => {
      failed = reject
      connection.login({ user, pass: password ?? '' }, (error?: Error | null) =>
        error ? reject(error) : resolve(),
      )
    })
  failed = null

  return {
    usable: () => !broken,
    close() {
      broken = true
      failed?.(new Error('The connection was closed here.'))
      connection.close()
    },
    handOver({ from, to, bytes }) {
      // Read when the server has said 354, so it tells whether anything of the mail can have arrived.
      let begun = false
      const content = new Readable({
        read() {
          begun = true
          this.push(bytes)
          this.push(null)
        },
      })
      return new Promise((resolve) => {
        failed = (error) => resolve(outcomeOf(error, begun))
        connection.send({ from, to: [to], size: bytes.length }, content, (error, info) => {
          failed = null
          resolve(error ? outcomeOf(error, begun) : { kind: 'accepted', response: said(info.response) })
        })
      })
    },
  }
}

interface MailFault extends Error {
  command?: string | undefined
  responseCode?: number | undefined
  response?: string | false | undefined
}

function outcomeOf(fault: MailFault, begun: boolean): HandOver {
  const { responseCode = 0, command = '' } = fault
  const response = said(fault.response || fault.message)
  const answered = responseCode >= 400 && command !== 'CONN'
  if (!answered) return { kind: begun ? 'in-doubt' : 'not-handed-over', response }
  // 421: the server is going away; it took nothing over (RFC 5321 §3.8).
  if (responseCode < 500) return { kind: 'later', response }
  const aboutUs = command === 'MAIL FROM' || [530, 535].includes(responseCode) || /\b5\.7\.\d/.test(response)
  return { kind: aboutUs ? 'blocked' : 'refused', response }
}

/** An answer of a server as it is kept: one line. */
function said(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, responseCharactersMax)
}

function within(act: (resolve: () => void, reject: (error: Error) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => act(resolve, reject))
}

/** What is said to this machine itself crosses no network. */
function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
