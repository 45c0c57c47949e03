import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import { parsePublicJwk } from './identity-keys.ts'
import { identityAudience, verifyIdentityToken, type IdentityAlgorithm } from './identity-token.ts'

const audience = identityAudience('aurora-air')
const now = Date.UTC(2026, 0, 1)
const seconds = now / 1_000

const edwards = { kid: 'ed', algorithm: 'EdDSA' as const, ...generateKeyPairSync('ed25519') }
const nist = {
  kid: 'p256',
  algorithm: 'ES256' as const,
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
const registered: readonly { kid: string; algorithm: IdentityAlgorithm; publicKey: KeyObject }[] = [
  edwards,
  nist,
]
const stranger = generateKeyPairSync('ed25519')

type Part = Record<string, unknown>

function claims(change: Part = {}): Part {
  return { sub: 'customer-7', aud: audience, iat: seconds, exp: seconds + 300, jti: randomUUID(), ...change }
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Made by hand: a library would refuse to write most of what is tried here. */
function jwt(header: Part, payload: Part, privateKey: KeyObject = edwards.privateKey): string {
  const content = `${part(header)}.${part(payload)}`
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return `${content}.${sign(digest, Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const header = { alg: 'EdDSA', kid: 'ed', typ: 'JWT' }

async function verify(token: string) {
  return verifyIdentityToken(token, {
    audience,
    now,
    keyOf: async (kid) => {
      const key = registered.find((one) => one.kid === kid)
      return key === undefined ? null : { algorithm: key.algorithm, key: key.publicKey }
    },
  })
}

async function codeOf(token: string): Promise<string> {
  const caught = await verify(token).then(
    () => null,
    (refusal: unknown) => refusal,
  )
  assert(caught instanceof Refusal, `accepted, or a fault: ${token.slice(0, 80)} ${String(caught)}`)
  return caught.code
}

test('a customer whom the tenant vouches for is who the token says, under either kind of key', async () => {
  const given = claims({ name: ' Ada Okafor ', email: 'Ada@Example.com' })
  for (const token of [
    jwt(header, given),
    jwt({ alg: 'ES256', kid: 'p256' }, given, nist.privateKey),
    jwt(header, { ...given, aud: [audience] }),
  ])
    assert.deepEqual(await verify(token), {
      subject: 'customer-7',
      name: 'Ada Okafor',
      email: 'ada@example.com',
      jti: given['jti'],
      expiresAt: (seconds + 300) * 1_000,
    })
})

test('an expired token is refused to the second', async () => {
  await verify(jwt(header, claims({ iat: seconds - 299, exp: seconds + 1 })))
  for (const ago of [0, 1, 30, 59, 60, 61, 600, 1e6])
    assert.equal(
      await codeOf(jwt(header, claims({ iat: seconds - ago - 10, exp: seconds - ago }))),
      'token_expired',
    )
})

test('a token of another tenant, another system or another key is refused', async () => {
  const wrong: Record<string, string> = {
    'another tenant': jwt(header, claims({ aud: 'candor:corner-shop' })),
    'another system': jwt(header, claims({ aud: 'aurora-air' })),
    'two audiences': jwt(header, claims({ aud: [audience, 'candor:corner-shop'] })),
    'no audience': jwt(header, claims({ aud: undefined })),
    'a longer audience': jwt(header, claims({ aud: `${audience} ` })),
    'a stranger’s key under our kid': jwt(header, claims(), stranger.privateKey),
    'a kid that is not registered': jwt({ ...header, kid: 'other' }, claims()),
    'no kid': jwt({ alg: 'EdDSA' }, claims()),
    'a kid that is no string': jwt({ alg: 'EdDSA', kid: { ed: 1 } }, claims()),
    'its own key brought along': jwt(
      { alg: 'EdDSA', jwk: stranger.publicKey.export({ format: 'jwk' }) },
      claims(),
      stranger.privateKey,
    ),
    'a link to its own key': jwt(
      { ...header, jku: 'https://evil.example/keys', x5u: 'https://evil.example/x' },
      claims(),
      stranger.privateKey,
    ),
  }
  for (const [why, token] of Object.entries(wrong)) assert.equal(await codeOf(token), 'token_invalid', why)
})

test('the token does not choose how it is checked', async () => {
  const payload = claims()
  const publicPem = edwards.publicKey.export({ type: 'spki', format: 'pem' })
  const publicDer = edwards.publicKey.export({ type: 'spki', format: 'der' })
  const publicRaw = Buffer.from(edwards.publicKey.export({ format: 'jwk' }).x!, 'base64url')
  for (const alg of [
    'none',
    'None',
    'NONE',
    '',
    'HS256',
    'HS512',
    'RS256',
    'PS256',
    'ES384',
    'ES512',
    'Ed448',
    null,
  ]) {
    const content = `${part({ alg, kid: 'ed' })}.${part(payload)}`
    assert.equal(await codeOf(`${content}.`), 'token_invalid', `${alg}, unsigned`)
    for (const secret of [publicPem, publicDer, publicRaw, '']) {
      const mac = createHmac('sha256', secret).update(content).digest('base64url')
      assert.equal(
        await codeOf(`${content}.${mac}`),
        'token_invalid',
        `${alg}, with the public key as secret`,
      )
    }
  }
  assert.equal(
    await codeOf(jwt({ alg: 'EdDSA', kid: 'p256' }, payload)),
    'token_invalid',
    'another key’s algorithm',
  )
  assert.equal(await codeOf(jwt({ alg: 'ES256', kid: 'ed' }, payload, nist.privateKey)), 'token_invalid')
  assert.equal(
    await codeOf(jwt({ ...header, crit: ['exp'] }, payload)),
    'token_invalid',
    'critical and unknown',
  )
  assert.equal(
    await codeOf(jwt({ ...header, b64: false, crit: ['b64'] }, payload)),
    'token_invalid',
    'RFC 7797',
  )
})

test('a token that lives long, comes from the future or misses a claim is refused', async () => {
  const wrong: Part[] = [
    { exp: seconds + 601 },
    { iat: seconds - 400, exp: seconds + 300 },
    { iat: seconds + 61, exp: seconds + 120 },
    { nbf: seconds + 120 },
    { iat: undefined },
    { exp: undefined },
    { jti: undefined },
    { sub: undefined },
    { sub: '' },
    { sub: '  ' },
    { sub: 7 },
    { sub: ['customer-7'] },
    { sub: 'a\u0000b' },
    { sub: 'x'.repeat(201) },
    { jti: '' },
    { jti: 'x'.repeat(201) },
    { iat: String(seconds) },
    { exp: String(seconds + 300) },
    { exp: null },
    { name: 7 },
    { name: 'x'.repeat(101) },
    { email: 'nobody' },
    { email: { $ne: null } },
  ]
  for (const change of wrong)
    assert.equal(await codeOf(jwt(header, claims(change))), 'token_invalid', JSON.stringify(change))
  await verify(jwt(header, claims({ iat: seconds + 59, exp: seconds + 300 })))
})

test('3,000 damaged tokens are refused and none is a fault', async () => {
  let seed = 7
  const random = (max: number): number => (seed = (seed * 48_271) % 2_147_483_647) % max
  const good = jwt(header, claims())
  const letters = 'ABCdef012-_=. \u0000é{}"'
  for (let i = 0; i < 3_000; i++) {
    let token = good
    for (let faults = 1 + random(3); faults > 0; faults--) {
      const at = random(token.length)
      const letter = letters[random(letters.length)]!
      const kind = random(4)
      if (kind === 0) token = token.slice(0, at) + letter + token.slice(at + 1)
      else if (kind === 1) token = token.slice(0, at) + token.slice(at + 1 + random(40))
      else if (kind === 2) token = token.slice(0, at) + letter + token.slice(at)
      else token = token.slice(0, at) + token.slice(random(token.length))
    }
    if (sameToken(token, good)) continue
    assert.equal(await codeOf(token), 'token_invalid')
  }
})

/** Base64url ignores the last bits of its last letter: such a token is the same bytes. */
function sameToken(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')]
  return (
    a.length === b.length &&
    a[0] === b[0] &&
    a[1] === b[1] &&
    Buffer.from(a[2]!, 'base64url').equals(Buffer.from(b[2]!, 'base64url'))
  )
}

test('a registered key is public, of a known kind, and a point on its curve', () => {
  const { x } = edwards.publicKey.export({ format: 'jwk' })
  const curve = nist.publicKey.export({ format: 'jwk' })
  assert.deepEqual(parsePublicJwk({ kty: 'OKP', crv: 'Ed25519', x, key_ops: ['verify'], ext: true }), {
    kty: 'OKP',
    crv: 'Ed25519',
    alg: 'EdDSA',
    use: 'sig',
    x,
  })
  assert.equal(parsePublicJwk(curve)['alg'], 'ES256')
  const wrong: unknown[] = [
    null,
    [],
    'key',
    {},
    edwards.privateKey.export({ format: 'jwk' }),
    { kty: 'oct', k: 'AAAA' },
    { ...generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' }) },
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
    generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }),
    { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' },
    { kty: 'OKP', crv: 'Ed25519', x, alg: 'HS256' },
    { ...curve, y: curve.x },
    { ...curve, y: undefined },
  ]
  for (const jwk of wrong)
    assert.throws(() => parsePublicJwk(jwk), { code: 'invalid_field' }, JSON.stringify(jwk))
})
