import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'
import { openAccess } from './access/access.ts'
import { openText, sealText } from './access/data-key.ts'
import { openAccessLog, type AccessLog } from './access/access-log.ts'
import { accessLogRoutes } from './access/access-log-routes.ts'
import { authSecret } from './auth-secret.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { cannedReplyRoutes, openCannedReplies, type CannedReplies } from './conversations/canned-replies.ts'
import type { Committed } from './conversations/conversation.ts'
import { erasureRoutes } from './conversations/erasure-routes.ts'
import { openErasure, type Erasure } from './conversations/erasure.ts'
import { conversationRoutes } from './conversations/conversation-routes.ts'
import { openConversations, type Conversations } from './conversations/conversations.ts'
import { openDelivery, type Delivery } from './delivery/delivery.ts'
import { openDemo } from './demo/demo.ts'
import { homeRoutes } from './demo/home-routes.ts'
import { deskRoutes } from './edge/desk-files.ts'
import { openEventStreams } from './edge/event-stream.ts'
import { logFileRoutes } from './edge/log-files.ts'
import { openHttp, sameOrigin } from './edge/http.ts'
import { afterTimeout, openLiveEndings } from './edge/live-endings.ts'
import type { SessionRooms } from './edge/session.ts'
import { openSockets } from './edge/socket.ts'
import { widgetFileRoutes } from './edge/widget-files.ts'
import { openIds } from './ids.ts'
import { clockRoutes } from './incidents/clocks/clock-routes.ts'
import { openClocks } from './incidents/clocks/clocks.ts'
import { readBuiltWidget } from './integrity/releases/built-widget.ts'
import { releaseRoutes } from './integrity/releases/release-routes.ts'
import { openReleaseStore } from './integrity/releases/release-store.ts'
import { openReleases, type Releases } from './integrity/releases/releases.ts'
import { openContainments, type Containments } from './integrity/containment/containment.ts'
import { containmentRoutes } from './integrity/containment/containment-routes.ts'
import { openPlaybooks, webhookTarget, type Playbooks } from './integrity/containment/playbook.ts'
import { openWebhook } from './integrity/containment/webhook.ts'
import { connectKeyholder } from './keyholder/connect-keyholder.ts'
import { integrityRoutes } from './integrity/integrity-routes.ts'
import { openIntegrity, type Integrity } from './integrity/integrity.ts'
import type { Log } from './log.ts'
import { openOutbound } from './outbound/outbound.ts'
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts'
import { routingRoutes } from './routing/routing-routes.ts'
import { openRouting, type Routing } from './routing/routing.ts'
import { recordStart } from './record-start.ts'
import { openOutbox } from './store/outbox.ts'
import { openStore, type Store } from './store/store.ts'
import type { Actor } from './tenants/actor.ts'
import { apiKeyRoutes } from './tenants/api-key-routes.ts'
import { approvedPageRoutes } from './tenants/approved-page-routes.ts'
import { derivedKey } from './tenants/derived-key.ts'
import { identifierFormatRoutes } from './tenants/identifier-format-routes.ts'
import { identityKeyRoutes } from './tenants/identity-key-routes.ts'
import type { StoredPerson } from './tenants/people.ts'
import { peopleRoutes } from './tenants/people-routes.ts'
import { signInRoutes } from './tenants/sign-in-routes.ts'
import { openTenants, type Tenants } from './tenants/tenants.ts'
import { widgetConfigRoutes } from './tenants/widget-config-routes.ts'
import { engineEvaluator, engineTrainer } from './virtual-agents/in-threads.ts'
import { heldEncoder } from './virtual-agents/held-encoder.ts'
import { openAuthoringRooms, type AuthoringRooms } from './virtual-agents/open-authoring.ts'
import { openTools } from './virtual-agents/call-tool.ts'
import { engine } from './virtual-agents/engine.ts'
import { resultsRoutes } from './virtual-agents/results-routes.ts'
import { openResults } from './virtual-agents/results.ts'
import { openTurnRows } from './virtual-agents/turn-rows.ts'
import { openVirtualAgents, type VirtualAgents } from './virtual-agents/virtual-agents.ts'
import { openObservations, type Observations } from './visits/observations.ts'
import { openObservationsRetention } from './visits/observations-retention.ts'
import { reportsRoutes } from './visits/reports-routes.ts'
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
  authoring: AuthoringRooms
  accessLog: AccessLog
  erasure: Erasure
  releases: Releases
  containments: Containments
  playbooks: Playbooks
  observations: Observations
  integrity: Integrity
  /** Of the keyholder on this machine; 0 while it is away. */
  keyholderPid(): number
  /** Of the embedded PostgreSQL; 0 when the database is somebody else's. */
  databasePid(): number
  /** Stops taking connections, tells clients to come back, writes what is queued, ends the database. */
  close(): Promise<void>
}

const packages = path.resolve(import.meta.dirname, '../..')
const version = (
  JSON.parse(readFileSync(path.join(packages, 'server/package.json'), 'utf8')) as { version: string }
).version

/**
 * Requests under way end within this, or are cut. A browser also opens connections ahead and says nothing on them;
 * Node counts those as busy and would wait for a minute.
 */
const requestsEndMsMax = 2_000

/** Composition root: each room is given only what it uses. */
export async function startCandor(config: Config, log: Log): Promise<Candor> {
  const clock = systemClock
  const ids = openIds(clock)
  const postgres =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataFolder: config.dataFolder, log })
      : null
  const keyholder = await connectKeyholder(config, log).catch(async (cause: unknown) => {
    await postgres?.stop()
    throw cause
  })
  const accessLog = openAccessLog({
    keyholder: keyholder.client,
    customerIds: (tenant, customer) => tenants.idsOf(tenant, customer),
  })
  const restoredMark = path.join(config.dataFolder, 'restored')
  const restored = existsSync(restoredMark)
  await recordStart({
    accessLog,
    onConnected: keyholder.client.onConnected,
    version,
    restoredFrom: restored ? readFileSync(restoredMark, 'utf8').trim() : null,
    log,
  })
  const store = await openStore({
    url: postgres?.url ?? config.databaseUrl!.reveal(),
    log,
    restored,
  }).catch(async (cause: unknown) => {
    await keyholder.close()
    await postgres?.stop()
    throw cause
  })
  if (restored) rmSync(restoredMark)

  let publicUrl = config.publicUrl ?? ''
  const secret = authSecret(config).reveal()
  const tenants = openTenants({
    store,
    clock,
    ids,
    authSecret: secret,
    publicUrl: () => publicUrl,
    onAccessChange: (change) => accessLog.accessChanged(change),
  })
  const outbox = openOutbox<Committed>(log)
  const access = openAccess({
    store,
    keyholder: keyholder.client,
    about: (tenant, conversation) => conversations.about(tenant, conversation),
    clock,
    ids,
    log,
  })
  const observations = openObservations({
    store,
    clock,
    guardFormats: tenants.guardFormats,
    newSalt: () => randomBytes(32),
    log,
  })
  const observationsRetention = openObservationsRetention({ store, clock, tenants: tenants.tenantIds, log })
  const visits = openVisits({ store, clock, ids, log, guardFormats: tenants.guardFormats, observations })
  const conversations = openConversations({
    store,
    access,
    names: tenants,
    outbox,
    clock,
    ids,
    guardFormats: tenants.guardFormats,
    visitorOnline: (tenant, visitor) => delivery.presence.visitorOnline(tenant, visitor),
  })
  keyholder.client.onConnected(() => void conversations.catchUpScreening().catch(logFault('card guard', log)))
  const erasure = openErasure({
    log: accessLog,
    conversations: {
      ...conversations,
      async erase(tenant, ids) {
        // First: a crash in between leaves a conversation that is still to be erased.
        await results.erase(tenant, ids)
        await conversations.erase(tenant, ids)
      },
    },
    async eraseVisitor(tenant, visitor) {
      await tenants.eraseVisitor(tenant, visitor)
      await visits.eraseVisitor(tenant, visitor)
    },
    customerIds: tenants.idsOf,
    tenants: tenants.tenantIds,
    epochKeys: access.epochKeys,
    clock,
    report: log,
  })
  const delivery = openDelivery({ history: conversations, epoch: store.epoch, log })
  outbox.subscribe(delivery.publish)
  keyholder.client.onAlarm(({ kind, tenant, actor }) => {
    if (kind !== 'suspended' || tenant === null || actor === null) return
    access.revoke({ tenant, actor: actor.id })
    delivery.cutOff(tenant, actor.id, new Refusal('suspended'))
  })
  tenants.onFormatsChanged((tenant, formats) =>
    delivery.tellTenant(tenant, { type: 'identifier-formats', formats }),
  )
  const routing = openRouting({
    store,
    conversations,
    people: { person: (tenant, id) => tenants.person(tenant, id).then(asHandling, nullIfAbsent) },
    outbox,
    clock,
    ids,
  })

  const privateOrigins = (): readonly string[] => [
    ...config.privateOrigins,
    ...(demo?.systemsOrigins() ?? []),
  ]
  const outbound = openOutbound({ allowPrivate: privateOrigins })
  const webhookKey = derivedKey(secret, 'webhook secrets')
  const sealing = {
    seal: (context: string, text: string) => sealText(webhookKey, context, text),
    open: (context: string, sealed: Buffer) => openText(webhookKey, context, sealed),
  }
  const webhook = openWebhook({ store, clock, ids, outbound, target: webhookTarget(sealing), log })
  const containments = openContainments({
    store,
    clock,
    log,
    sites: async (tenant) => (await tenants.sites(tenant)).map(({ origin }) => origin),
    releaseKnown: async (tenant, release) => (await releases.rows(tenant)).some(({ id }) => id === release),
    isRevoked: (release) => releases.isRevoked(release),
    record: accessLog.contained,
    onKeyholder: keyholder.client.onConnected,
    tellStaff: (tenant, items) => delivery.tellStaff(tenant, { type: 'containments', items }),
    announce: (q, tenant, change) => webhook.enqueue(q, tenant, { type: 'containment', ...change }),
    announced: webhook.wake,
  })
  const playbooks = openPlaybooks({
    store,
    clock,
    ids,
    sealing,
    webhook,
    containments,
    privateOrigins,
    releaseInForce: () => releases.served(),
    onChange: (by, what) =>
      accessLog.accessChanged({
        tenant: by.tenant,
        by,
        subject: by.tenant,
        at: new Date(clock.now()).toISOString(),
        what: 'playbook-changed',
        ...what,
      }),
    log,
  })
  const integrity = openIntegrity({
    store,
    clock,
    ids,
    observations,
    outbound,
    pageApproved: tenants.pageApproved,
    publicId: async (tenant) => (await tenants.tenant(tenant)).publicId,
    publicUrl: () => publicUrl,
    parts: {
      loaderPath: () => releases.loader()?.path ?? null,
      watcher: () => Promise.resolve({ pages: 0, lastRun: null }),
      watcherRuns: () => Promise.resolve([]),
      containments: containments.list,
      release: (tenant) => releases.row(tenant),
      contain: async (by, id, what) => (await containments.begin(by, id, what)).id,
    },
    log,
  })
  integrity.alarms.onAlarm(playbooks.onAlarm)
  const results = openResults({ store, conversations, clock })
  const turnRows = openTurnRows({ store, outbox })
  const authoring = openAuthoringRooms({
    store,
    clock,
    ids,
    log,
    people: tenants.people,
    guardFormats: tenants.guardFormats,
    privateOrigins,
    personBehindKey: tenants.personBehindKey,
    secretsKey: derivedKey(secret, 'virtual agent tool secrets'),
    answeringFirst: routing.answeringFirst,
    encoder: heldEncoder(),
    trainer: engineTrainer,
    evaluator: engineEvaluator,
    outbound,
    sites: async (tenant) => (await tenants.sites(tenant)).map(({ origin }) => origin),
  })
  const tools = openTools({
    outbound,
    secretFor: authoring.secrets.secretFor,
    clock,
    random: Math.random,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    log,
  })
  const virtualAgents = openVirtualAgents({
    store,
    agents: authoring.agents,
    tools,
    engine,
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
  const cannedReplies = openCannedReplies(store, tenants.guardFormats)
  const endings = openLiveEndings({ clock, after: afterTimeout })
  tenants.onSessionEnded((session) => {
    endings.ended(session)
    access.revoke({ session })
    // Where the keyholder is away the key runs out by itself; the session is gone all the same.
    accessLog.sessionEnded(session).catch(logFault('session key', log))
  })
  tenants.onSessionChanged(endings.changed)
  const releases = await openReleases({
    store: openReleaseStore(path.join(config.dataFolder, 'release'), log),
    keyholder: keyholder.client,
    built: readBuiltWidget(path.dirname(packages), version, log),
    viewsLastHour: (tenant, release) => observations.viewsOfRelease(tenant, release, 3_600_000),
    clock,
    log,
  })
  releases.onRevoked(containments.releaseRevoked)
  const demo = config.demo
    ? openDemo({
        rooms: { tenants, routing, conversations, cannedReplies, authoring, virtualAgents, visits },
        clock,
        authSecret: secret,
        publicUrl: () => publicUrl,
        host: config.host,
        port: config.demoPort,
        loader: releases.loader,
        subscribe: outbox.subscribe,
        access: accessLog,
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
    containment: containments,
    watchEnding: endings.watch,
    epoch: store.epoch,
    log,
  }
  const rooms: SessionRooms = demo?.watch(composed) ?? composed

  const deskFolder = path.join(packages, 'console/dist')
  const routes: FastifyPluginAsync[] = [
    widgetFileRoutes({
      releases,
      async contained(publicId, url) {
        const tenant = await tenants.tenantBySlug(publicId)
        return (
          tenant !== null && containments.covers(tenant.id, { origin: null, url, release: releases.served() })
        )
      },
      publicUrl: () => publicUrl,
    }),
    releaseRoutes(releases),
    ...(existsSync(deskFolder) ? [deskRoutes(deskFolder, () => publicUrl)] : []),
    ...(keyholder.logFolder === null ? [] : [logFileRoutes(keyholder.logFolder)]),
    accessLogRoutes(accessLog),
    erasureRoutes(erasure, async (tenant) => (await tenants.tenant(tenant)).name),
    conversationRoutes({
      conversations,
      access,
      log: accessLog,
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
    clockRoutes(openClocks({ store, clock, ids })),
    containmentRoutes({
      containments,
      playbooks,
      publicIdOf: async (tenant) => (await tenants.tenant(tenant)).publicId,
    }),
    reportsRoutes({
      observations,
      tenantBySlug: tenants.tenantBySlug,
      originAllowed: tenants.originAllowed,
    }),
    integrityRoutes(integrity),
    resultsRoutes(results),
    cannedReplyRoutes(cannedReplies),
    authoring.routes,
    signInRoutes(tenants),
    peopleRoutes(tenants, {
      online: (tenant) => new Set(delivery.presence.team(tenant).map(({ id }) => id)),
      returnConversations: routing.returnConversations,
    }),
    apiKeyRoutes(tenants),
    identityKeyRoutes(tenants),
    widgetConfigRoutes(tenants),
    approvedPageRoutes(tenants),
    identifierFormatRoutes(tenants),
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
    staffOf: ({ actor, headers }) => (actor === null ? null : () => tenants.actorOfRequest(headers)),
  })
  sockets = openSockets({
    server: app.server,
    rooms,
    socketsMax: config.socketsMax,
    async staffOfUpgrade(request) {
      const { cookie } = request.headers
      const staff = () => tenants.actorOfRequest({ cookie })
      if ((await staff()) === null) return null
      sameOrigin(request, publicUrl)
      return staff
    },
  })

  await conversations.recover(store.unfinished)
  keyholder.client.onConnected(() => void conversations.announceRest().catch(logFault('outbox', log)))

  // At hand before anybody writes: a first message is then stored while the keyholder is away as well.
  const fetchEpochKeys = async (): Promise<void> => {
    for (const tenant of await tenants.tenantIds()) await access.ready(tenant)
  }
  fetchEpochKeys().catch(logFault('epoch keys', log))
  keyholder.client.onConnected(() => void fetchEpochKeys().catch(logFault('epoch keys', log)))

  await containments.start()
  await webhook.start()
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
    authoring,
    accessLog,
    erasure,
    releases,
    containments,
    playbooks,
    observations,
    integrity,
    keyholderPid: keyholder.pid,
    databasePid: () => postgres?.pid ?? 0,
    async close() {
      await sockets.close()
      streams.close()
      await demo?.close()
      const cut = setTimeout(() => app.server.closeAllConnections(), requestsEndMsMax)
      await app.close()
      clearTimeout(cut)
      await releases.close()
      await virtualAgents.close()
      await authoring.close()
      await turnRows.close()
      await delivery.close()
      await erasure.close()
      await visits.close()
      await observationsRetention.close()
      await observations.close()
      await integrity.close()
      // After what may still contain something.
      await containments.close()
      await webhook.close()
      await conversations.close()
      access.close()
      await keyholder.close()
      await store.close()
      await postgres?.stop()
    },
  }
}

function logFault(of: string, log: Log): (caught: unknown) => void {
  return (caught) => log({ level: 'warn', event: 'not done', of, reason: String(caught) })
}

function asHandling({ id, name, role, deactivatedAt }: StoredPerson) {
  return { id, name, role, active: deactivatedAt === null }
}

function nullIfAbsent(caught: unknown): null {
  if (caught instanceof Refusal && caught.code === 'not_found') return null
  throw caught
}
