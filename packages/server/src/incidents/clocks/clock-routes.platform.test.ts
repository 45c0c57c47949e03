import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { signIn, type SignedIn } from '../../../test/signed-in.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'

let platform: TestPlatform
let tenant: TestTenant
let officer: SignedIn
let document: {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >
  components: { schemas: Record<string, object> }
}
before(async () => {
  platform = await TestPlatform.start()
  tenant = await platform.tenant()
  officer = await signIn(platform, tenant, 'privacy-officer')
  document = (await (await fetch(`${platform.url}/v1/openapi.json`)).json()) as typeof document
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

/** What is answered is what the OpenAPI document says. */
async function asked(method: string, path: string, url: string, body?: unknown) {
  const answer = await officer.send(method, url, body)
  const described = document.paths[path]![method.toLowerCase()]!.responses[String(answer.status)]
  const schema = described?.content?.['application/json']?.schema
  if (schema !== undefined) {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile({
      ...schema,
      components: document.components,
    })
    assert.ok(validate(answer.body), JSON.stringify(validate.errors))
  } else
    assert.ok(answer.status >= 400 || answer.status === 204, `${method} ${path} documents ${answer.status}`)
  return answer
}

const facts = {
  role: 'owner',
  publicCompany: null,
  cardBrands: ['visa'],
  establishment: 'IE',
  discoveredAt: '2026-03-01T20:00:00Z',
  determinedAt: '2026-03-02T20:00:00Z',
  harm: { finding: 'high', proofs: ['documented'] },
  affected: [
    { jurisdiction: 'US-CA', persons: 501, categories: ['payment-card'], protection: null },
    { jurisdiction: 'US-MA', persons: 5, categories: ['payment-card'], protection: 'clear' },
    { jurisdiction: 'DE', persons: 7, categories: ['contact'], protection: 'clear' },
  ],
}

test('a privacy officer begins the clocks, pauses, resumes and meets them, as documented', async () => {
  const incident = platform.ids.next()
  const [path, url] = ['/v1/incidents/{incident}/clocks', `/v1/incidents/${incident}/clocks`]
  assert.equal((await asked('GET', path, url)).status, 404)
  const begun = await asked('POST', `${path}/facts`, `${url}/facts`, { revision: 0, facts })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const items = begun.body['items'] as {
    id: string
    status: string
    dueAt: string | null
    verified: unknown
  }[]
  const california = items.find(({ id }) => id === 'us-ca-individuals')!
  assert.deepEqual([california.status, california.dueAt], ['overdue', '2026-04-01T06:59:59.000Z'])
  assert.deepEqual(california.verified, {
    source: 'https://lexace.ai/us/statute/california/civ-1798.82',
    how: 'text',
    readOn: '2026-11-25',
    reviewer: null,
  })
  assert.equal(items.find(({ id }) => id === 'us-ma-individuals')!.verified, false)
  assert.equal(items[0]!.status, 'overdue')

  const pauses = `${url}/pauses`
  const paused = await asked('POST', `${path}/pauses`, pauses, {
    by: 'law-enforcement',
    reason: 'An arrest is near',
    document: 'letter.pdf',
    written: true,
    jurisdictions: ['US-MA'],
    from: '2026-03-03T20:00:00Z',
  })
  assert.equal(paused.status, 201, JSON.stringify(paused.body))
  const { id } = (paused.body['facts'] as { pauses: { id: string }[] }).pauses[0]!
  const at = '2026-03-04T20:00:00Z'
  const resumed = await asked('POST', `${path}/pauses/{pause}/resume`, `${pauses}/${id}/resume`, { at })
  assert.equal(resumed.status, 200)
  const met = await asked('POST', `${path}/met`, `${url}/met`, {
    clock: 'us-ca-individuals',
    at,
    evidence: 'run 1',
  })
  assert.equal(met.status, 200, JSON.stringify(met.body))
  const history = await asked('GET', `${path}/history`, `${url}/history`)
  assert.ok((history.body['items'] as unknown[]).length > 10)
  assert.equal((await asked('GET', path, url)).status, 200)
})

test('rules are listed, added and taken back as documented, and refused with all that is wrong', async () => {
  const list = await asked('GET', '/v1/clock-rules', '/v1/clock-rules')
  const [first] = list.body['items'] as Record<string, unknown>[]
  const refused = await asked('POST', '/v1/clock-rules', '/v1/clock-rules', { ...first, zone: 'Nowhere' })
  assert.equal(refused.status, 422)
  assert.deepEqual(
    (refused.body['faults'] as { field: string }[]).map(({ field }) => field),
    ['zone', 'id', 'family'],
  )
  const own = { ...first, id: 'own-works-council', family: 'own' }
  assert.equal((await asked('POST', '/v1/clock-rules', '/v1/clock-rules', own)).status, 201)
  const one = '/v1/clock-rules/own-works-council/versions/1'
  assert.equal((await asked('DELETE', '/v1/clock-rules/{id}/versions/{version}', one)).status, 204)
  assert.equal((await asked('DELETE', '/v1/clock-rules/{id}/versions/{version}', one)).status, 404)
})

test('agents and supervisors see no clock, and another tenant none of this one', async () => {
  const incident = platform.ids.next()
  const url = `/v1/incidents/${incident}/clocks`
  assert.equal((await officer.send('POST', `${url}/facts`, { revision: 0, facts })).status, 200)
  for (const role of ['agent', 'supervisor'] as const) {
    const person = await signIn(platform, tenant, role)
    assert.equal((await person.send('GET', url)).status, 403, role)
    assert.equal((await person.send('POST', `${url}/facts`, { revision: 1, facts })).status, 403, role)
  }
  const stranger = await platform.tenant()
  assert.equal((await platform.request(stranger, 'GET', url)).status, 404)
  assert.equal((await platform.request(stranger, 'GET', `${url}/history`)).status, 404)
})

test('a card number in a reason, a document or a proof is refused and stored nowhere', async () => {
  const url = `/v1/incidents/${platform.ids.next()}/clocks`
  assert.equal((await officer.send('POST', `${url}/facts`, { revision: 0, facts })).status, 200)
  const card = '4111 1111 1111 1111'
  const at = '2026-03-04T20:00:00Z'
  const met = await officer.send('POST', `${url}/met`, {
    clock: 'us-ca-individuals',
    at,
    evidence: `card ${card}`,
  })
  assert.deepEqual([met.status, met.body['field']], [422, 'evidence'])
  const rows = await platform.sql<{ facts: unknown }>('select facts from incident_clock_facts')
  assert.doesNotMatch(JSON.stringify(rows), /4111/)
})
