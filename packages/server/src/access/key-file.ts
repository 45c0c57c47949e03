import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Where tenants' epoch keys live. Private keys leave it for unwrapping only. */
export interface TenantKeys {
  /** Public key to which new data keys are wrapped; made on first use. */
  current(tenant: string): { id: string; publicKey: KeyObject }
  /** @throws Error when the key is not in the file: the text under it cannot be opened. */
  privateKey(tenant: string, id: string): KeyObject
}

interface KeyFileContent {
  format: 1
  /** tenant id → its epoch keys, newest last; PKCS #8 DER of an X25519 key in base64. */
  tenants: Record<string, { id: string; key: string }[]>
}

/** A JSON file readable by its owner alone. Written as a new file, synced and renamed: a crash leaves one or the other. */
export function openKeyFile(path: string): TenantKeys {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const content = read(path)
  const keys = new Map<string, { id: string; privateKey: KeyObject; publicKey: KeyObject }[]>()
  for (const [tenant, stored] of Object.entries(content.tenants))
    keys.set(
      tenant,
      stored.map(({ id, key }) => {
        const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' })
        return { id, privateKey, publicKey: createPublicKey(privateKey) }
      }),
    )

  return {
    current(tenant) {
      const newest = keys.get(tenant)?.at(-1)
      if (newest !== undefined) return newest
      const made = { id: randomUUID(), ...generateKeyPairSync('x25519') }
      content.tenants[tenant] = [
        { id: made.id, key: made.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') },
      ]
      write(path, content)
      keys.set(tenant, [made])
      return made
    },
    privateKey(tenant, id) {
      const found = keys.get(tenant)?.find((key) => key.id === id)
      if (found === undefined) throw new Error(`The key file holds no key ${id} for tenant ${tenant}.`)
      return found.privateKey
    },
  }
}

function read(path: string): KeyFileContent {
  let text: string
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new Error(`The key file ${path} can be read by others. Run: chmod 600 ${path}`)
    text = readFileSync(path, 'utf8')
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return { format: 1, tenants: {} }
    throw caught
  }
  const content = JSON.parse(text) as KeyFileContent
  if (content.format !== 1)
    throw new Error(`The key file ${path} has a format that this version cannot read.`)
  return content
}

function write(path: string, content: KeyFileContent): void {
  const fresh = `${path}.new`
  const file = openSync(fresh, 'w', 0o600)
  try {
    writeSync(file, JSON.stringify(content))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(fresh, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
