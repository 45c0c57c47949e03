/** From a draft to what visitors read, with the people who do it signed in. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '@candor/protocol/api.ts'
import type {
  ArticleSummary,
  Draft,
  Fault,
  VersionDetail,
  VersionSummary,
  VirtualAgentOverview,
} from '@candor/protocol/virtual-agent-api.ts'
import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { roles } from '../src/tenants/roles.ts'
import { signIn, type Answer, type SignedIn } from './signed-in.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
before(async () => {
  platform = await TestPlatform.start()
})
afterEach(async () => {
  await platform.candor.authoring.training.settled()
  await platform.check()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

const base = '/v1/virtual-agent'

interface Staffed {
  tenant: TestTenant
  by: Record<Role, SignedIn>
}

async function staffed(): Promise<Staffed> {
  const tenant = await platform.tenant()
  const people = await Promise.all(
    roles.map(async (role) => [role, await signIn(platform, tenant, role)] as const),
  )
  return { tenant, by: Object.fromEntries(people) as Record<Role, SignedIn> }
}

function intent(id: string, title: string, examples: string[], answer: string): Intent {
  return { id, title: { es: title }, examples: { es: examples }, answer: { es: answer }, followUps: [] }
}

/** In Spanish: the sentence encoder knows English only, and training without it takes half a second. */
const baggage = intent(
  'baggage',
  'Equipaje',
  [
    '¿Cuántas maletas puedo llevar?',
    '¿Cuál es el límite de peso de una maleta?',
    '¿El equipaje de mano está incluido en mi billete?',
    '¿Puedo subir una segunda maleta a bordo?',
    '¿Cuánto puede pesar mi equipaje facturado?',
    '¿Hay que pagar por el equipaje adicional?',
  ],
  'Puede llevar una maleta de 23 kg y un bolso de mano.',
)
const refund = intent(
  'refund',
  'Reembolsos',
  [
    'Quiero que me devuelvan el dinero',
    '¿Cuándo recibo el reembolso de mi vuelo cancelado?',
    '¿Cómo puedo pedir un reembolso?',
    'Por favor, reembólsenme el billete',
    '¿Ya han enviado la devolución?',
    '¿Cuánto tarda la devolución?',
  ],
  'El reembolso llega a su cuenta en cinco días.',
)

function definition(change: Partial<Definition> = {}): Definition {
  return { ...newDefinition('Aurora', 'es'), intents: [baggage, refund], ...change }
}

function ok<T>(answer: Answer, status = 200): T {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  return answer.body as T
}

function refused(answer: Answer, status: number, code: string): string {
  assert.deepEqual([answer.status, answer.body['code']], [status, code], JSON.stringify(answer.body))
  return String(answer.body['detail'])
}

async function saved(by: SignedIn, value: Definition): Promise<number> {
  const { draft } = ok<VirtualAgentOverview>(await by.send('GET', base))
  const put = { revision: draft.revision, definition: value }
  return ok<Draft>(await by.send('PUT', `${base}/draft`, put)).revision
}

async function trained(by: SignedIn): Promise<void> {
  ok(await by.send('POST', `${base}/draft/train`), 202)
  await platform.candor.authoring.training.settled()
  const { state, reason } = ok<{ state: string; reason: string }>(await by.send('GET', `${base}/training`))
  assert.equal(state, 'done', reason)
}

async function proposed(by: SignedIn, value: Definition, note = ''): Promise<VersionSummary> {
  const revision = await saved(by, value)
  await trained(by)
  return ok<VersionSummary>(await by.send('POST', `${base}/proposals`, { revision, note }), 201)
}

async function published(by: Staffed['by'], value: Definition): Promise<VersionSummary> {
  const { version } = await proposed(by.supervisor, value)
  return ok<VersionSummary>(await by.administrator.send('POST', `${base}/proposals/${version}/approve`))
}

async function spokenName(tenant: TestTenant): Promise<string | null> {
  const agent = await platform.candor.authoring.agents.currentAgent(tenant.id)
  return agent?.definition.name ?? null
}

test('of two who save at once the second one is told who was faster, and nothing of the first is lost', async () => {
  const { by } = await staffed()
  const first = await by.supervisor.send('PUT', `${base}/draft`, { revision: 0, definition: definition() })
  assert.equal(ok<Draft>(first).revision, 1)
  const late = await by.administrator.send('PUT', `${base}/draft`, {
    revision: 0,
    definition: definition({ name: 'Luna' }),
  })
  assert.match(refused(late, 409, 'draft_changed'), /^Noor saved revision 1/)
  // The same request once more, its answer having been lost, is the same once.
  const again = await by.supervisor.send('PUT', `${base}/draft`, { revision: 0, definition: definition() })
  assert.equal(ok<Draft>(again).revision, 1)
  const both = await Promise.all(
    ['Vega', 'Sirius'].map((name) =>
      by.administrator.send('PUT', `${base}/draft`, { revision: 1, definition: definition({ name }) }),
    ),
  )
  assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 409]))
})

test('a definition is refused with all its faults, each with its field, and a card number in any text is one', async () => {
  const { by } = await staffed()
  const wrong = { ...definition(), name: 7, script: 'alert(1)' }
  const answer = await by.supervisor.send('PUT', `${base}/draft`, { revision: 0, definition: wrong })
  refused(answer, 422, 'invalid_field')
  const fields = (answer.body['faults'] as Fault[]).map(({ field }) => field)
  assert.ok(fields.includes('name') && fields.includes('script'), fields.join())

  const card = '4111 1111 1111 1111'
  const withCard = definition({ intents: [baggage, { ...refund, answer: { es: `Llame con ${card}` } }] })
  const { faults } = ok<{ faults: Fault[] }>(
    await by.supervisor.send('POST', `${base}/draft/check`, { definition: withCard }),
  )
  assert.deepEqual(
    faults.map(({ field }) => field),
    ['intents[1].answer.es'],
  )
  const spread = { ...refund, examples: { es: ['reembolso a 4111 1111', '1111 1111', 'por favor'] } }
  const inTwo = await by.supervisor.send('PUT', `${base}/draft`, {
    revision: 0,
    definition: definition({ intents: [baggage, spread] }),
  })
  assert.equal((inTwo.body['faults'] as Fault[])[0]?.field, 'intents[1].examples.es')
  const [{ drafts } = { drafts: -1 }] = await platform.sql<{ drafts: number }>(
    `select count(*)::int as drafts from virtual_agent_drafts where definition::text like '%4111%'`,
  )
  assert.equal(drafts, 0)
})

test('a draft is trained, reviewed, proposed, approved by a second person, and is in force at once', async () => {
  const { tenant, by } = await staffed()
  const revision = await saved(by.supervisor, definition())
  assert.equal(await spokenName(tenant), null)
  refused(await by.supervisor.send('GET', `${base}/draft/review`), 409, 'not_trained')
  refused(await by.supervisor.send('POST', `${base}/proposals`, { revision, note: '' }), 409, 'not_trained')
  await trained(by.supervisor)
  const { report } = ok<{ report: Record<string, unknown> }>(
    await by.supervisor.send('GET', `${base}/draft/review`),
  )
  assert.match(JSON.stringify(report), /baggage/)
  refused(
    await by.supervisor.send('POST', `${base}/proposals`, { revision: 9, note: '' }),
    409,
    'draft_changed',
  )

  const key = { 'idempotency-key': platform.ids.next() }
  const body = { revision, note: 'The first one' }
  const made = ok<VersionSummary>(await by.supervisor.send('POST', `${base}/proposals`, body, key), 201)
  const again = ok<VersionSummary>(await by.supervisor.send('POST', `${base}/proposals`, body, key), 201)
  assert.deepEqual(again, made)
  assert.deepEqual([made.version, made.state, made.intents], [1, 'proposed', 2])
  refused(await by.administrator.send('POST', `${base}/proposals`, body), 409, 'version_state')
  assert.equal(await spokenName(tenant), null)

  // What was proposed is what is approved, whatever was written meanwhile.
  await saved(by.supervisor, definition({ name: 'Written later' }))
  const approved = ok<VersionSummary>(await by['privacy-officer'].send('POST', `${base}/proposals/1/approve`))
  assert.deepEqual([approved.state, approved.approvedBy?.name], ['current', 'Ines'])
  assert.equal(await spokenName(tenant), 'Aurora')
  const [{ on } = { on: false }] = await platform.sql<{ on: boolean }>(
    'select virtual_agent as on from routing_rules where tenant_id = $1',
    [tenant.id],
  )
  assert.equal(on, true)
  const detail = ok<VersionDetail<Definition>>(await by.agent.send('GET', `${base}/versions/1`))
  assert.deepEqual(
    detail.history.map(({ what, by }) => `${what} ${by.name}`),
    ['proposed Noor', 'approved Ines'],
  )
  assert.deepEqual(detail.definition, definition())
  refused(await by.administrator.send('POST', `${base}/proposals/1/approve`), 409, 'version_state')
})

test('nobody approves their own proposal: not by the API, not by a key of theirs, not in the database', async () => {
  const { tenant, by } = await staffed()
  const { version } = await proposed(by.administrator, definition())
  const approve = `${base}/proposals/${version}/approve`
  refused(await by.administrator.send('POST', approve), 403, 'second_person_needed')
  refused(
    await by.administrator.send('POST', `${base}/proposals/${version}/refuse`, { note: 'mine' }),
    403,
    'second_person_needed',
  )
  // The key is the administrator's: they could make as many as they like.
  const byKey = await platform.request(tenant, 'POST', approve)
  assert.deepEqual([byKey.status, byKey.body['code']], [403, 'not_allowed'])
  refused(await by.agent.send('POST', approve), 403, 'not_allowed')
  const proposer = tenant.people.administrator.id
  const set = `set state = 'published', approved_by_name = 'x', approved_at = now(), approved_by =`
  await assert.rejects(
    platform.sql(`update virtual_agent_versions ${set} $2 where tenant_id = $1`, [tenant.id, proposer]),
    /approved_by_another/,
  )
  await assert.rejects(
    platform.sql(`update virtual_agent_versions set state = 'published' where tenant_id = $1`, [tenant.id]),
    /published_with_approval/,
  )
  await assert.rejects(
    platform.sql('insert into virtual_agent_current (tenant_id, version, since) values ($1, $2, now())', [
      tenant.id,
      version,
    ]),
    /violates foreign key/,
  )
  assert.equal(await spokenName(tenant), null)
})

test('a proposal is sent back with a note, or taken back by who made it', async () => {
  const { by } = await staffed()
  const one = await proposed(by.supervisor, definition())
  refused(
    await by.administrator.send('POST', `${base}/proposals/${one.version}/withdraw`),
    403,
    'not_allowed',
  )
  const back = ok<VersionSummary>(
    await by.administrator.send('POST', `${base}/proposals/${one.version}/refuse`, {
      note: 'Bags are 20 kg.',
    }),
  )
  assert.equal(back.state, 'refused')
  const { history } = ok<VersionDetail>(await by.agent.send('GET', `${base}/versions/${one.version}`))
  assert.deepEqual(history.at(-1)?.note, 'Bags are 20 kg.')
  const two = await proposed(by.supervisor, definition({ name: 'Luna' }))
  assert.equal(two.version, one.version + 1)
  const withdrawn = await by.supervisor.send('POST', `${base}/proposals/${two.version}/withdraw`)
  assert.equal(ok<VersionSummary>(withdrawn).state, 'withdrawn')
  refused(
    await by.administrator.send('POST', `${base}/proposals/${two.version}/approve`),
    409,
    'version_state',
  )
  refused(
    await by.administrator.send('POST', `${base}/versions/${two.version}/restore`, { note: '' }),
    409,
    'version_state',
  )
})

test('a tenant with one person is told to add a second one', async () => {
  const { by } = await staffed()
  for (const role of ['supervisor', 'privacy-officer'] as const)
    ok(await by.administrator.send('POST', `/v1/people/${by[role].id}/deactivate`))
  const revision = await saved(by.administrator, definition())
  await trained(by.administrator)
  const { approvers } = ok<VirtualAgentOverview>(await by.administrator.send('GET', base))
  assert.deepEqual(approvers, [])
  const answer = await by.administrator.send('POST', `${base}/proposals`, { revision, note: '' })
  assert.match(refused(answer, 403, 'second_person_needed'), /Add a second person/)
})

test('a version that was in force before is in force again with one request, which says who did it', async () => {
  const { tenant, by } = await staffed()
  await published(by, definition())
  await published(by, definition({ name: 'Luna' }))
  assert.equal(await spokenName(tenant), 'Luna')
  const note = { note: 'Luna answers nonsense' }
  refused(await by.agent.send('POST', `${base}/versions/1/restore`, note), 403, 'not_allowed')
  const restored = ok<VersionSummary>(await by.supervisor.send('POST', `${base}/versions/1/restore`, note))
  assert.equal(restored.state, 'current')
  assert.equal(await spokenName(tenant), 'Aurora')
  refused(await by.supervisor.send('POST', `${base}/versions/1/restore`, note), 409, 'version_state')
  const { items } = ok<{ items: VersionSummary[] }>(await by.agent.send('GET', `${base}/versions`))
  assert.deepEqual(
    items.map(({ version, state }) => [version, state]),
    [
      [2, 'former'],
      [1, 'current'],
    ],
  )
  const { history } = ok<VersionDetail>(await by.agent.send('GET', `${base}/versions/1`))
  const last = history.at(-1)
  assert.deepEqual([last?.what, last?.by.name, last?.note], ['restored', 'Noor', note.note])
})

test('a conversation in the middle of a flow goes on when the version that follows has no such flow', async () => {
  const { tenant, by } = await staffed()
  const callback: Flow = {
    id: 'callback',
    title: { es: 'Que le llamemos' },
    slots: [{ name: 'email', title: { es: 'Correo' }, type: { kind: 'email' } }],
    start: 'ask',
    steps: [
      { id: 'ask', kind: 'collect', slot: 'email', ask: { es: '¿Cuál es su correo?' }, next: 'done' },
      { id: 'done', kind: 'say', say: { es: 'Le escribiremos.' }, next: 'end' },
      { id: 'end', kind: 'end' },
    ],
  }
  const contact: Intent = {
    id: 'contact',
    title: { es: 'Contacto' },
    examples: { es: ['Escríbanme ustedes', 'Pónganse en contacto conmigo', 'Quiero que me contacten'] },
    flow: 'callback',
    followUps: [],
  }
  await published(by, definition({ intents: [baggage, refund, contact], flows: [callback] }))
  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  const said = (): string[] =>
    visitor
      .events(conversation)
      .flatMap((event) =>
        event.type === 'message' && event.actor.kind === 'virtual-agent' ? [event.data.text ?? ''] : [],
      )
  const answer = async (text: string): Promise<string> => {
    const before = said().length
    await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text })
    for (let i = 0; said().length === before && i < 200; i++) await sleep(50)
    return said().slice(before).join(' ')
  }
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  for (let i = 0; said().length === 0 && i < 200; i++) await sleep(50)
  assert.match(await answer('Pónganse en contacto conmigo'), /¿Cuál es su correo\?/)
  await published(by, definition())
  assert.match(await answer('¿Cuántas maletas puedo llevar?'), /23 kg/)
  const versionsTaken = (): Promise<{ version: number }[]> =>
    platform.sql<{ version: number }>(
      'select version from virtual_agent_turns where tenant_id = $1 order by at',
      [tenant.id],
    )
  // A turn is counted after it was answered.
  let versions = await versionsTaken()
  for (let i = 0; versions.at(-1)?.version !== 2 && i < 200; i++) {
    await sleep(50)
    versions = await versionsTaken()
  }
  assert.deepEqual([versions[0]?.version, versions.at(-1)?.version], [1, 2])
})

test('what is in force comes back after a restart, with its model', async () => {
  const { tenant, by } = await staffed()
  await published(by, definition())
  await platform.stopServer()
  await platform.startServer()
  const agent = await platform.candor.authoring.agents.currentAgent(tenant.id)
  assert.deepEqual([agent?.version, agent?.model?.labels.length], [1, 2])
})

const guide = {
  title: 'Travelling with a dog',
  language: 'en',
  address: 'https://shop.example/dogs',
  questions: ['Can my dog fly with me?'],
  markdown:
    '# Travelling with a dog\n\nA dog of less than 8 kg travels in the cabin, in a carrier under the seat.\n\nGuide dogs travel free of charge on every flight.',
}
const bikes = {
  title: 'Bicycles',
  language: 'en',
  address: null,
  questions: [],
  markdown: 'A bicycle is packed in a box or a bag, with its pedals taken off, and costs 60 euros.',
}

test('an article is quoted once somebody else has approved it, as it was approved, and never after it was withdrawn', async () => {
  const { tenant, by } = await staffed()
  const articles = `${base}/articles`
  const made = ok<ArticleSummary>(await by.supervisor.send('POST', articles, guide), 201)
  const other = ok<ArticleSummary>(await by.supervisor.send('POST', articles, bikes), 201)
  const one = `${articles}/${made.id}`
  refused(await by.supervisor.send('POST', `${one}/approve`, { version: 1 }), 403, 'second_person_needed')
  await assert.rejects(
    platform.sql(`update virtual_agent_article_versions set approved_by = changed_by where tenant_id = $1`, [
      tenant.id,
    ]),
    /article_approved_by_another/,
  )
  const approved = ok<{ items: ArticleSummary[] }>(
    await by.administrator.send('POST', `${articles}/approve`, {
      articles: [made, other].map(({ id, version }) => ({ id, version })),
    }),
  )
  assert.deepEqual(
    approved.items.map(({ approval }) => approval?.by.name),
    ['Mateo', 'Mateo'],
  )
  // Changed after that: quoted as it was approved.
  const change = { ...guide, version: 1, markdown: guide.markdown.replace('8 kg', '80 kg') }
  const changed = ok<ArticleSummary>(await by.supervisor.send('PUT', one, change))
  assert.deepEqual([changed.version, changed.approval, changed.approvedVersion], [2, null, 1])
  refused(await by.administrator.send('PUT', one, change), 409, 'draft_changed')

  refused(
    await by.supervisor.send('POST', `${articles}/search`, { text: 'dog in the cabin' }),
    409,
    'not_trained',
  )
  await published(by, definition())
  const found = await by.agent.send('POST', `${articles}/search`, { text: 'may my dog travel in the cabin?' })
  const { passages } = ok<{ result: { passages: { article: string; text: string }[] } }>(found).result
  assert.equal(passages[0]?.article, made.id)
  assert.match(passages[0].text, /less than 8 kg/)
  const { quotes } = ok<VersionDetail>(await by.agent.send('GET', `${base}/versions/1`))
  assert.deepEqual(
    quotes.map(({ title, version }) => [title, version]),
    [
      ['Bicycles', 1],
      ['Travelling with a dog', 1],
    ],
  )
  const { search } = await import('@candor/virtual-agent/knowledge/knowledge-index.ts')
  const quoted = async (): Promise<string[]> => {
    const agent = await platform.candor.authoring.agents.currentAgent(tenant.id)
    assert.ok(agent?.knowledge)
    return search(agent.knowledge, 'may my dog travel in the cabin?').passages.map(({ article }) => article)
  }
  assert.equal((await quoted())[0], made.id)
  ok(await by.supervisor.send('DELETE', one), 204)
  assert.ok(!(await quoted()).includes(made.id))
  refused(await by.supervisor.send('GET', one), 404, 'not_found')
})

test('what a key has written, the person who made the key does not approve', async () => {
  const { tenant, by } = await staffed()
  const made = await platform.request(tenant, 'POST', `${base}/articles`, bikes)
  const { id } = ok<ArticleSummary>({ status: made.status, body: made.body }, 201)
  const approve = `${base}/articles/${id}/approve`
  refused(await by.administrator.send('POST', approve, { version: 1 }), 403, 'second_person_needed')
  // Nor by way of a second key, nor after the first one is gone.
  const second = await platform.request(tenant, 'POST', '/v1/api-keys', {
    name: 'two',
    role: 'administrator',
  })
  const withSecond = { authorization: `Bearer ${String(second.body['key'])}` }
  const change = { ...bikes, version: 1, title: 'Bikes' }
  const changed = await platform.request(tenant, 'PUT', `${base}/articles/${id}`, change, withSecond)
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  refused(await by.administrator.send('POST', approve, { version: 2 }), 403, 'second_person_needed')
  const keys = ok<{ items: { id: string; name: string }[] }>(
    await by.administrator.send('GET', '/v1/api-keys'),
  )
  const first = keys.items.find(({ name }) => name === 'test')!.id
  ok(await by.administrator.send('DELETE', `/v1/api-keys/${first}`), 204)
  const again = await platform.request(
    tenant,
    'PUT',
    `${base}/articles/${id}`,
    { ...change, version: 2 },
    withSecond,
  )
  assert.deepEqual([again.status, again.body['code']], [403, 'not_allowed'])
  ok(await by.supervisor.send('POST', approve, { version: 2 }))
})

test('approving what changed meanwhile trains again first: a proposal is never made of other articles than it was tried with', async () => {
  const { by } = await staffed()
  const revision = await saved(by.supervisor, definition())
  await trained(by.supervisor)
  const { id } = ok<ArticleSummary>(await by.supervisor.send('POST', `${base}/articles`, bikes), 201)
  ok(await by.administrator.send('POST', `${base}/articles/${id}/approve`, { version: 1 }))
  refused(await by.supervisor.send('POST', `${base}/proposals`, { revision, note: '' }), 409, 'not_trained')
  await trained(by.supervisor)
  const version = ok<VersionSummary>(
    await by.supervisor.send('POST', `${base}/proposals`, { revision, note: '' }),
    201,
  )
  assert.equal(version.articles, 1)
})

test('a document is read into an article, and one with a card number is refused', async () => {
  const { by } = await staffed()
  const given = { format: 'markdown', language: 'en', content: guide.markdown }
  const made = ok<ArticleSummary>(await by.supervisor.send('POST', `${base}/articles/import`, given), 201)
  assert.deepEqual([made.title, made.source], [guide.title, 'markdown'])
  const card = { ...given, content: `${guide.markdown}\n\nPay with 4111 1111 1111 1111 today.` }
  const answer = await by.supervisor.send('POST', `${base}/articles/import`, card)
  refused(answer, 422, 'invalid_field')
})

test('a tool’s secret is kept sealed, answered to nobody, and given for its own origin only', async () => {
  const { tenant, by } = await staffed()
  const tool = {
    id: 'order-status',
    title: { es: 'Estado del pedido' },
    effect: 'read' as const,
    method: 'GET' as const,
    url: 'https://api.shop.example/orders/{order}',
    input: [{ name: 'order', type: { kind: 'text' as const }, required: true }],
    output: [],
    timeoutMs: 2_000,
    retries: 0,
    budgetPerConversation: 3,
    secretHeader: 'Authorization',
  } as unknown as Definition['tools'][number]
  await saved(by.supervisor, definition({ tools: [tool] }))
  const secret = 'Bearer rhododendron'
  const path = `${base}/tools/order-status/secret`
  const set = await by.supervisor.send('PUT', path, { secret })
  assert.equal(ok<{ origin: string }>(set).origin, 'https://api.shop.example')
  refused(await by.supervisor.send('PUT', `${base}/tools/other/secret`, { secret }), 404, 'not_found')
  refused(await by.supervisor.send('PUT', path, { secret: 'a\r\nb: c' }), 422, 'invalid_field')
  const overview = await by.administrator.send('GET', base)
  assert.doesNotMatch(JSON.stringify(overview.body), /rhododendron/)
  const { secretFor } = platform.candor.authoring.secrets
  assert.equal(await secretFor(tenant.id, 'order-status', 'https://api.shop.example/orders/1'), secret)
  assert.equal(await secretFor(tenant.id, 'order-status', 'https://evil.example/orders/1'), null)
  const rows = await platform.sql<{ sealed: Buffer }>('select sealed from virtual_agent_tool_secrets')
  assert.ok(
    rows.length > 0 && rows.every(({ sealed }) => !sealed.toString('latin1').includes('rhododendron')),
  )
  // A row of another tenant does not open, not even on the same tool and origin.
  const other = await platform.tenant()
  await platform.sql(
    `insert into virtual_agent_tool_secrets (tenant_id, tool, origin, sealed, set_by, set_by_name, set_at)
     select $2, tool, origin, sealed, set_by, set_by_name, set_at from virtual_agent_tool_secrets where tenant_id = $1`,
    [tenant.id, other.id],
  )
  await assert.rejects(secretFor(other.id, 'order-status', 'https://api.shop.example/orders/1'))
  ok(await by.supervisor.send('DELETE', path), 204)
  assert.equal(await secretFor(tenant.id, 'order-status', 'https://api.shop.example/orders/1'), null)
})

test('an agent reads and changes nothing, a privacy officer approves and writes nothing, and nobody else reads', async () => {
  const { by } = await staffed()
  await saved(by.supervisor, definition())
  for (const role of roles) ok(await by[role].send('GET', base))
  for (const role of ['agent', 'privacy-officer'] as const)
    for (const [method, path, body] of [
      ['PUT', '/draft', { revision: 1, definition: definition() }],
      ['DELETE', '/draft?revision=1'],
      ['POST', '/draft/check', { definition: {} }],
      ['POST', '/draft/train'],
      ['POST', '/draft/train/stop'],
      ['POST', '/proposals', { revision: 1, note: '' }],
      ['POST', '/articles', guide],
      ['POST', '/articles/import', { format: 'html', language: 'en', content: '<p>x</p>' }],
      ['POST', '/articles/crawl', { site: 'https://shop.example', language: 'en' }],
      ['POST', '/articles/crawl/stop'],
      ['POST', '/suggestions', { texts: [] }],
      ['POST', '/draft/replay', { conversations: [] }],
      ['PUT', '/tools/x/secret', { secret: 'x' }],
      ['DELETE', '/tools/x/secret'],
    ] as const)
      refused(await by[role].send(method, base + path, body), 403, 'not_allowed')
  const nobody = await fetch(platform.url + base)
  assert.equal(nobody.status, 401)
})

test('a site is read only where it is the tenant’s own', async () => {
  const { by } = await staffed()
  const start = { site: 'https://other.example', language: 'en' }
  const answer = await by.supervisor.send('POST', `${base}/articles/crawl`, start)
  refused(answer, 422, 'invalid_field')
  assert.equal(answer.body['field'], 'site')
})

test('the test pane answers with a decision and its trace, and stores nothing', async () => {
  const { tenant, by } = await staffed()
  await saved(by.supervisor, definition())
  const rows = async (): Promise<unknown> =>
    platform.sql(
      `select (select count(*) from events where tenant_id = $1), (select count(*) from virtual_agent_turns where tenant_id = $1)`,
      [tenant.id],
    )
  const beforehand = await rows()
  const turn = {
    of: 'draft',
    occasion: { kind: 'said', text: '¿Cuántas maletas puedo llevar?' },
    history: [],
    state: null,
    locale: 'es-ES',
    today: '2026-11-25',
    agentsOnline: true,
  }
  const { decision, note } = ok<{ decision: { kind: string; say: { text: string } }; note: string }>(
    await by.supervisor.send('POST', `${base}/draft/try`, turn),
  )
  assert.deepEqual([decision.kind, note], ['reply', 'not-trained'])
  assert.match(decision.say.text, /23 kg/)
  assert.deepEqual(await rows(), beforehand)
  refused(await by.supervisor.send('POST', `${base}/draft/try`, { ...turn, of: 'current' }), 404, 'not_found')
  const nonsense = await by.supervisor.send('POST', `${base}/draft/try`, { ...turn, state: { version: 'x' } })
  refused(nonsense, 422, 'invalid_field')
})

test('replay shows where the draft answers otherwise than what is in force, and only there', async () => {
  const { by } = await staffed()
  await published(by, definition())
  const conversations = [
    {
      id: 'one',
      locale: 'es',
      lines: [
        { by: 'visitor', text: '¿Cuántas maletas puedo llevar?' },
        { by: 'virtual-agent', text: 'Puede llevar una maleta.' },
        { by: 'visitor', text: 'Quiero que me devuelvan el dinero' },
      ],
    },
  ]
  const same = ok<{ turns: number; diffs: unknown[] }>(
    await by.supervisor.send('POST', `${base}/draft/replay`, { conversations }),
  )
  // The greeting is a turn too.
  assert.deepEqual([same.turns, same.diffs], [3, []])
  await saved(
    by.supervisor,
    definition({ intents: [baggage, { ...refund, answer: { es: 'El reembolso tarda diez días.' } }] }),
  )
  const other = ok<{ turns: number; diffs: unknown[] }>(
    await by.supervisor.send('POST', `${base}/draft/replay`, { conversations }),
  )
  assert.equal(other.diffs.length, 1)
  assert.match(JSON.stringify(other.diffs), /diez días/)
})
