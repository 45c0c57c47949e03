import type { KeyObject } from 'node:crypto'
import { Refusal } from '@candor/protocol/refusals.ts'
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { checkEmail, checkLine, nameCharactersMax } from './fields.ts'

/** What a tenant vouches for about one of its customers. */
export interface CustomerIdentity {
  /** The tenant's own id of the customer. */
  subject: string
  name: string | null
  email: string | null
  /** The token's own id; it counts once, and must be remembered until `expiresAt`. */
  jti: string
  expiresAt: number
}

/** A registered public key and the one algorithm that goes with it. */
export interface IdentityKeyMaterial {
  algorithm: IdentityAlgorithm
  key: KeyObject
}

export const identityAlgorithms = ['EdDSA', 'ES256'] as const
export type IdentityAlgorithm = (typeof identityAlgorithms)[number]

/** A token is made for the page that is being served; longer lives are for thieves. */
export const identityTokenSecondsMax = 600
/** How far the tenant's clock may run ahead of ours. */
const clockSkewSeconds = 60
const subjectCharactersMax = 200
const jtiCharactersMax = 200

export function identityAudience(tenantPublicId: string): string {
  return `candor:${tenantPublicId}`
}

/**
 * Checks a JWT (RFC 7519) as RFC 8725 advises: the key decides the algorithm, not the token.
 * @param keyOf the tenant's registered key of this `kid`, or null.
 * @throws Refusal `token_invalid` or `token_expired`, with the claim as `field`.
 */
export async function verifyIdentityToken(
  jwt: string,
  check: { audience: string; now: number; keyOf: (kid: string) => Promise<IdentityKeyMaterial | null> },
): Promise<CustomerIdentity> {
  const claims = await verifiedClaims(jwt, check)
  // An audience of one: a token that is good elsewhere too could be carried from there to here.
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  if (audiences.length !== 1 || audiences[0] !== check.audience) refuse('aud', `is ${check.audience}`)
  const nowSeconds = check.now / 1_000
  const { iat, exp } = claims
  if (typeof iat !== 'number' || typeof exp !== 'number') refuse('exp', 'and iat are there')
  if (iat > nowSeconds + clockSkewSeconds) refuse('iat', 'is not in the future')
  if (exp - iat > identityTokenSecondsMax) refuse('exp', `is at most ${identityTokenSecondsMax} s after iat`)
  if (exp <= nowSeconds) throw new Refusal('token_expired', undefined, { field: 'exp' })
  return {
    subject: claim(claims, 'sub', subjectCharactersMax),
    jti: claim(claims, 'jti', jtiCharactersMax),
    name: claims['name'] === undefined ? null : claim(claims, 'name', nameCharactersMax),
    email: claims['email'] === undefined ? null : inToken(() => checkEmail(claims['email'], 'email')),
    expiresAt: exp * 1_000,
  }
}

async function verifiedClaims(
  jwt: string,
  { audience, now, keyOf }: Parameters<typeof verifyIdentityToken>[1],
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(
      jwt,
      async ({ alg, kid }) => {
        const known = typeof kid === 'string' ? await keyOf(kid) : null
        if (known === null)
          throw new Refusal('token_invalid', 'No key of this tenant has this kid.', { field: 'kid' })
        if (known.algorithm !== alg)
          throw new Refusal('token_invalid', `The key of this kid signs with ${known.algorithm}.`, {
            field: 'alg',
          })
        return known.key
      },
      {
        algorithms: [...identityAlgorithms],
        audience,
        requiredClaims: ['sub', 'aud', 'iat', 'exp', 'jti'],
        currentDate: new Date(now),
        clockTolerance: clockSkewSeconds, // for `nbf`; expiry is checked to the second by the caller
      },
    )
    return payload
  } catch (cause) {
    if (cause instanceof errors.JWTExpired)
      throw new Refusal('token_expired', undefined, { field: 'exp', cause })
    if (cause instanceof errors.JWTClaimValidationFailed)
      throw new Refusal('token_invalid', undefined, { field: cause.claim, cause })
    if (cause instanceof errors.JOSEError) throw new Refusal('token_invalid', undefined, { cause })
    throw cause
  }
}

function claim(claims: JWTPayload, name: string, charactersMax: number): string {
  return inToken(() => checkLine(claims[name], name, charactersMax))
}

/** A claim that is not accepted makes the token not accepted. */
function inToken<T>(check: () => T): T {
  try {
    return check()
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    throw new Refusal('token_invalid', cause.message, { field: cause.field!, cause })
  }
}

function refuse(field: string, rule: string): never {
  throw new Refusal('token_invalid', `The claim ${field} ${rule}.`, { field })
}
