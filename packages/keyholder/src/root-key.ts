import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import * as path from 'node:path'

/**
 * What guards the keyholder's private keys at rest. Everything else is sealed under it, so it can live elsewhere
 * than a file: another provider implements these two functions and nothing more.
 */
export interface RootKey {
  /** How it reads in a log. */
  readonly how: string
  seal(context: string, secret: Buffer): Buffer
  /** @throws Error when the root key, the context or a single bit is another one. */
  open(context: string, sealed: Buffer): Buffer
}

export class WrongPassphrase extends Error {
  override readonly name = 'WrongPassphrase'
}

/** NIST SP 800-132 wants 128 bits of salt; scrypt with N 2^17, r 8 takes 128 MiB and about half a second (RFC 7914 §2). */
const scryptCost = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 }
const check = Buffer.from('candor root key 1')

interface RootKeyFile {
  format: 1
  /** Base64; absent where a passphrase makes the key. */
  key?: string
  salt?: string
  /** `check`, sealed: tells a wrong passphrase from damage. */
  proof: string
}

/**
 * The local provider: a file with the key itself, readable by its owner alone, or with the salt of a passphrase.
 * @throws WrongPassphrase, or Error when the file can be read by others.
 */
export function openLocalRootKey(folder: string, passphrase: string | undefined): RootKey {
  const file = path.join(folder, 'root-key.json')
  if (!existsSync(file)) create(file, passphrase)
  if ((statSync(file).mode & 0o077) !== 0)
    throw new Error(`The root key ${file} can be read by others. Run: chmod 600 ${file}`)
  const stored = JSON.parse(readFileSync(file, 'utf8')) as RootKeyFile
  if (stored.format !== 1) throw new Error(`The root key ${file} has a format that this version cannot read.`)
  if (stored.salt !== undefined && passphrase === undefined)
    throw new WrongPassphrase('The root key has a passphrase: set CANDOR_KEYHOLDER_PASSPHRASE.')
  const key =
    stored.salt === undefined
      ? Buffer.from(stored.key!, 'base64')
      : scryptSync(passphrase!, Buffer.from(stored.salt, 'base64'), 32, scryptCost)
  const how = stored.salt === undefined ? 'key file, by file mode' : 'key file, by passphrase'
  const root = rootKey(key, how)
  try {
    root.open('check', Buffer.from(stored.proof, 'base64'))
  } catch (cause) {
    throw new WrongPassphrase('The passphrase is not the one that this root key was made with.', { cause })
  }
  return root
}

function create(file: string, passphrase: string | undefined): void {
  const salt = randomBytes(16)
  const key = passphrase === undefined ? randomBytes(32) : scryptSync(passphrase, salt, 32, scryptCost)
  const proof = rootKey(key, '').seal('check', check).toString('base64')
  const content: RootKeyFile =
    passphrase === undefined
      ? { format: 1, key: key.toString('base64'), proof }
      : { format: 1, salt: salt.toString('base64'), proof }
  const fresh = `${file}.new`
  const opened = openSync(fresh, 'w', 0o600)
  try {
    writeSync(opened, JSON.stringify(content))
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  linkSync(fresh, file) // whole or not at all, and never over one that is in use
  rmSync(fresh)
  const folder = openSync(path.dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** AES-256-GCM, random nonce, the context authenticated. Layout: nonce 12 | ciphertext | tag 16. */
function rootKey(key: Buffer, how: string): RootKey {
  return {
    how,
    seal(context, secret) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
    },
    open(context, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(sealed.length - 16))
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
    },
  }
}
