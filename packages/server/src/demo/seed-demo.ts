import { createHmac, type KeyObject } from 'node:crypto'
import type { CannedReply } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Conversations, SendOutcome } from '../conversations/conversations.ts'
import { derivedId } from '../routing/derived-id.ts'
import type { Routing } from '../routing/routing.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Tenants } from '../tenants/tenants.ts'
import type { Visits } from '../visits/visits.ts'
import type { DemoPerson, DemoTenant } from './demo-tenants.ts'
import type { VirtualAgents } from '../virtual-agents/virtual-agents.ts'
import type { PastChat } from './past-chats.ts'
import type { PastConversation } from './past-conversations.ts'
import { seedVirtualAgent, type SeededAgents } from './seed-virtual-agent.ts'

/** The rooms that a company is set up through; nothing here knows a table. */
export interface SeededRooms {
  tenants: Pick<
    Tenants,
    | 'createTenant'
    | 'sites'
    | 'addSite'
    | 'removeSite'
    | 'people'
    | 'createPerson'
    | 'widgetConfig'
    | 'saveWidgetConfig'
    | 'approvedPages'
    | 'approvePage'
    | 'withdrawApproval'
    | 'newVisitor'
    | 'setTraits'
  >
  routing: Pick<Routing, 'queues' | 'createQueue' | 'sendAsStaff' | 'firstHandler'>
  conversations: Pick<Conversations, 'visitorOf' | 'start' | 'send' | 'note' | 'tag' | 'setStatus'>
  cannedReplies: {
    list(tenant: string): Promise<CannedReply[]>
    create(actor: Actor, reply: CannedReply): Promise<unknown>
  }
  authoring: SeededAgents
  virtualAgents: Pick<VirtualAgents, 'settled'>
  visits: Pick<Visits, 'pageView'>
}

/** Ids of the demo follow from its names, so that another start finds what the first one made. */
export function demoId(what: string): string {
  return derivedId('candor demo', what)
}

/** Nobody types it and nobody is shown it: the tour signs in with it, and it differs in every installation. */
export function demoPassword(key: KeyObject, person: DemoPerson): string {
  return createHmac('sha256', key).update(person.email).digest('base64url')
}

/**
 * Sets a demo company up, or brings it up to date with the addresses of this start. What somebody changed since is
 * left alone.
 * @returns the tenant's administrator.
 */
export async function seedTenant(
  rooms: SeededRooms,
  tenant: DemoTenant,
  options: { sitesUrl: string; systems: { url: string; key: string }; passwordKey: KeyObject },
): Promise<Actor> {
  const { id } = await rooms.tenants.createTenant({
    id: demoId(`tenant ${tenant.slug}`),
    publicId: tenant.slug,
    name: tenant.name,
  })
  const staff = await seedPeople(rooms, id, tenant.people, options.passwordKey)
  const administrator = [...staff.values()].find(({ role }) => role === 'administrator')!
  await seedAddresses(rooms, administrator, tenant, options.sitesUrl)
  const queues = await seedQueues(rooms, administrator, tenant.queues)
  await seedCannedReplies(rooms, administrator, tenant)
  await seedVirtualAgent(rooms.authoring, administrator, tenant.slug, tenant.agent, {
    ...options.systems,
    sitesUrl: options.sitesUrl,
  })
  for (const past of tenant.past)
    await seedConversation(rooms, id, past, { staff, queues, sitesUrl: options.sitesUrl })
  await seedChats(rooms, administrator, tenant.chats, options.sitesUrl)
  return administrator
}

/**
 * Lives the visitors' conversations with the virtual agent through, all at once and line by line, and closes them.
 * Who begins to write while others still do is answered in the same way.
 */
async function seedChats(
  rooms: SeededRooms,
  administrator: Actor,
  chats: readonly PastChat[],
  sitesUrl: string,
): Promise<void> {
  const { tenant } = administrator
  const { conversations, routing, tenants, virtualAgents } = rooms
  const begun: { chat: PastChat; visitor: Actor; conversation: string }[] = []
  for (const chat of chats) {
    const conversation = demoId(`chat ${tenant} ${chat.name}`)
    if (await isThere(conversations, tenant, conversation)) continue
    const { actor: visitor } = await tenants.newVisitor(tenant, 'en')
    await conversations.start(visitor, {
      id: derivedId(conversation, 'start'),
      conversation,
      site: null,
      page: { url: sitesUrl + chat.page.path, title: chat.page.title },
      ...(await routing.firstHandler(tenant)),
    })
    begun.push({ chat, visitor, conversation })
  }
  const lines = Math.max(0, ...begun.map(({ chat }) => chat.says.length))
  for (let i = 0; i < lines; i++) {
    await virtualAgents.settled()
    for (const { chat, visitor, conversation } of begun) {
      const text = chat.says[i]
      if (text === undefined) continue
      const id = derivedId(conversation, `line ${i}`)
      mustBeStored(await conversations.send(visitor, { id, conversation, text }))
    }
  }
  await virtualAgents.settled()
  for (const { conversation } of begun)
    await conversations.setStatus(administrator, {
      id: derivedId(conversation, 'closed'),
      conversation,
      status: 'closed',
    })
}

async function seedPeople(
  { tenants }: SeededRooms,
  tenant: string,
  people: readonly DemoPerson[],
  key: KeyObject,
): Promise<Map<string, Actor>> {
  const known = new Set((await tenants.people(tenant)).map((person) => person.id))
  const actors = await Promise.all(
    people.map(async (person): Promise<[string, Actor]> => {
      const { handle, name, email, role } = person
      const id = demoId(`person ${email}`)
      if (!known.has(id))
        await tenants.createPerson(tenant, id, { name, email, role, password: demoPassword(key, person) })
      return [handle, { tenant, kind: 'agent', id, name, role }]
    }),
  )
  return new Map(actors)
}

/** Sites, approvals and the pay link name the port, which may be another one today. */
async function seedAddresses(
  { tenants }: SeededRooms,
  administrator: Actor,
  { approved, widget, payPage }: DemoTenant,
  sitesUrl: string,
): Promise<void> {
  const { tenant } = administrator
  const origins = originsOf(sitesUrl)
  for (const { id, origin } of await tenants.sites(tenant))
    if (isLoopback(origin) && !origins.includes(origin)) await tenants.removeSite(tenant, id)
  for (const origin of origins) await tenants.addSite(tenant, origin)

  const patterns = approved.flatMap(({ page, reason }) =>
    origins.map((origin) => ({ pattern: origin + page, reason })),
  )
  const reasons = new Set(approved.map(({ reason }) => reason))
  const known = await tenants.approvedPages(tenant)
  for (const page of known)
    if (reasons.has(page.reason) && !patterns.some(({ pattern }) => pattern === page.pattern))
      await tenants.withdrawApproval(administrator, page.id)
  for (const page of patterns)
    if (!known.some(({ pattern }) => pattern === page.pattern))
      await tenants.approvePage(administrator, demoId(`page ${page.pattern}`), page)

  const payUrl = sitesUrl + payPage
  const config = await tenants.widgetConfig(tenant)
  // Without a pay link it was never saved; with another one somebody may have changed the rest.
  if (config.payUrl === null)
    await tenants.saveWidgetConfig(administrator, { ...widget, payUrl, privacyUrl: null })
  else if (config.payUrl !== payUrl && isLoopback(config.payUrl))
    await tenants.saveWidgetConfig(administrator, { ...config, payUrl })
}

async function seedQueues(
  { routing }: SeededRooms,
  administrator: Actor,
  names: readonly string[],
): Promise<Map<string, string>> {
  const known = await routing.queues(administrator.tenant)
  for (const name of names)
    if (!known.some((queue) => queue.name === name))
      known.push(
        await routing.createQueue(administrator, {
          id: demoId(`queue ${administrator.tenant} ${name}`),
          name,
        }),
      )
  return new Map(known.map(({ name, id }) => [name, id]))
}

/** All of them on the first start only: who deletes one does not want it back. */
async function seedCannedReplies(
  { cannedReplies }: SeededRooms,
  administrator: Actor,
  { slug, cannedReplies: replies }: DemoTenant,
): Promise<void> {
  if ((await cannedReplies.list(administrator.tenant)).length > 0) return
  for (const reply of replies)
    await cannedReplies.create(administrator, { id: demoId(`reply ${slug} ${reply.shortcut}`), ...reply })
}

/**
 * Lives one conversation through, as its people would have. One that is there is left alone, also one that a start
 * did not finish: nobody misses its last lines.
 */
async function seedConversation(
  rooms: SeededRooms,
  tenant: string,
  past: PastConversation,
  known: { staff: ReadonlyMap<string, Actor>; queues: ReadonlyMap<string, string>; sitesUrl: string },
): Promise<void> {
  const { conversations, routing } = rooms
  const conversation = demoId(`conversation ${tenant} ${past.name}`)
  if (await isThere(conversations, tenant, conversation)) return
  const visitor = await seedVisitor(rooms, tenant, past, known.sitesUrl)
  const queue = past.queue === undefined ? [...known.queues.values()][0] : known.queues.get(past.queue)
  await conversations.start(visitor, {
    id: derivedId(conversation, 'start'),
    conversation,
    site: null,
    page: { url: known.sitesUrl + past.page.path, title: past.page.title },
    handler: 'queue',
    queue: queue ?? null,
  })
  for (const [i, happening] of past.course.entries()) {
    const what = { id: derivedId(conversation, `event ${i}`), conversation }
    if ('visitor' in happening) {
      mustBeStored(await conversations.send(visitor, { ...what, text: happening.visitor }))
      continue
    }
    const by = known.staff.get(happening.by)!
    if ('says' in happening) mustBeStored(await routing.sendAsStaff(by, { ...what, text: happening.says }))
    else if ('notes' in happening) await conversations.note(by, { ...what, text: happening.notes })
    else if ('tags' in happening) await conversations.tag(by, { ...what, add: happening.tags, remove: [] })
    else await conversations.setStatus(by, { ...what, status: 'closed' })
  }
}

async function seedVisitor(
  { tenants, visits }: SeededRooms,
  tenant: string,
  past: PastConversation,
  sitesUrl: string,
): Promise<Actor> {
  const { actor } = await tenants.newVisitor(tenant, 'en')
  if (past.visitor !== null) await tenants.setTraits(actor, past.visitor)
  const { path, title } = past.page
  visits.pageView(actor, { url: sitesUrl + path, title, cardFields: path.endsWith('/checkout') })
  return past.visitor === null ? actor : { ...actor, name: past.visitor.name }
}

async function isThere(
  conversations: SeededRooms['conversations'],
  tenant: string,
  conversation: string,
): Promise<boolean> {
  try {
    await conversations.visitorOf(tenant, conversation)
    return true
  } catch (caught) {
    if (caught instanceof Refusal && caught.code === 'not_found') return false
    throw caught
  }
}

function mustBeStored(outcome: SendOutcome): void {
  if (outcome.kind !== 'stored') throw new Error(`a message of the demo was answered ${outcome.kind}`)
}

/** Browsers that come by the other name of this machine send that one as their origin. */
export function originsOf(sitesUrl: string): string[] {
  const { origin } = new URL(sitesUrl)
  if (!isLoopback(origin)) return [origin]
  return ['127.0.0.1', 'localhost'].map((hostname) => {
    const url = new URL(sitesUrl)
    url.hostname = hostname
    return url.origin
  })
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost'].includes(new URL(url).hostname)
}
