import { readFileSync, statSync } from 'node:fs'

export interface ImportedKey {
  tenant: string
  id: string
  /** X25519, PKCS #8, DER. */
  secret: Buffer
}

/** Reads the key file in which an installation kept its epoch keys before it had a keyholder. */
export function readKeyFile(file: string): ImportedKey[] {
  if ((statSync(file).mode & 0o077) !== 0)
    throw new Error(`The key file ${file} can be read by others. Run: chmod 600 ${file}`)
  const content = JSON.parse(readFileSync(file, 'utf8')) as {
    format: number
    tenants: Record<string, { id: string; key: string }[]>
  }
  if (content.format !== 1)
    throw new Error(`The key file ${file} has a format that this version cannot read.`)
  return Object.entries(content.tenants).flatMap(([tenant, keys]) =>
    keys.map(({ id, key }) => ({ tenant, id, secret: Buffer.from(key, 'base64') })),
  )
}
