import assert from 'node:assert/strict'
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { openUnwrapper, openWrapper } from '../src/wrapping.ts'

const context = 'tenant/conversation/segment'

test('a data key is unwrapped by the private epoch key alone, in its own context', () => {
  const tenant = generateKeyPairSync('x25519')
  const thief = generateKeyPairSync('x25519')
  const dataKey = createSecretKey(randomBytes(32))
  const wrapped = openWrapper(tenant.publicKey).wrap(context, dataKey, 0)
  assert.deepEqual(openUnwrapper(tenant.privateKey).unwrap(context, wrapped), dataKey.export())
  assert.equal(openUnwrapper(thief.privateKey).unwrap(context, wrapped), null)
  assert.equal(openUnwrapper(tenant.privateKey).unwrap('tenant/conversation/other', wrapped), null)
  assert.equal(wrapped.includes(dataKey.export()), false)
})

test('one flipped bit anywhere keeps a wrapped key closed', () => {
  const tenant = generateKeyPairSync('x25519')
  const unwrapper = openUnwrapper(tenant.privateKey)
  const wrapped = openWrapper(tenant.publicKey).wrap(context, createSecretKey(randomBytes(32)), 0)
  for (let bit = 0; bit < wrapped.length * 8; bit++) {
    // The high bit of an X25519 public key is masked by RFC 7748 §5; it is part of the derivation here all the same.
    const changed = Buffer.from(wrapped)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.equal(unwrapper.unwrap(context, changed), null, `bit ${bit}`)
  }
})

test('what is no wrapped key, or names a point without a secret, opens nothing and breaks nothing', () => {
  const unwrapper = openUnwrapper(generateKeyPairSync('x25519').privateKey)
  const shaped = (publicKey: Buffer): Buffer =>
    Buffer.concat([Buffer.from([1]), publicKey, Buffer.alloc(48, 7)])
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(81),
    randomBytes(81),
    shaped(Buffer.alloc(32)),
    shaped(Buffer.concat([Buffer.from([1]), Buffer.alloc(31)])),
    shaped(Buffer.alloc(32, 0xff)),
  ])
    assert.equal(unwrapper.unwrap(context, bytes), null)
})

test('an ephemeral key serves for five minutes, and no two segments share a wrapping key', () => {
  const tenant = generateKeyPairSync('x25519')
  const unwrapper = openUnwrapper(tenant.privateKey)
  const wrapper = openWrapper(tenant.publicKey)
  const dataKey = createSecretKey(randomBytes(32))
  const at = (segment: string, ms: number): Buffer => wrapper.wrap(segment, dataKey, ms)
  const [one, two, late] = [at('a', 0), at('b', 299_999), at('c', 300_000)]
  assert.deepEqual(one.subarray(1, 33), two.subarray(1, 33))
  assert.notDeepEqual(one.subarray(33), two.subarray(33))
  assert.notDeepEqual(one.subarray(1, 33), late.subarray(1, 33))
  for (const [segment, wrapped] of [
    ['a', one],
    ['b', two],
    ['c', late],
  ] as const)
    assert.deepEqual(unwrapper.unwrap(segment, wrapped), dataKey.export())
})
