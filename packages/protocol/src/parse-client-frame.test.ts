import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textCharactersMax } from './frames.ts'
import { parseClientFrame } from './parse-client-frame.ts'
import { Refusal } from './refusals.ts'

const id = '0192f0c1-0000-7000-8000-000000000001'
const send = { type: 'send', id, conversation: id, text: 'Hello' }

function refusal(frame: unknown): Refusal {
  try {
    parseClientFrame(typeof frame === 'string' ? frame : JSON.stringify(frame))
  } catch (caught) {
    assert.ok(caught instanceof Refusal, String(caught))
    return caught
  }
  assert.fail('accepted')
}

test('a well-formed send is read as it was written', () => {
  assert.deepEqual(parseClientFrame(JSON.stringify(send)), send)
})

test('a field that nobody asked for does not travel further', () => {
  assert.deepEqual(parseClientFrame(JSON.stringify({ ...send, actor: 'system', seq: 1 })), send)
})

test('what is not JSON, or no frame, is refused as malformed', () => {
  for (const raw of ['', '{', 'null', '[]', '7', '{"type":"nonsense"}', '{"type":"__proto__"}'])
    assert.ok(['malformed', 'invalid_field'].includes(refusal(raw).code), raw)
})

test('each fault names its field', () => {
  assert.equal(refusal({ ...send, id: 'x' }).field, 'id')
  assert.equal(refusal({ ...send, conversation: 7 }).field, 'conversation')
  assert.equal(refusal({ ...send, text: '   ' }).field, 'text')
  assert.equal(refusal({ ...send, text: 'a\u0000b' }).field, 'text')
  assert.equal(refusal({ ...send, text: 'half \ud800 pair' }).field, 'text')
  assert.equal(
    refusal({ type: 'hello', protocol: 1, role: 'staff', positions: [{}] }).field,
    'positions[0].conversation',
  )
  assert.equal(refusal({ type: 'read', id, conversation: id, upTo: 1.5 }).field, 'upTo')
  assert.equal(refusal({ type: 'set', id, traits: { a: { b: 1 } } }).field, 'traits.a')
})

const proof = { key: 'k'.repeat(43), at: '2026-11-25T00:34:04.123Z', signature: 's'.repeat(86) }

test('a signature is read where text is opened, and nothing but a signature', () => {
  const open = { type: 'open', conversation: id, proof }
  assert.deepEqual(parseClientFrame(JSON.stringify(open)), open)
  const earlier = { type: 'earlier', id, conversation: id, before: 4, proof }
  assert.deepEqual(parseClientFrame(JSON.stringify(earlier)), earlier)
  const hello = {
    type: 'hello',
    protocol: 1,
    role: 'staff',
    positions: [{ conversation: id, epoch: id, seq: 4, proof }],
  }
  assert.deepEqual(parseClientFrame(JSON.stringify(hello)), hello)
  for (const wrong of [null, 7, {}, { ...proof, key: 'short' }, { ...proof, at: 'yesterday' }]) {
    const said = refusal({ ...open, proof: wrong })
    assert.deepEqual([said.code, said.field], ['invalid_field', 'proof'])
    assert.equal(refusal({ ...earlier, proof: wrong }).field, 'proof')
    assert.equal(
      refusal({ ...hello, positions: [{ ...hello.positions[0], proof: wrong }] }).field,
      'positions[0].proof',
    )
  }
})

test('a frame says which release it is of, in one spelling only', () => {
  const hello = { type: 'hello', protocol: 1, role: 'visitor', tenant: 'acme', release: 'r'.repeat(43) }
  assert.deepEqual(parseClientFrame(JSON.stringify(hello)), hello)
  for (const release of ['', 'r'.repeat(42), 'r'.repeat(44), `${'r'.repeat(42)}=`, 7, null])
    assert.equal(refusal({ ...hello, release }).field, 'release')
  assert.deepEqual(parseClientFrame('{"type":"stopped"}'), { type: 'stopped' })
})

test('the longest message passes and one character more is too large', () => {
  parseClientFrame(JSON.stringify({ ...send, text: 'a'.repeat(textCharactersMax) }))
  assert.equal(refusal({ ...send, text: 'a'.repeat(textCharactersMax + 1) }).code, 'too_large')
})

test('a thousand mangled frames are refused, never thrown as a fault', () => {
  const source = JSON.stringify({ ...send, positions: [{ conversation: id, epoch: id, seq: 4 }] })
  let state = 42
  const random = (below: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % below
  for (let i = 0; i < 1000; i++) {
    const at = random(source.length)
    const mangled = source.slice(0, at) + String.fromCharCode(random(256)) + source.slice(at + 1 + random(4))
    try {
      parseClientFrame(mangled)
    } catch (caught) {
      assert.ok(caught instanceof Refusal, mangled)
    }
  }
})
