import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
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
  /** Base64; absent where a passphrase seals it. */
  key?: string
  /** The key, sealed under what scrypt makes of passphrase and salt; so the passphrase can come later, or change. */
  salt?: string
  sealed?: string
  /** `check`, sealed under the key itself: tells a file that was written over from one that is whole. */
  proof: string
}

/**
 * The local provider: a file with the key itself, readable by its owner alone, or with the key sealed by a passphrase.
 * A passphrase given for a file that has none yet protects it from then on.
 * @throws WrongPassphrase, or Error when the file can be read by others.
 */
export function openLocalRootKey(folder: string, passphrase: string | undefined): RootKey {
  const file = path.join(folder, 'root-key.json')
  if (!existsSync(file)) {
    const fresh = write(file, contentOf(randomBytes(32), passphrase))
    linkSync(fresh, file) // whole or not at all, and never over one that is in use
    rmSync(fresh)
    syncFolder(folder)
  }
  if ((statSync(file).mode & 0o077) !== 0)
    throw new Error(`The root key ${file} can be read by others. Run: chmod 600 ${file}`)
  const stored = JSON.parse(readFileSync(file, 'utf8')) as RootKeyFile
  if (stored.format !== 1) throw new Error(`The root key ${file} has a format that this version cannot read.`)
  const key = stored.sealed === undefined ? Buffer.from(stored.key!, 'base64') : unsealed(stored, passphrase)
  if (stored.sealed === undefined && passphrase !== undefined) {
    renameSync(write(file, contentOf(key, passphrase)), file)
    syncFolder(folder)
  }
  const how = passphrase === undefined ? 'key file, by file mode' : 'key file, by passphrase'
  const root = rootKey(key, how)
  try {
    root.open('check', Buffer.from(stored.proof, 'base64'))
  } catch (cause) {
    throw new Error(`The root key ${file} is damaged. Put it back from a backup.`, { cause })
  }
  return root
}

function unsealed({ salt, sealed }: RootKeyFile, passphrase: string | undefined): Buffer {
  if (passphrase === undefined)
    throw new WrongPassphrase('The root key has a passphrase: set CANDOR_KEYHOLDER_PASSPHRASE.')
  try {
    return fromPassphrase(passphrase, Buffer.from(salt!, 'base64')).open(
      'root key',
      Buffer.from(sealed!, 'base64'),
    )
  } catch (cause) {
    throw new WrongPassphrase('The passphrase is not the one that the root key was protected with.', {
      cause,
    })
  }
}

function contentOf(key: Buffer, passphrase: string | undefined): RootKeyFile {
  const proof = rootKey(key, '').seal('check', check).toString('base64')
  if (passphrase === undefined) return { format: 1, key: key.toString('base64'), proof }
  const salt = randomBytes(16)
  const sealed = fromPassphrase(passphrase, salt).seal('root key', key).toString('base64')
  return { format: 1, salt: salt.toString('base64'), sealed, proof }
}

function fromPassphrase(passphrase: string, salt: Buffer): RootKey {
  return rootKey(scryptSync(passphrase, salt, 32, scryptCost), '')
}

/** @returns where it was written, beside its place. */
function write(file: string, content: RootKeyFile): string {
  const fresh = `${file}.new`
  const opened = openSync(fresh, 'w', 0o600)
  try {
    writeSync(opened, JSON.stringify(content))
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  return fresh
}

function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
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
