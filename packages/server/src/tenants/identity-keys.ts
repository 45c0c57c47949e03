import { createPublicKey } from 'node:crypto'
import type { IdentityKey } from '@candor/protocol/api.ts'
import { isUuid } from '@candor/protocol/parse-client-frame.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Query, Store } from '../store/store.ts'
import type { OnAccessChange } from './access-changes.ts'
import type { Actor } from './actor.ts'
import { checkLine, nameCharactersMax, refuseField } from './fields.ts'
import type { IdentityAlgorithm, IdentityKeyMaterial } from './identity-token.ts'

export interface IdentityKeys {
  createIdentityKey(by: Actor, id: string, given: { name: string; jwk: unknown }): Promise<IdentityKey>
  identityKeys(tenant: string): Promise<IdentityKey[]>
  deleteIdentityKey(by: Actor, id: string): Promise<void>
}

/** The old one and the new one while they are exchanged, for each of a company's systems. */
const identityKeysMax = 50

export function openIdentityKeys(options: {
  store: Store
  clock: Clock
  onAccessChange: OnAccessChange
}): IdentityKeys {
  const { store, clock, onAccessChange } = options

  return {
    async createIdentityKey(by, id, given) {
      const name = checkLine(given.name, 'name', nameCharactersMax)
      const jwk: Record<string, string> = { ...parsePublicJwk(given.jwk), kid: id }
      return store.write(by.tenant, async (q) => {
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from identity_keys',
        )
        if (count >= identityKeysMax)
          throw new Refusal('too_many', `A tenant has at most ${identityKeysMax} identity keys.`)
        const at = new Date(clock.now())
        const made = await q<IdentityKey>(
          `insert into identity_keys (tenant_id, id, name, jwk, created_by, created_at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id, name, jwk`,
          [by.tenant, id, name, JSON.stringify(jwk), by.id, at],
        )
        const [key] =
          made.length === 1
            ? made
            : await q<IdentityKey>('select id, name, jwk from identity_keys where id = $1', [id])
        if (key === undefined || key.name !== name || key.jwk['x'] !== jwk['x'] || key.jwk['y'] !== jwk['y'])
          throw new Refusal('idempotency_conflict')
        if (made.length === 1)
          await onAccessChange({
            what: 'identity-key-registered',
            tenant: by.tenant,
            by,
            subject: id,
            at: at.toISOString(),
          })
        return key
      })
    },

    identityKeys: (tenant) =>
      store.read(tenant, (q) =>
        q<IdentityKey>('select id, name, jwk from identity_keys order by created_at, id'),
      ),

    async deleteIdentityKey(by, id) {
      const { tenant } = by
      await store.write(tenant, async (q) => {
        const gone = await q('delete from identity_keys where id = $1 returning id', [id])
        if (gone.length === 0) throw new Refusal('not_found')
        const at = new Date(clock.now()).toISOString()
        await onAccessChange({ what: 'identity-key-removed', tenant, by, subject: id, at })
      })
    },
  }
}

/** The key that a token names, among the keys of the running tenant only. */
export async function identityKeyOf(q: Query, kid: string): Promise<IdentityKeyMaterial | null> {
  if (!isUuid(kid)) return null
  const [row] = await q<{ jwk: Record<string, string> }>('select jwk from identity_keys where id = $1', [kid])
  if (row === undefined) return null
  return {
    algorithm: row.jwk['alg'] as IdentityAlgorithm,
    key: createPublicKey({ key: row.jwk, format: 'jwk' }),
  }
}

/** The public members of an Ed25519 (RFC 8037) or P-256 (RFC 7518 §6.2) key, and the algorithm it signs with. */
export function parsePublicJwk(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuseField('jwk', 'is a JSON Web Key')
  const given = value as Record<string, unknown>
  if ('d' in given)
    refuseField(
      'jwk',
      'is the public part only. This private key has travelled: throw it away and make another',
    )
  const { kty, crv, x, y } = given
  const kind = kinds.find((one) => one.kty === kty && one.crv === crv)
  if (kind === undefined) refuseField('jwk', 'is an Ed25519 or a P-256 key')
  if (given['alg'] !== undefined && given['alg'] !== kind.alg)
    refuseField('jwk.alg', `is ${kind.alg} for this key`)
  const jwk: Record<string, string> = { ...kind, use: 'sig' }
  for (const [name, member] of Object.entries(kind.kty === 'EC' ? { x, y } : { x })) {
    if (typeof member !== 'string' || !coordinateForm.test(member))
      refuseField(`jwk.${name}`, 'is 32 bytes in base64url')
    jwk[name] = member
  }
  try {
    createPublicKey({ key: jwk, format: 'jwk' })
  } catch (caught) {
    // OpenSSL's word that the coordinates are no point of the curve.
    if (!(caught instanceof Error && 'code' in caught)) throw caught
    refuseField('jwk', 'is a point on its curve')
  }
  return jwk
}

const kinds = [
  { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' },
  { kty: 'EC', crv: 'P-256', alg: 'ES256' },
] as const
const coordinateForm = /^[A-Za-z0-9_-]{43}$/
