import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tool } from '@candor/virtual-agent/flows/tool.ts'
import type { SlotValue } from '@candor/virtual-agent/slots/slot-type.ts'
import type { OutboundOutcome, OutboundRequest } from '../outbound/outbound.ts'
import { openTools } from './call-tool.ts'
import { faultsInARowMax, restMs } from './circuit-breaker.ts'
import { toolRequest } from './tool-request.ts'

const lookUp: Tool = {
  id: 'look-up',
  title: { en: 'Look up' },
  effect: 'read',
  method: 'GET',
  url: 'https://orders.example/v2/orders/{order}',
  input: [
    { name: 'order', type: { kind: 'text' }, required: true },
    { name: 'days', type: { kind: 'dateRange' }, required: false },
    { name: 'amount', type: { kind: 'money', currency: 'EUR' }, required: false },
  ],
  output: [
    { name: 'status', type: { kind: 'text' }, required: true },
    { name: 'total', type: { kind: 'money', currency: 'EUR' }, required: false },
  ],
  timeoutMs: 1_000,
  retries: 2,
  budgetPerConversation: 5,
}
const refund: Tool = { ...lookUp, id: 'refund', effect: 'write', method: 'POST', secretHeader: 'X-Api-Key' }

const text = (value: string): SlotValue => ({ kind: 'text', text: value })
const order = { order: text('A 1/2') }
const ok = (
  body: unknown,
  more: { body?: string; status?: number; headers?: object } = {},
): OutboundOutcome => ({
  kind: 'answered',
  status: more.status ?? 200,
  headers: { 'content-type': 'application/json; charset=utf-8', ...more.headers },
  body: Buffer.from(more.body ?? JSON.stringify(body)),
})
const status = (code: number, headers: object = {}): OutboundOutcome =>
  ok({ status: 'x' }, { status: code, headers })
const failed = (reason: Extract<OutboundOutcome, { kind: 'failed' }>['reason']): OutboundOutcome => ({
  kind: 'failed',
  reason,
  message: reason,
})
const notAllowed: OutboundOutcome = { kind: 'refused', reason: 'private_address', message: '' }

/** Answers in this order, the last one for ever. */
function under(
  answers: readonly OutboundOutcome[],
  more: { secret?: string | null; pausing?: Promise<void> } = {},
) {
  const requests: OutboundRequest[] = []
  const pauses: number[] = []
  const logged: Record<string, unknown>[] = []
  let now = 0
  const tools = openTools({
    outbound: {
      async call(request) {
        requests.push(request)
        await more.pausing
        return answers[Math.min(requests.length, answers.length) - 1]!
      },
    },
    secretFor: async (_tenant, _tool, url) =>
      url.startsWith('https://orders.example/') ? (more.secret ?? null) : null,
    clock: { now: () => now },
    random: () => 1,
    async pause(ms) {
      pauses.push(ms)
      now += ms
    },
    log: (event) => void logged.push(event),
  })
  const call = (tool: Tool, args: Record<string, SlotValue> = order, begun = false) =>
    tools.call({ tenant: 't', tool, args, key: 'key', begun })
  return { call, requests, pauses, logged, pass: (ms: number) => (now += ms) }
}

test('arguments stand in the address, encoded, and the rest in the query or the body', () => {
  const args: Record<string, SlotValue> = {
    ...order,
    days: { kind: 'dateRange', from: '2026-03-01', to: '2026-03-05' },
    amount: { kind: 'money', amount: 12.5, currency: 'EUR' },
    stranger: text('not asked for'),
  }
  assert.equal(
    toolRequest(lookUp, args)?.url.href,
    'https://orders.example/v2/orders/A%201%2F2?days=2026-03-01%2F2026-03-05&amount=12.5',
  )
  const posted = toolRequest(refund, args)!
  assert.equal(posted.url.href, 'https://orders.example/v2/orders/A%201%2F2')
  assert.deepEqual(posted.json, { days: '2026-03-01/2026-03-05', amount: 12.5 })
})

test('no argument leads out of the path or the server that it stands in', () => {
  for (const value of ['..', '.', ''])
    assert.equal(toolRequest(lookUp, { order: text(value) }), null, JSON.stringify(value))
  for (const value of ['../admin', '%2e%2e', '@evil.example', '?a=b', '#x', '\\..\\', 'x\r\nHost: evil'])
    assert.match(
      toolRequest(lookUp, { order: text(value) })!.url.href,
      /^https:\/\/orders\.example\/v2\/orders\/[^/?#\\\s]+$/,
      value,
    )
  assert.equal(toolRequest(lookUp, {}), null)
  // The answer's prototype is no argument.
  assert.equal(toolRequest({ ...lookUp, input: [{ ...lookUp.input[0]!, name: 'constructor' }] }, {}), null)
})

test('of an answer only the fields that are known are kept', async () => {
  const { call, requests } = under([ok({ status: 'shipped', total: 12, customer: 'Ana', card: '4111' })])
  assert.deepEqual(await call(lookUp), { kind: 'answer', body: { status: 'shipped', total: 12 } })
  assert.equal(requests[0]!.headers?.['idempotency-key'], 'key')
  assert.equal(requests[0]!.json, undefined)
})

test('what is no JSON object, and what is too large, is malformed and not asked for again', async () => {
  for (const answer of [
    ok([]),
    ok('text'),
    ok(null),
    ok({}, { body: '{' }),
    ok({}, { headers: { 'content-type': 'text/html' } }),
    ok({}, { headers: { 'content-type': '' } }),
    ok({}, { body: '' }),
    failed('too_large'),
    failed('answer_malformed'),
  ]) {
    const { call, requests } = under([answer])
    assert.deepEqual(await call(lookUp), { kind: 'fault', fault: 'malformed' })
    assert.equal(requests.length, 1)
  }
  const { call } = under([ok({}, { status: 204, body: '' })])
  assert.deepEqual(await call({ ...lookUp, output: [] }), { kind: 'answer', body: {} })
})

test('who is away or busy is asked again under the same key, later each time, and no sooner than they say', async () => {
  const { call, requests, pauses } = under([
    failed('timeout'),
    status(503, { 'retry-after': '2' }),
    ok({ status: 'x' }),
  ])
  assert.equal((await call(refundWithoutSecret)).kind, 'answer')
  assert.deepEqual(pauses, [250, 2_000])
  assert.deepEqual(
    requests.map(({ headers }) => headers?.['idempotency-key']),
    ['key', 'key', 'key'],
  )
})
const refundWithoutSecret: Tool = { ...lookUp, id: 'refund', effect: 'write', method: 'POST' }

test('attempts end with the tool’s retries, and with the visitor’s patience', async () => {
  const away = under([failed('unreachable')])
  assert.deepEqual(await away.call(lookUp), { kind: 'fault', fault: 'unreachable' })
  assert.equal(away.requests.length, 3)
  const never = under([failed('timeout')])
  await never.call({ ...lookUp, retries: 0 })
  assert.equal(never.requests.length, 1)
  const patient = under([status(429, { 'retry-after': '60' })])
  assert.deepEqual(await patient.call(lookUp), { kind: 'fault', fault: 'unreachable' })
  assert.deepEqual([patient.requests.length, patient.pauses], [1, []])
})

test('a no is a no: it is not asked again, and the system counts as answering', async () => {
  for (const answer of [status(400), status(404), status(409), status(302), notAllowed]) {
    const { call, requests } = under([answer])
    for (let i = 0; i < faultsInARowMax + 2; i++)
      assert.deepEqual(await call(lookUp), { kind: 'fault', fault: 'refused' })
    assert.equal(requests.length, faultsInARowMax + 2)
  }
})

test('the secret goes into its header, to its own server alone; without it nothing is asked', async () => {
  const kept = under([ok({ status: 'x' })], { secret: 's3cret' })
  await kept.call(refund)
  assert.equal(kept.requests[0]!.headers?.['x-api-key'], 's3cret')
  assert.doesNotMatch(JSON.stringify(kept.logged), /s3cret/)
  const moved = under([ok({ status: 'x' })], { secret: 's3cret' })
  const elsewhere = { ...refund, url: 'https://evil.example/{order}' }
  assert.deepEqual(await moved.call(elsewhere), { kind: 'fault', fault: 'refused' })
  const none = under([ok({ status: 'x' })])
  assert.deepEqual(await none.call(refund), { kind: 'fault', fault: 'refused' })
  assert.deepEqual([moved.requests.length, none.requests.length], [0, 0])
})

test('a write that may not be repeated and may have been made is not made again; a read is', async () => {
  const { call, requests } = under([ok({ status: 'x' })])
  assert.deepEqual(await call({ ...refundWithoutSecret, retries: 0 }, order, true), {
    kind: 'fault',
    fault: 'timeout',
  })
  assert.equal(requests.length, 0)
  assert.equal((await call(refundWithoutSecret, order, true)).kind, 'answer')
  assert.equal((await call({ ...lookUp, retries: 0 }, order, true)).kind, 'answer')
})

test('a system that does not answer is left in peace for a while; then one call tries', async () => {
  const tool = { ...lookUp, retries: 0 }
  const answers = Array.from({ length: faultsInARowMax + 1 }, () => failed('timeout'))
  const { call, requests, pass } = under([...answers, ok({ status: 'x' })])
  for (let i = 0; i < faultsInARowMax; i++) await call(tool)
  assert.deepEqual(await call(tool), { kind: 'fault', fault: 'unreachable' })
  assert.equal(requests.length, faultsInARowMax)
  pass(restMs)
  // The one that tries fails: it rests again.
  assert.deepEqual(await call(tool), { kind: 'fault', fault: 'timeout' })
  assert.deepEqual(await call(tool), { kind: 'fault', fault: 'unreachable' })
  assert.equal(requests.length, faultsInARowMax + 1)
  pass(restMs)
  assert.equal((await call(tool)).kind, 'answer')
  assert.equal((await call(tool)).kind, 'answer')
})

test('of several that want to try at once, one does', async () => {
  const tool = { ...lookUp, retries: 0 }
  const answers = Array.from({ length: faultsInARowMax }, () => failed('timeout'))
  const { call, requests, pass } = under([...answers, ok({ status: 'x' })])
  for (let i = 0; i < faultsInARowMax; i++) await call(tool)
  pass(restMs)
  const kinds = (await Promise.all([call(tool), call(tool), call(tool)])).map(({ kind }) => kind)
  assert.deepEqual(kinds.sort(), ['answer', 'fault', 'fault'])
  assert.equal(requests.length, faultsInARowMax + 1)
})

test('one tenant’s slow system holds up no more than its share of calls', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { call, requests } = under([ok({ status: 'x' })], { pausing: promise })
  const calls = Array.from({ length: 20 }, () => call(lookUp))
  await new Promise((done) => setImmediate(done))
  assert.equal(requests.length, 16)
  resolve()
  const faults = (await Promise.all(calls)).filter(({ kind }) => kind === 'fault')
  assert.equal(faults.length, 4)
  assert.equal((await call(lookUp)).kind, 'answer')
})

test('the log names the tool and what came of it, and no value', async () => {
  const { call, logged } = under([ok({ status: 'secretword' })])
  await call(lookUp, { order: text('secretorder') })
  assert.equal(logged[0]!['tool'], 'look-up')
  assert.doesNotMatch(JSON.stringify(logged), /secretword|secretorder/)
})
