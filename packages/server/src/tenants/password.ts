import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { refuseField } from './fields.ts'

/** Shorter ones are guessed even against a slow hash (NIST SP 800-63B asks for 8 at least). */
export const passwordCharactersMin = 10
/** A longer one costs us time and its owner no sleep. */
export const passwordCharactersMax = 128
/** From Friday evening to Monday morning. */
export const temporaryPasswordMsMax = 72 * 3_600_000

/** OWASP's least for Argon2id: 19 MiB, two passes, one lane; some 40 ms of one core. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const tagBytes = 32

const derive = promisify(argon2)

/** What a person may choose. @throws Refusal `invalid_field` */
export function checkPassword(password: string, email: string, field: string): void {
  if (password.length < passwordCharactersMin)
    refuseField(field, `has at least ${passwordCharactersMin} characters`)
  if (password.length > passwordCharactersMax)
    refuseField(field, `has at most ${passwordCharactersMax} characters`)
  if (password.toLowerCase().includes(email)) refuseField(field, 'does not hold the e-mail address')
}

/** Told over a telephone and typed once: 79 bits in letters and digits that cannot be taken for each other. */
export function makeTemporaryPassword(): string {
  const group = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag` (PHC string format), so that the cost can rise with the years. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await tagOf(password, salt, cost, tagBytes)
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

/** @throws Error when the hash is not one of ours: that is a fault of the database, not of who signs in. */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const parts = phcForm.exec(hash)
  if (parts === null) throw new Error('a stored password hash is not in the expected form')
  const [, memory, passes, parallelism, salt, tag] = parts
  const expected = Buffer.from(tag!, 'base64')
  const actual = await tagOf(
    password,
    Buffer.from(salt!, 'base64'),
    { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    expected.length,
  )
  return timingSafeEqual(actual, expected)
}

const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/

function tagOf(password: string, salt: Buffer, at: typeof cost, tagLength: number): Promise<Buffer> {
  // NFKC: the same keys pressed on two keyboards can arrive as different code points.
  return derive('argon2id', { message: password.normalize('NFKC'), nonce: salt, ...at, tagLength })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
