/**
 * What a person signs to open a conversation. The browser makes the key at sign-in and cannot export it; the
 * keyholder knows its public half and releases nothing to a person without a fresh statement.
 */
export interface OpenProof {
  /** Base64url SHA-256 of the public key's SPKI. */
  key: string
  /** When it was signed, RFC 3339 in UTC. */
  at: string
  /** ECDSA P-256 with SHA-256 over `openStatement`, r and s of 32 bytes each (IEEE P1363), base64url. */
  signature: string
}

/** A statement counts for this long on either side of the keyholder's clock. */
export const proofMsMax = 15 * 60_000

export interface OpenStatement {
  tenant: string
  conversation: string
  key: string
  at: string
}

/** The exact text that is signed, UTF-8. Another version begins with another line, so none passes for another. */
export function openStatement(what: OpenStatement): string {
  return `candor opens 1\n${what.tenant}\n${what.conversation}\n${what.key}\n${what.at}\n`
}

/** @returns null when it is not of the form of a proof; whether it is true the keyholder says. */
export function parseProof(value: unknown): OpenProof | null {
  if (typeof value !== 'object' || value === null) return null
  const { key, at, signature } = value as Record<string, unknown>
  if (typeof key !== 'string' || !/^[\w-]{43}$/.test(key)) return null
  if (typeof at !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at)) return null
  if (typeof signature !== 'string' || !/^[\w-]{86}$/.test(signature)) return null
  return { key, at, signature }
}

/** Header of an HTTP request that opens text: `Candor-Proof: <key> <at> <signature>`. */
export const proofHeader = 'candor-proof'

export function proofOfHeader(header: string): OpenProof | null {
  const [key, at, signature] = header.split(' ')
  return parseProof({ key, at, signature })
}
