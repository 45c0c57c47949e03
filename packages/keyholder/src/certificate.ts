import { createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A side of the connection between a server and its keyholder. */
export type Side = 'keyholder' | 'server'

/** Both sides hold a copy of the other's certificate, so it is replaced by hand; longer than a machine lives. */
const validYears = 10

/**
 * A self-signed certificate with its private key, both PEM: X.509 v3 (RFC 5280), Ed25519 (RFC 8410). It is nobody's
 * authority: it can be pinned, and no other certificate can be made with it.
 */
export function makeCertificate(side: Side, nowMs: number): { cert: string; key: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  return selfSigned({
    name: `candor ${side}`,
    privateKey,
    algorithm: sequence(oid('1.3.101.112')),
    digest: null,
    extensions: [
      extension('2.5.29.37', sequence(oid(side === 'keyholder' ? serverAuth : clientAuth))), // extKeyUsage
    ],
    nowMs,
  })
}

/**
 * The same for a web server on this machine (`localhost`, `127.0.0.1`), with ECDSA on P-256 (RFC 5758): browsers take no
 * Ed25519. For drills and tests, in a browser that was told to take any certificate.
 */
export function makeLoopbackCertificate(nowMs: number): { cert: string; key: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const localhost = tagged(0x82, Buffer.from('localhost')) // dNSName
  const address = tagged(0x87, Buffer.from([127, 0, 0, 1])) // iPAddress
  return selfSigned({
    name: 'localhost',
    privateKey,
    algorithm: sequence(oid('1.2.840.10045.4.3.2')), // ecdsa-with-SHA256
    digest: 'sha256',
    extensions: [
      extension('2.5.29.17', sequence(localhost, address)), // subjectAltName
      extension('2.5.29.37', sequence(oid(serverAuth))),
    ],
    nowMs,
  })
}

function selfSigned(made: {
  name: string
  privateKey: KeyObject
  algorithm: Buffer
  digest: string | null
  extensions: Buffer[]
  nowMs: number
}): { cert: string; key: string } {
  const { privateKey, algorithm, nowMs } = made
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8(made.name))))
  const until = new Date(nowMs)
  until.setUTCFullYear(until.getUTCFullYear() + validYears)
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x3f) | 0x40 // positive, and no leading zero (RFC 5280 §4.1.2.2)
  const contents = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))), // version 3
    tagged(0x02, serial),
    algorithm,
    name,
    sequence(time(new Date(nowMs - clockSkewMs)), time(until)),
    name,
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    tagged(
      0xa3,
      sequence(
        extension('2.5.29.19', sequence()), // basicConstraints: no authority
        extension('2.5.29.15', bits(Buffer.from([0x80]), 7)), // keyUsage: digitalSignature
        ...made.extensions,
      ),
    ),
  )
  const der = sequence(contents, algorithm, bits(sign(made.digest, contents, privateKey), 0))
  return {
    cert: pem('CERTIFICATE', der),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

const serverAuth = '1.3.6.1.5.5.7.3.1'
const clientAuth = '1.3.6.1.5.5.7.3.2'
/** The other host's clock may be behind. */
const clockSkewMs = 24 * 3_600_000

/** DER (ITU-T X.690): a tag, a length, and what is in it. */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), body])
}

const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, ...parts)
const set = (...parts: Buffer[]): Buffer => tagged(0x31, ...parts)
const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text))
const bits = (bytes: Buffer, unused: number): Buffer => tagged(0x03, Buffer.from([unused]), bytes)

/** All of them critical: a reader that does not know one must not take the certificate. */
const extension = (id: string, value: Buffer): Buffer =>
  sequence(oid(id), tagged(0x01, Buffer.from([0xff])), tagged(0x04, value))

/** UTCTime until 2049, then GeneralizedTime (RFC 5280 §4.1.2.5). */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+Z$|[-:T]/g, '')
  return at.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tagged(0x18, Buffer.from(`${digits}Z`))
}

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number)
  const bytes = [first! * 40 + second!, ...rest.flatMap(base128)]
  return tagged(0x06, Buffer.from(bytes))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let left = value >> 7; left > 0; left >>= 7) bytes.unshift((left & 0x7f) | 0x80)
  return bytes
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
