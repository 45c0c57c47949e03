import { hash } from 'node:crypto'
import { buildHeaderValue, encodeWords, foldLines } from 'nodemailer/lib/mime-funcs'
import { encode, wrap } from 'nodemailer/lib/qp'
import type { Notice } from '../compose-notice.ts'
import { noticeHtml } from '../notice-html.ts'
import { noticeText } from '../notice-text.ts'
import { dkimSignature, type DkimKey, type Header } from './dkim.ts'

export interface MailHead {
  from: { name: string; address: string }
  replyTo: string
  to: { name: string; address: string }
  /** Without the angle brackets; stays the same however often it is sent. */
  messageId: string
  at: number
}

export interface ComposedMail {
  bytes: Buffer
  /** SHA-256 of them. */
  hash: Buffer
}

/**
 * A notice as a mail, text and HTML, signed by every key. `Auto-Submitted` (RFC 3834 §5) keeps absence notes from being
 * sent in answer; there is no list to leave, so there is no `List-Unsubscribe`.
 */
export function composeMail(notice: Notice, head: MailHead, keys: readonly DkimKey[]): ComposedMail {
  // From the id, so that the same mail has the same bytes; equals signs are in no quoted-printable line like this.
  const boundary = `=_${hash('sha256', head.messageId, 'hex').slice(0, 32)}`
  const headers: Header[] = [
    header('From', mailbox(head.from)),
    header('To', mailbox(head.to)),
    header('Reply-To', head.replyTo),
    header('Subject', encodeWords(notice.title, 'Q', 52)),
    header('Date', new Date(head.at).toUTCString().replace('GMT', '+0000')),
    header('Message-ID', `<${head.messageId}>`),
    header('Auto-Submitted', 'auto-generated'),
    header('Content-Language', notice.language),
    header('MIME-Version', '1.0'),
    header('Content-Type', buildHeaderValue({ value: 'multipart/alternative', params: { boundary } })),
  ]
  const body = [
    part(boundary, 'text/plain', noticeText(notice)),
    part(boundary, 'text/html', noticeHtml(notice)),
    `--${boundary}--\r\n`,
  ].join('\r\n')
  const signatures = keys.map((key) => ({
    name: 'DKIM-Signature',
    value: dkimSignature(headers, body, key, head.at),
  }))
  const lines = [...signatures, ...headers].map(({ name, value }) => `${name}:${value}\r\n`)
  const bytes = Buffer.from(`${lines.join('')}\r\n${body}`, 'utf8')
  return { bytes, hash: hash('sha256', bytes, 'buffer') }
}

function header(name: string, value: string): Header {
  return { name, value: foldLines(`${name}: ${value}`).slice(name.length + 1) }
}

function mailbox({ name, address }: { name: string; address: string }): string {
  const plain = /^[\w .'-]*$/.test(name) && /^[\x20-\x7e]*$/.test(name)
  if (name === '') return address
  // A quoted word in a display name may hold no special of RFC 2047 §5 (3) either: all of it is encoded.
  return `${plain ? `"${name}"` : encodeWords(name, 'Q', 52, true)} <${address}>`
}

function part(boundary: string, type: string, text: string): string {
  return [
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    wrap(encode(text.replace(/\r?\n/g, '\r\n'))),
  ].join('\r\n')
}
