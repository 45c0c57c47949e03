import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'
import { openAccess } from './access/access.ts'
import { openKeyFile } from './access/key-file.ts'
import { authSecret } from './auth-secret.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { cannedReplyRoutes, openCannedReplies, type CannedReplies } from './conversations/canned-replies.ts'
import type { Committed } from './conversations/conversation.ts'
import { conversationRoutes } from './conversations/conversation-routes.ts'
import { openConversations, type Conversations } from './conversations/conversations.ts'
import { openDelivery, type Delivery } from './delivery/delivery.ts'
import { openDemo } from './demo/demo.ts'
import { homeRoutes } from './demo/home-routes.ts'
import { deskRoutes } from './edge/desk-files.ts'
import { openEventStreams } from './edge/event-stream.ts'
import { openHttp, sameOrigin } from './edge/http.ts'
import { openLiveEndings } from './edge/live-endings.ts'
import type { SessionRooms } from './edge/session.ts'
import { openSockets } from './edge/socket.ts'
import { readWidgetManifest, widgetFileRoutes } from './edge/widget-files.ts'
import { openIds } from './ids.ts'
import type { Log } from './log.ts'
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts'
import { routingRoutes } from './routing/routing-routes.ts'
import { openRouting, type Routing } from './routing/routing.ts'
import { openOutbox } from './store/outbox.ts'
import { openStore, type Store } from './store/store.ts'
import type { Actor } from './tenants/actor.ts'
import { apiKeyRoutes } from './tenants/api-key-routes.ts'
import { approvedPageRoutes } from './tenants/approved-page-routes.ts'
import { identityKeyRoutes } from './tenants/identity-key-routes.ts'
import { peopleRoutes } from './tenants/people-routes.ts'
import { signInRoutes } from './tenants/sign-in-routes.ts'
import { openTenants, type Tenants } from './tenants/tenants.ts'
import { widgetConfigRoutes } from './tenants/widget-config-routes.ts'
import { openVirtualAgents, type VirtualAgents } from './virtual-agents/virtual-agents.ts'
import { visitsRoutes } from './visits/visits-routes.ts'
import { openVisits } from './visits/visits.ts'

/** A running installation. Rooms are public for tests and the demo; the network sees the edge alone. */
export interface Candor {
  url: string
  store: Store
  tenants: Tenants
  conversations: Conversations
  routing: Routing
  delivery: Delivery
  cannedReplies: CannedReplies
  virtualAgents: VirtualAgents
  /** Of the embedded PostgreSQL; 0 when the database is somebody else's. */
  databasePid(): number
  /** Stops taking connections, tells clients to come back, writes what is queued, ends the database. */
  close(): Promise<void>
}

const packages = path.resolve(import.meta.dirname, '../..')
const version = (
  JSON.parse(readFileSync(path.join(packages, 'server/package.json'), 'utf8')) as { version: string }
).version

/** Composition root: each room is given only what it uses. */
export async function startCandor(config: Config, log: Log): Promise<Candor> {
  const clock = systemClock
  const ids = openIds(clock)
  const postgres =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataFolder: config.dataFolder, log })
      : null
  const restoredMark = path.join(config.dataFolder, 'restored')
  const restored = existsSync(restoredMark)
  const store = await openStore({ url: postgres?.url ?? config.databaseUrl!.reveal(), log, restored })
  if (restored) rmSync(restoredMark)

  let publicUrl = config.publicUrl ?? ''
  const secret = authSecret(config).reveal()
  const tenants = openTenants({
    store,
    clock,
    ids,
    authSecret: secret,
    publicUrl: () => publicUrl,
  })
  const outbox = openOutbox<Committed>(log)
  const access = openAccess({ store, keys: openKeyFile(config.keyFile), clock, ids })
  const visits = openVisits({ store, clock, ids, log })
  const conversations = openConversations({
    store,
    access,
    names: tenants,
    outbox,
    clock,
    ids,
    visitorOnline: (tenant, visitor) => delivery.presence.visitorOnline(tenant, visitor),
  })
  const delivery = openDelivery({ history: conversations, epoch: store.epoch, log })
  outbox.subscribe(delivery.publish)
  const routing = openRouting({
    store,
    conversations,
    ids,
    people: { person: (tenant, id) => tenants.person(tenant, id).catch(nullIfAbsent) },
  })

  const virtualAgents = openVirtualAgents({
    store,
    access,
    conversations,
    routing,
    outbox,
    clock,
    log,
    agentsOnline: (tenant) => delivery.presence.agentsOnline(tenant),
    typing: (tenant, conversation, actor, on) => delivery.tellTyping(tenant, conversation, actor, on),
    localeOf: tenants.localeOf,
  })
  const cannedReplies = openCannedReplies(store)
  const endings = openLiveEndings()
  tenants.onSessionEnded(endings.ended)
  const widgetFolder = path.join(packages, 'widget/dist')
  const widget = readWidgetManifest(widgetFolder)
  const demo = config.demo
    ? openDemo({
        rooms: { tenants, routing, conversations, cannedReplies, virtualAgents, visits },
        clock,
        authSecret: secret,
        publicUrl: () => publicUrl,
        host: config.host,
        port: config.demoPort,
        loader: widget?.loader ?? null,
        subscribe: outbox.subscribe,
        access: null,
      })
    : null
  const composed = {
    identity: {
      ...tenants,
      async identify(actor: Actor, jwt: string) {
        const identified = await tenants.identify(actor, jwt)
        if (identified.mergedFrom !== null) {
          await conversations.repoint(actor.tenant, identified.mergedFrom, identified.actor.id)
          await visits.repoint(actor.tenant, identified.mergedFrom, identified.actor.id)
        }
        return identified
      },
    },
    visits,
    conversations,
    delivery,
    access,
    routing,
    watchEnding: endings.watch,
    epoch: store.epoch,
    log,
  }
  const rooms: SessionRooms = demo?.watch(composed) ?? composed

  const deskFolder = path.join(packages, 'console/dist')
  const routes: FastifyPluginAsync[] = [
    ...(widget === null ? [] : [widgetFileRoutes(widgetFolder, widget, () => publicUrl)]),
    ...(existsSync(deskFolder) ? [deskRoutes(deskFolder, () => publicUrl)] : []),
    conversationRoutes({
      conversations,
      access,
      details: {
        visitor: async (tenant, id) => ({
          ...(await tenants.visitor(tenant, id)),
          pages: await visits.lastPages(tenant, id),
        }),
      },
      sendAsStaff: routing.sendAsStaff,
    }),
    routingRoutes(routing),
    visitsRoutes(visits),
    cannedReplyRoutes(cannedReplies),
    signInRoutes(tenants),
    peopleRoutes(tenants, (tenant) => new Set(delivery.presence.team(tenant).map(({ id }) => id))),
    apiKeyRoutes(tenants),
    identityKeyRoutes(tenants),
    widgetConfigRoutes(tenants),
    approvedPageRoutes(tenants),
    demo?.routes ?? homeRoutes(() => publicUrl),
  ]
  let streams: ReturnType<typeof openEventStreams> | null = null
  let sockets: ReturnType<typeof openSockets> | null = null
  const app = await openHttp({
    log,
    trustProxy: config.trustProxy,
    metrics: config.metrics,
    publicUrl: () => publicUrl,
    actorOf: tenants.actorOfRequest,
    ready: store.ping,
    routes,
    gauges: {
      sockets: () => sockets?.count() ?? 0,
      event_streams: () => streams?.count() ?? 0,
      outbox_pending: outbox.pending,
    },
    version,
  })
  streams = openEventStreams(app, {
    rooms,
    socketsMax: config.socketsMax,
    staffOf: (request) => request.actor,
  })
  sockets = openSockets({
    server: app.server,
    rooms,
    socketsMax: config.socketsMax,
    async staffOfUpgrade(request) {
      const staff = await tenants.actorOfRequest({ cookie: request.headers.cookie })
      if (staff !== null) sameOrigin(request, publicUrl)
      return staff
    },
  })

  await conversations.recover(store.unfinished)

  await app.listen({ port: config.port, host: config.host })
  const { port } = app.server.address() as AddressInfo
  publicUrl ||= `http://${config.host}:${port}`
  await demo?.start()

  return {
    url: publicUrl,
    store,
    tenants,
    conversations,
    routing,
    delivery,
    cannedReplies,
    virtualAgents,
    databasePid: () => postgres?.pid ?? 0,
    async close() {
      await sockets.close()
      streams.close()
      await demo?.close()
      await app.close()
      await virtualAgents.close()
      await delivery.close()
      await visits.close()
      await conversations.close()
      await store.close()
      await postgres?.stop()
    },
  }
}

function nullIfAbsent(caught: unknown): null {
  if (caught instanceof Refusal && caught.code === 'not_found') return null
  throw caught
}
