import type { AddressInfo } from 'node:net'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import type { Ids } from '../ids.ts'
import type { Actor } from '../tenants/actor.ts'
import { derivedKey } from '../tenants/derived-key.ts'
import type { Tenants } from '../tenants/tenants.ts'
import { cardPages, openDemoSites, sitePages } from './demo-sites.ts'
import { openDemoSystems } from './demo-systems.ts'
import { demoHandles, demoTenants } from './demo-tenants.ts'
import { demoId, demoPassword, seedTenant, type SeededRooms } from './seed-demo.ts'
import { putBack, seedBaseline, seedPlaybook, type WatchedPagesRooms } from './seed-integrity.ts'
import { openTampering } from './tampering.ts'
import { openTourFeed, type WatchedRooms } from './tour-feed.ts'
import { tourRoutes, type TourAccess } from './tour-routes.ts'

/** Two companies to try Candor with: their people, their web sites, and the tour that shows both sides at once. */
export interface Demo {
  /** `/` and what the tour needs. */
  routes: FastifyPluginAsync
  /** The rooms to give to the edge instead: the same, and the tour hears of what passes through them. */
  watch<R extends WatchedRooms>(rooms: R): R
  /** Call when the server listens: opens the web sites and sets the companies up. */
  start(): Promise<{ sitesUrl: string }>
  /** The text of `release.json`, as it is given while somebody of the tour has altered the widget. */
  bundle(text: string): string
  /** Where the companies' own systems listen, for the virtual agents that call them. */
  systemsOrigins(): readonly string[]
  /** Where the companies' web sites are, for the watcher, which goes there as a shopper does. */
  sitesOrigins(): readonly string[]
  close(): Promise<void>
}

export function openDemo(options: {
  rooms: SeededRooms & WatchedPagesRooms & { tenants: Pick<Tenants, 'actorOfRequest' | 'signIn'> }
  clock: Clock
  ids: Ids
  /** The passwords of the demo people follow from it. */
  authSecret: string
  publicUrl: () => string
  host: string
  port: number
  /** Of the release in force; null when the widget was not built. */
  loader(): { path: string; integrity: string } | null
  subscribe(reader: (announcements: readonly Committed[]) => void): void
  access: TourAccess | null
}): Demo {
  const { rooms, publicUrl, host, port } = options
  const { tenants } = rooms
  const passwordKey = derivedKey(options.authSecret, 'demo passwords')
  const people = new Map(
    demoTenants.flatMap((tenant) => tenant.people.map((person) => [person.handle, person] as const)),
  )
  const feed = openTourFeed({ clock: options.clock })
  options.subscribe(feed.announced)
  const systemsKey = derivedKey(options.authSecret, 'demo systems').export().toString('base64url')
  const systems = openDemoSystems(options.clock, () => systemsKey)
  const tampering = openTampering({
    clock: options.clock,
    sitesUrl: () => sitesUrl,
    tell: (line) => feed.note(attacked!.tenant, line),
  })
  const sites = openDemoSites(
    () => {
      const loader = options.loader()
      return loader === null ? null : { origin: new URL(publicUrl()).origin, ...loader }
    },
    (app) => {
      systems.routes(app)
      tampering.routes(app)
    },
    tampering.inPage,
  )
  let sitesUrl = ''
  let systemsUrl = ''
  let administrators: readonly Actor[] = []
  /** Of the company whose pages the tour breaks into; once it is set up. */
  let attacked: Actor | undefined

  return {
    watch: feed.watch,

    routes: tourRoutes({
      publicUrl,
      sitesUrl: () => sitesUrl,
      people: demoHandles,
      feed,
      access: options.access,
      tenants: () => administrators.map(({ tenant }) => tenant),
      tampering: {
        now: tampering.now,
        async set(kind) {
          if (attacked === undefined) throw new Refusal('busy', undefined, { retryAfterMs: 2_000 })
          // What browsers have told of by now leads to what it leads to first.
          await rooms.observations.flush()
          await rooms.integrity.settled()
          for (const administrator of administrators) await putBack(rooms, administrator, options.ids)
          if (kind === null) tampering.end()
          else tampering.begin(kind)
        },
      },
      async signInAs(handle, browser) {
        const person = people.get(handle)!
        const here = await tenants.actorOfRequest({ cookie: browser.cookie })
        if (here?.id === demoId(`person ${person.email}`)) return []
        const { email } = person
        try {
          // The way everybody comes in: there is no other door, for the demo neither.
          const { answer, cookies } = await tenants.signIn(browser, {
            email,
            password: demoPassword(passwordKey, person),
          })
          if (answer.kind === 'signed-in') return cookies
        } catch (cause) {
          if (!(cause instanceof Refusal) || cause.code !== 'credentials_wrong') throw cause
          throw new Refusal(
            'state_conflict',
            'The data folder was made under another secret, so the demo cannot sign this person in.',
            { cause },
          )
        }
        throw new Refusal('state_conflict', 'This person has a second factor by now. Sign in at the desk.')
      },
    }),

    async start() {
      try {
        await sites.listen({ host, port })
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException
        throw new Error(
          `the demo sites cannot listen on ${host}:${port} (${code}): set CANDOR_DEMO_PORT to another port, or CANDOR_DEMO=off`,
          { cause },
        )
      }
      // Reached by the same name as we are, on a port of their own: that makes them another origin.
      const url = new URL(publicUrl())
      const listening = String((sites.server.address() as AddressInfo).port)
      url.port = listening
      sitesUrl = url.origin
      // Not by the name that browsers use: behind a proxy this process may not reach itself by that.
      systemsUrl = `http://${['0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host}:${listening}`
      const names = new Map<string, string>()
      const made: Actor[] = []
      for (const tenant of demoTenants) {
        const administrator = await seedTenant(rooms, tenant, {
          sitesUrl,
          systems: { url: systemsUrl, key: systemsKey },
          passwordKey,
        })
        const loader = options.loader()
        if (loader !== null)
          await seedBaseline(rooms, administrator, options.ids, {
            slug: tenant.slug,
            sitesUrl,
            paths: sitePages(tenant.slug),
            cardPaths: cardPages,
            loader: new URL(loader.path, publicUrl()).href,
          })
        made.push(administrator)
        names.set(administrator.tenant, tenant.name)
      }
      const [airline] = made as [Actor]
      tampering.webhook.secret(
        (await seedPlaybook(rooms, airline, systemsUrl + tampering.webhook.path)) ?? '',
      )
      feed.tellOf(names)
      administrators = made
      attacked = airline
      return { sitesUrl }
    },

    bundle: tampering.bundle,

    systemsOrigins: () => (systemsUrl === '' ? [] : [systemsUrl]),
    // Their pages load the widget from here.
    sitesOrigins: () => (sitesUrl === '' ? [] : [new URL(sitesUrl).origin, new URL(publicUrl()).origin]),

    async close() {
      tampering.close()
      await sites.close()
    },
  }
}
