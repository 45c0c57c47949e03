import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofMsMax } from '@candor/protocol/open-statement.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { openProofs, resignMs } from './open-proofs.ts'

function setUp() {
  let now = 1_000_000
  let keys = 0
  let away = false
  const signed: string[] = []
  const makeKey = (): Promise<{ key: string; sign(conversation: string): Promise<never> }> => {
    if (away) return Promise.reject(new Refusal('busy'))
    const key = `key ${++keys}`
    return Promise.resolve({
      key,
      sign(conversation) {
        signed.push(`${key} ${conversation}`)
        return Promise.resolve({ key, at: String(now), signature: '' } as never)
      },
    })
  }
  const proofs = openProofs({ key: makeKey, renewed: makeKey, now: () => now })
  return {
    proofs,
    signed,
    pass: (ms: number) => void (now += ms),
    away: (on: boolean) => void (away = on),
  }
}

test('a conversation is signed for once, and again before the signature is too old', async () => {
  const { proofs, signed, pass } = setUp()
  assert.equal(proofs.proof('c'), undefined)
  await Promise.all([proofs.prepare('c'), proofs.prepare('c')])
  assert.equal(proofs.prepare('c'), null)
  pass(resignMs - 1)
  assert.equal(proofs.prepare('c'), null)
  pass(1)
  const old = proofs.proof('c')
  assert.ok(old, 'it still counts while the next one is made')
  await proofs.prepare('c')
  assert.notEqual(proofs.proof('c'), old)
  assert.deepEqual(signed, ['key 1 c', 'key 1 c'])
})

test('a signature that is too old is not sent, and needs no new key', async () => {
  const { proofs, signed, pass } = setUp()
  await proofs.prepare('c')
  pass(proofMsMax)
  assert.equal(proofs.proof('c'), undefined)
  await proofs.renew('c')
  assert.deepEqual(signed, ['key 1 c', 'key 1 c'])
})

test('a fresh signature that was refused needs a new key, one for all conversations', async () => {
  const { proofs, signed } = setUp()
  await Promise.all([proofs.prepare('a'), proofs.prepare('b')])
  await Promise.all([proofs.renew('a'), proofs.renew('b')])
  assert.deepEqual(signed.slice(2).toSorted(), ['key 2 a', 'key 2 b'])
  assert.equal(proofs.proof('a')!.key, 'key 2')
})

test('a key that could not be made is asked for again with the next conversation', async () => {
  const { proofs, away } = setUp()
  await proofs.prepare('a')
  away(true)
  await proofs.renew('a')
  assert.equal(proofs.proof('a'), undefined)
  away(false)
  await proofs.prepare('a')
  assert.ok(proofs.proof('a'))
})
