/** What somebody can do with files: search them, and try whatever in them could be a key. */
import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import pg from 'pg'

/** One sealed text of a conversation, and the wrapped key that belongs to it. */
export interface StolenText {
  tenant: string
  conversation: string
  event: string
  segment: string
  epochKey: string
  body: Buffer
  wrapped: Buffer
}

export interface StolenDatabase {
  texts: StolenText[]
  conversations: Set<string>
  wrappedKeys: number
  /** Every row of every table as PostgreSQL spells it: what its compression would hide from a search of the files. */
  rows: string
  /** Raw values that could be keys. */
  values: Buffer[]
}

/** The forms in which text can lie in bytes. */
export function formsOf(text: string): Buffer[] {
  const utf8 = Buffer.from(text)
  return [
    utf8,
    Buffer.from([...text].reverse().join('')),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
    Buffer.from(utf8.toString('hex')),
    Buffer.from(utf8.toString('hex').toUpperCase()),
    // Whatever stands before it, one of three alignments holds; the ends depend on the neighbours and are cut.
    ...[0, 1, 2].flatMap((shift) => {
      const shifted = Buffer.concat([Buffer.alloc(shift), utf8])
      return (['base64', 'base64url'] as const).map((encoding) =>
        Buffer.from(shifted.toString(encoding).slice(shift === 0 ? 0 : 4, -4)),
      )
    }),
  ]
}

export function filesIn(folder: string): { name: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ name: path.relative(folder, file), bytes: readFileSync(file) }))
}

/** Names of the files that hold the text in any form. */
export function search(files: readonly { name: string; bytes: Buffer }[], text: string): string[] {
  const forms = formsOf(text)
  return files.filter(({ bytes }) => forms.some((form) => bytes.includes(form))).map(({ name }) => name)
}

export async function readDatabase(url: string): Promise<StolenDatabase> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    // The owner is no exception to row-level security; who holds the files is.
    await client.query('set row_security = off')
    const rows: string[] = []
    for (const { name } of tables.rows) {
      const all = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
      rows.push(...all.rows.map(({ row }) => row))
    }
    const texts = await client.query<StolenText>(
      `select e.tenant_id as tenant, e.conversation_id as conversation, e.id as event, e.segment, e.body,
         k.epoch_key as "epochKey", k.wrapped
       from events e join data_keys k using (tenant_id, conversation_id, segment) where e.body is not null order by e.tenant_id, e.conversation_id, e.seq`,
    )
    const keys = await client.query<{ wrapped: Buffer }>('select wrapped from data_keys')
    const epochs = await client.query<{ public_key: string; signature: string }>(
      'select public_key, signature from epoch_keys',
    )
    return {
      texts: texts.rows,
      conversations: new Set(texts.rows.map(({ conversation }) => conversation)),
      wrappedKeys: keys.rows.length,
      rows: rows.join('\n'),
      values: [
        ...keys.rows.map(({ wrapped }) => wrapped),
        ...epochs.rows.flatMap((epoch) =>
          [epoch.public_key, epoch.signature].map((v) => Buffer.from(v, 'base64')),
        ),
      ],
    }
  } finally {
    await client.end()
  }
}

const keyBytes = 32
/** Of larger files only the text is looked through for keys: at every byte one would be a search of years. */
const everyByteMax = 16 * 1024

/** Every 32 bytes in these that could be a key: raw, in any encoding, hashed; and what could be derived from them. */
export function keyLikes(sources: readonly Buffer[], derived: boolean): Buffer[] {
  const found = new Map<string, Buffer>()
  const add = (bytes: Uint8Array): void => {
    if (bytes.length === keyBytes) found.set(Buffer.from(bytes).toString('latin1'), Buffer.from(bytes))
  }
  const addAllOf = (secret: Buffer): void => {
    if (secret.length >= keyBytes) {
      add(secret.subarray(0, keyBytes))
      add(secret.subarray(-keyBytes))
    }
    add(createHash('sha256').update(secret).digest())
    if (!derived) return
    for (const purpose of purposes) {
      add(new Uint8Array(hkdfSync('sha256', secret, '', purpose, keyBytes)))
      add(createHmac('sha256', secret).update(purpose).digest())
    }
  }
  const seen = new Set<string>()
  for (const bytes of sources) {
    if (bytes.length <= everyByteMax)
      for (let at = 0; at + keyBytes <= bytes.length; at++) add(bytes.subarray(at, at + keyBytes))
    for (const [word] of bytes.toString('latin1').matchAll(/[\w+/=-]{12,200}/g)) {
      if (seen.has(word)) continue
      seen.add(word)
      addAllOf(Buffer.from(word))
      addAllOf(Buffer.from(word, 'base64'))
      if (/^([0-9a-f]{2})+$/i.test(word)) addAllOf(Buffer.from(word, 'hex'))
    }
  }
  return [...found.values()]
}

/** Names under which the code, which the thief has as well, derives keys. */
const purposes = [
  '',
  'candor sign-in',
  'candor visitor token',
  'candor demo passwords',
  'candor data key 1',
  'candor root key 1',
]

/** Conversations of which this key opens a text, as a data key. */
export function openedAsDataKey(texts: readonly StolenText[], key: Buffer): string[] {
  const secret = createSecretKey(key)
  return texts.filter((text) => opens(text, secret)).map(({ conversation }) => conversation)
}

/**
 * Conversations of which this secret unwraps a key: as the private half of an epoch key, or as the shared secret itself.
 * Written from the description of the format, not with the keyholder's code.
 */
export function openedAsSecret(
  texts: readonly StolenText[],
  epochs: ReadonlyMap<string, Buffer>,
  secret: Buffer,
): string[] {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret])
  const own = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const agreed = new Map<string, Buffer | null>()
  return texts
    .filter((text) => {
      const ephemeral = text.wrapped.subarray(1, 33)
      const name = ephemeral.toString('latin1')
      if (!agreed.has(name)) agreed.set(name, agree(own, ephemeral))
      return [agreed.get(name)!, secret].some((shared) => shared !== null && unwraps(text, epochs, shared))
    })
    .map(({ conversation }) => conversation)
}

/** The epoch keys' public halves, raw, by id. */
export async function publicEpochKeys(url: string): Promise<Map<string, Buffer>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('set row_security = off')
    const { rows } = await client.query<{ id: string; public_key: string }>(
      'select id, public_key from epoch_keys',
    )
    return new Map(
      rows.map(({ id, public_key }) => [id, Buffer.from(public_key, 'base64').subarray(-keyBytes)]),
    )
  } finally {
    await client.end()
  }
}

function agree(own: KeyObject, ephemeral: Buffer): Buffer | null {
  const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), ephemeral])
  try {
    return diffieHellman({
      privateKey: own,
      publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
    })
  } catch (caught) {
    if (caught instanceof Error && 'code' in caught) return null
    throw caught
  }
}

function unwraps(text: StolenText, epochs: ReadonlyMap<string, Buffer>, shared: Buffer): boolean {
  const { wrapped } = text
  const salt = Buffer.concat([wrapped.subarray(1, 33), epochs.get(text.epochKey)!])
  const info = `candor data key 1 ${text.tenant}/${text.conversation}/${text.segment}`
  const wrapping = Buffer.from(hkdfSync('sha256', shared, salt, info, keyBytes))
  const key = decrypted(
    createSecretKey(wrapping),
    Buffer.alloc(12),
    '',
    wrapped.subarray(33, 65),
    wrapped.subarray(65),
  )
  return key !== null && opens(text, createSecretKey(key))
}

function opens({ body, conversation, event }: StolenText, key: KeyObject): boolean {
  const [nonce, tag] = [body.subarray(0, 12), body.subarray(-16)]
  return decrypted(key, nonce, `${conversation}/${event}`, body.subarray(12, -16), tag) !== null
}

function decrypted(key: KeyObject, nonce: Buffer, context: string, body: Buffer, tag: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag)
  const plain = decipher.update(body)
  try {
    decipher.final()
    return plain
  } catch (caught) {
    if (caught instanceof Error) return null
    throw caught
  }
}
