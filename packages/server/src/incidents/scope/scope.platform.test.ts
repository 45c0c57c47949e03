import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import { openTestRooms, type TestRooms } from '../../../test/test-rooms.ts'
import { eraseVisits } from '../../visits/observation-rows.ts'
import { parseScopeQuery, type ScopeQuery } from './scope-query.ts'
import { memberLine, workOutScope } from './scope.ts'
import { story, writeStory, type StoryTruth } from './story-views.ts'

const day = 86_400_000
const hour = 3_600_000
const from = Date.parse('2017-09-20T00:00:00Z')
/** The story's sixteen days. */
const altered = { from: Date.parse('2017-09-26T00:00:00Z'), until: Date.parse('2017-10-12T00:00:00Z') }

let rooms: TestRooms
let airline: { tenant: string; truth: StoryTruth }
let retailer: { tenant: string; truth: StoryTruth }
let spared: { tenant: string; truth: StoryTruth }

before(async () => {
  rooms = await openTestRooms()
  let state = 20170926
  const random = (): number => {
    // Park and Miller's minimal standard: the same story each time.
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const tell = async (more: Partial<Parameters<typeof writeStory>[1]>) => {
    const tenant = randomUUID()
    const truth = await writeStory(rooms.store, {
      tenant,
      views: 12_000,
      from,
      until: from + 30 * day,
      altered: { ...altered, share: 1 },
      skimmer: null,
      reporting: 0.7,
      known: 0.3,
      random,
      ...more,
    })
    return { tenant, truth }
  }
  airline = await tell({})
  retailer = await tell({ altered: null, skimmer: { ...altered, share: 0.05 } })
  spared = await tell({ altered: null })
})
after(() => rooms.close())

const query = (more: Partial<ScopeQuery> = {}): ScopeQuery =>
  parseScopeQuery({
    version: 1,
    from: new Date(from).toISOString(),
    until: new Date(from + 30 * day).toISOString(),
    hashes: [story.altered],
    addresses: [],
    releases: [],
    templates: null,
    exclude: { withoutCardFields: true, templates: [story.storeCard] },
    categories: { otherwise: ['payment-card', 'contact'], byTemplate: {} },
    ...more,
  })

test('who ran the altered script is exactly who ran it: nobody more, nobody less', async () => {
  const { scope, members } = await workOutScope(rooms.store, airline.tenant, query())
  const { reported, silent } = airline.truth.ranAltered
  assert.deepEqual(
    new Set(members.filter((each) => each.class === 'ran').map(({ visit }) => visit)),
    reported,
  )
  // Of a browser that reports nothing nobody can say which body it ran: it is named as that, and counted apart.
  const unknown = new Set(members.filter((each) => each.class === 'unknown').map(({ visit }) => visit))
  const { first, last } = airline.truth.reportedAt
  const mayHave = airline.truth.silent.filter(({ at }) => at >= first - hour && at <= last + hour)
  assert.deepEqual(unknown, new Set(mayHave.map(({ visit }) => visit)))
  assert.ok([...silent].every((visit) => unknown.has(visit)))
  assert.equal(scope.ran.visits, reported.size)
  assert.equal(scope.byTemplate.length, 1)
  assert.equal(scope.byTemplate[0]!.template, story.payment)
  assert.equal(
    scope.ran.views + scope.unknown.views + scope.cleanViews + scope.elsewhereViews,
    airline.truth.paymentViews,
    'every page view of the page has one class',
  )
  assert.deepEqual(scope.categories, ['contact', 'payment-card'])
  assert.ok(Date.parse(scope.ran.firstAt!) >= altered.from && Date.parse(scope.ran.lastAt!) < altered.until)
})

test('persons are those whom the tenant identified, each once, and other visits are counted as such', async () => {
  const { scope, members } = await workOutScope(rooms.store, airline.tenant, query())
  const ran = members.filter((each) => each.class === 'ran')
  for (const { visit, person } of ran) assert.equal(person, airline.truth.visitors.get(visit) ?? null)
  assert.equal(scope.ran.persons + scope.ran.visitsOfNobodyKnown, scope.ran.visits)
})

test('a script at an address of its own is known of every browser, also of those that report no hash', async () => {
  const asked = query({ hashes: [], addresses: [story.skimmer] })
  const { scope, members } = await workOutScope(rooms.store, retailer.tenant, asked)
  assert.deepEqual(new Set(members.map(({ visit }) => visit)), retailer.truth.ranSkimmer)
  assert.equal(scope.unknown.views, 0)
})

test('a tenant that was not concerned gets an answer with nobody in it, and no tenant another’s people', async () => {
  const { scope } = await workOutScope(rooms.store, spared.tenant, query())
  assert.deepEqual([scope.ran.visits, scope.unknown.visits], [0, 0])
  assert.equal(scope.cleanViews + scope.elsewhereViews, spared.truth.paymentViews)
  const visits = (truth: StoryTruth): Set<string> =>
    new Set([...truth.silent.map(({ visit }) => visit), ...truth.ranAltered.reported])
  const { members } = await workOutScope(rooms.store, airline.tenant, query())
  const foreign = new Set([...visits(retailer.truth), ...visits(spared.truth)])
  assert.ok(members.every(({ visit }) => !foreign.has(visit)))
})

test('run again it is the same to the byte; another day, another page or another exclusion is another answer', async () => {
  const lines = async (asked: ScopeQuery): Promise<string> => {
    const { scope, members } = await workOutScope(rooms.store, airline.tenant, asked)
    return JSON.stringify(scope) + members.map(memberLine).join('')
  }
  const first = await lines(query())
  assert.equal(await lines(query()), first)
  assert.notEqual(await lines(query({ until: new Date(altered.until - day).toISOString() })), first)
  const wider = await workOutScope(
    rooms.store,
    airline.tenant,
    query({ exclude: { withoutCardFields: true, templates: [] } }),
  )
  assert.deepEqual(
    wider.scope.byTemplate.map(({ template }) => template),
    [story.storeCard, story.payment],
  )
})

test('where reports were refused the answer has a hole with its bounds', async () => {
  await rooms.store.write(spared.tenant, (q) =>
    q(
      `insert into observed_minutes (tenant_id, template_id, minute, views, reporting, reports, refused)
       values ($1, 0, '2017-10-01T12:00Z', 0, 0, 0, 700), ($1, 0, '2017-10-01T12:03Z', 0, 0, 0, 40),
              ($1, 0, '2017-12-01T12:00Z', 0, 0, 0, 9)`,
      [spared.tenant],
    ),
  )
  const { scope } = await workOutScope(rooms.store, spared.tenant, query())
  assert.deepEqual(scope.holes, [
    {
      template: null,
      minutes: 2,
      refused: 740,
      firstAt: '2017-10-01T12:00:00.000Z',
      lastAt: '2017-10-01T12:03:00.000Z',
    },
  ])
})

test('who was erased is in no answer any more', async () => {
  const asked = query({ hashes: [], addresses: [story.skimmer] })
  const [visit] = [...retailer.truth.ranSkimmer].filter((each) => retailer.truth.visitors.has(each))
  const visitor = retailer.truth.visitors.get(visit!)!
  await rooms.store.write(retailer.tenant, (q) => eraseVisits(q, retailer.tenant, visitor))
  const { members } = await workOutScope(rooms.store, retailer.tenant, asked)
  assert.equal(members.length, retailer.truth.ranSkimmer.size - 1)
  assert.ok(members.every((each) => each.visit !== visit))
})

test('a query that asks for nothing, or for a time that is none, is refused with every field', () => {
  assert.throws(
    () => parseScopeQuery({ ...query(), hashes: [], from: '2017-09-26', until: '2017-09-20T00:00:00Z' }),
    (caught) =>
      caught instanceof Refusal &&
      caught.faults!.some(({ field }) => field === 'from') &&
      caught.faults!.some(({ field }) => field === 'hashes'),
  )
  for (const raw of [null, [], 'x', {}, { hashes: 7 }]) assert.throws(() => parseScopeQuery(raw), Refusal)
})
