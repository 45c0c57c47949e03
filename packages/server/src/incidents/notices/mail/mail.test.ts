import assert from 'node:assert/strict'
import {
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  hash,
  verify,
  type KeyObject,
} from 'node:crypto'
import { test } from 'node:test'
import { composeNotice } from '../compose-notice.ts'
import { exampleMaterial, examplePerson } from '../test/example-notice.ts'
import { composeMail } from './compose-mail.ts'
import { bodyHash, dkimSignature, relaxedHeader } from './dkim.ts'
import { readReport } from './read-report.ts'
import { retryAfterMs } from './retry.ts'
import { openReturnPaths } from './return-path.ts'
import { openThrottle } from './throttle.ts'

/** RFC 8463, appendix A: key, message and signature. */
const footballKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64'),
  ]),
  format: 'der',
  type: 'pkcs8',
})
const footballBody = ['Hi.', '', 'We lost the game.  Are you hungry yet?', '', 'Joe.', ''].join('\r\n')

test('the body hash is that of RFC 8463', () => {
  assert.equal(bodyHash(footballBody), '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=')
})

test('the signature of RFC 8463’s example verifies over what we canonicalise', () => {
  const headers: [string, string][] = [
    ['From', ' Joe SixPack <joe@football.example.com>'],
    ['To', ' Suzie Q <suzie@shopping.example.net>'],
    ['Subject', ' Is dinner ready?'],
    ['Date', ' Fri, 11 Jul 2003 21:00:37 -0700 (PDT)'],
    ['Message-ID', ' <20030712040037.46341.5F8J@football.example.com>'],
  ]
  const own =
    ' v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b='
  const input = [...headers, ['dkim-signature', own] as const]
    .map(([name, value]) => relaxedHeader({ name, value }))
    .join('')
    .slice(0, -2)
  const signature = '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=='
  assert.ok(
    verify(
      null,
      hash('sha256', Buffer.from(input), 'buffer'),
      footballKey,
      Buffer.from(signature, 'base64'),
    ) === true,
  )
})

/** As a receiver does it: from the bytes of the mail alone. */
function verified(mail: string, at: number, key: KeyObject): boolean {
  const [head, ...rest] = mail.split('\r\n\r\n')
  const fields = head!.split(/\r\n(?![ \t])/).map((line) => {
    const colon = line.indexOf(':')
    return { name: line.slice(0, colon), value: line.slice(colon + 1) }
  })
  const own = fields.filter(({ name }) => name === 'DKIM-Signature')[at]!
  const tag = (name: string): string =>
    new RegExp(`(?:^|;)\\s*${name}=([^;]*)`).exec(own.value)![1]!.replace(/\s/g, '')
  if (bodyHash(rest.join('\r\n\r\n')) !== tag('bh')) return false
  const left = [...fields]
  const input = tag('h')
    .split(':')
    .map((name) => {
      const index = left.findLastIndex((field) => field.name.toLowerCase() === name)
      return index < 0 ? '' : relaxedHeader(left.splice(index, 1)[0]!)
    })
    .join('')
  const unsigned = own.value.replace(/(\sb=)[\s\S]*$/, '$1')
  const text = Buffer.from(input + relaxedHeader({ name: 'dkim-signature', value: unsigned }).slice(0, -2))
  const signature = Buffer.from(tag('b'), 'base64')
  return key.asymmetricKeyType === 'rsa'
    ? verify('sha256', text, key, signature)
    : verify(null, hash('sha256', text, 'buffer'), key, signature)
}

test('a mail carries a signature by each key that a receiver can verify, and a changed letter breaks both', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ed25519 = generateKeyPairSync('ed25519')
  const keys = [
    { domain: 'aurora-air.example', selector: 'e1', key: ed25519.privateKey },
    { domain: 'aurora-air.example', selector: 'r1', key: rsa.privateKey },
  ]
  const person = examplePerson({ name: 'Žofie "Zoë" <Marín> de la Vega y Álvarez de las Casas Viejas' })
  const { bytes, hash: own } = composeMail(
    composeNotice(exampleMaterial, person),
    {
      from: { name: 'Aurora Air', address: 'notices@aurora-air.example' },
      replyTo: 'privacy@aurora-air.example',
      to: { name: person.name, address: 'zoe@mail.example' },
      messageId: 'a.1@aurora-air.example',
      at: Date.UTC(2026, 10, 25),
    },
    keys,
  )
  const mail = bytes.toString()
  assert.equal(verified(mail, 0, ed25519.publicKey), true)
  assert.equal(verified(mail, 1, rsa.publicKey), true)
  assert.equal(verified(mail.replace('Payment card', 'Payment bard'), 0, ed25519.publicKey), false)
  assert.equal(
    verified(`Subject: Prize\r\n${mail}`, 0, ed25519.publicKey),
    false,
    'a second subject breaks it',
  )
  assert.equal(verified(`X-Seen: yes\r\n${mail}`, 0, ed25519.publicKey), true, 'what a relay adds does not')
  assert.equal(
    verified(mail.replace('Auto-Submitted: auto', 'Auto-Submitted: mano'), 1, rsa.publicKey),
    false,
  )
  assert.deepEqual(hash('sha256', bytes, 'buffer'), own)
  for (const line of mail.split('\r\n')) {
    assert.ok(line.length <= 78, line)
    assert.match(line, /^[\x20-\x7e\t]*$/)
  }
})

test('a signature says which key it was made with', () => {
  const headers = [{ name: 'From', value: ' a@b.example' }]
  assert.match(
    dkimSignature(headers, 'x\r\n', { domain: 'b.example', selector: 's', key: footballKey }, 0),
    /a=ed25519-sha256; c=relaxed\/relaxed;\r\n d=b\.example; s=s;/,
  )
})

test('a return path names one mail of one tenant; a changed one, or another installation’s, names none', () => {
  const tenants = ['01900000-0000-7000-8000-00000000000a', '01900000-0000-7000-8000-00000000000b']
  const paths = openReturnPaths(createSecretKey(Buffer.alloc(32, 1)), 'bounce.example')
  const place = { tenant: tenants[1]!, number: 7, place: 824_999 }
  const address = paths.of(place)
  assert.ok(address.indexOf('@') <= 64)
  assert.deepEqual(paths.read(`<${address.toUpperCase()}>`, tenants), place)
  assert.equal(paths.read(address, [tenants[0]!]), null)
  const others = openReturnPaths(createSecretKey(Buffer.alloc(32, 2)), 'bounce.example')
  assert.equal(others.read(address, tenants), null)
  for (let at = 2; at < 41; at++) {
    const letter = address[at] === 'a' ? 'b' : 'a'
    assert.equal(paths.read(address.slice(0, at) + letter + address.slice(at + 1), tenants), null, `at ${at}`)
  }
})

const report = (action: string, status: string): string =>
  [
    'From: MAILER-DAEMON@mx.example',
    'To: b-aaaa@bounce.example',
    'Subject: Undelivered',
    'Content-Type: multipart/report; report-type=delivery-status;',
    '\tboundary="=_x"',
    '',
    '--=_x',
    'Content-Type: text/plain',
    '',
    'Action: failed',
    'Status: 5.0.0',
    '',
    '--=_x',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    'Final-Recipient: rfc822; zoe@mail.example',
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 No such',
    '  user here',
    '',
    '--=_x--',
    '',
  ].join('\r\n')

test('a report of failure is read by its fields; what is said in its text is not', () => {
  assert.deepEqual(readReport(report('failed', '5.1.1')), {
    recipient: 'b-aaaa@bounce.example',
    action: 'failed',
    status: '5.1.1',
    detail: 'smtp; 550 5.1.1 No such user here',
  })
  assert.equal(readReport(report('delayed', '4.4.1'))?.action, 'delayed')
  assert.equal(readReport(report('delivered', '2.0.0'))?.action, 'delivered')
  assert.equal(readReport(report('eaten', '5.0.0')), null)
  assert.equal(readReport(report('failed', '5.1.1').replace('multipart/report', 'multipart/mixed')), null)
  assert.equal(readReport('Subject: hello\n\nAction: failed\nStatus: 5.1.1\n'), null)
})

test('a domain gets its rate and no more, and comes back with time', () => {
  const throttle = openThrottle(60)
  let sent = 0
  for (let second = 0; second < 120; second++)
    for (let i = 0; i < 100; i++) if (throttle.take(1, second * 1_000)) sent++
  assert.ok(sent >= 120 && sent <= 131, String(sent))
  assert.deepEqual(throttle.empty(119_000), [1])
  assert.deepEqual(throttle.empty(125_000), [])
  assert.equal(throttle.take(2, 0), true)
})

test('what is tried again waits longer each time, for four hours at most, never all together', () => {
  assert.deepEqual(
    [1, 2, 3, 20].map((attempts) => retryAfterMs(attempts, 60_000, 0.5)),
    [60_000, 120_000, 240_000, 14_400_000],
  )
  assert.notEqual(retryAfterMs(1, 60_000, 0), retryAfterMs(1, 60_000, 1))
})
