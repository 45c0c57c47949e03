import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, verifyPassword } from './password.ts'

test('a password is kept as an Argon2id hash with a salt of its own, and only the right one verifies', async () => {
  const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, other)
  assert.equal(await verifyPassword(one, 'correct horse'), true)
  assert.equal(await verifyPassword(one, 'correct horsf'), false)
  assert.equal(await verifyPassword(one, ''), false)
})

test('the same letters typed on another keyboard are the same password', async () => {
  assert.equal(await verifyPassword(await hashPassword('Zu\u0308rich ﬁne'), 'Z\u00fcrich fine'), true)
})

test('the cost is read from the hash, so that older ones still verify when it rises', async () => {
  const cheaper =
    '$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$4FQTGAvPBGGsQYG27dAhpnPqPxH2uHghRO5O6fPvtZI'
  assert.equal(await verifyPassword(cheaper, 'an older password'), true)
  assert.equal(await verifyPassword(cheaper, 'another password'), false)
  await assert.rejects(verifyPassword('plain text', 'plain text'), /not in the expected form/)
  await assert.rejects(verifyPassword('', ''), /not in the expected form/)
})
