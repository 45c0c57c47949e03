import type { AddressInfo } from 'node:net'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import { derivedKey } from '../tenants/derived-key.ts'
import type { Tenants } from '../tenants/tenants.ts'
import { openDemoSites } from './demo-sites.ts'
import { openDemoSystems } from './demo-systems.ts'
import { demoHandles, demoTenants } from './demo-tenants.ts'
import { demoId, demoPassword, seedTenant, type SeededRooms } from './seed-demo.ts'
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
  /** Where the companies' own systems listen, for the virtual agents that call them. */
  systemsOrigins(): readonly string[]
  close(): Promise<void>
}

export function openDemo(options: {
  rooms: SeededRooms & { tenants: Pick<Tenants, 'actorOfRequest' | 'signIn'> }
  clock: Clock
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
  const sites = openDemoSites(() => {
    const loader = options.loader()
    return loader === null ? null : { origin: new URL(publicUrl()).origin, ...loader }
  }, systems.routes)
  let sitesUrl = ''
  let systemsUrl = ''
  let tenantIds: readonly string[] = []

  return {
    watch: feed.watch,

    routes: tourRoutes({
      publicUrl,
      sitesUrl: () => sitesUrl,
      people: demoHandles,
      feed,
      access: options.access,
      tenants: () => tenantIds,
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
      for (const tenant of demoTenants)
        names.set(
          await seedTenant(rooms, tenant, {
            sitesUrl,
            systems: { url: systemsUrl, key: systemsKey },
            passwordKey,
          }),
          tenant.name,
        )
      feed.tellOf(names)
      tenantIds = [...names.keys()]
      return { sitesUrl }
    },

    systemsOrigins: () => (systemsUrl === '' ? [] : [systemsUrl]),

    close: () => sites.close(),
  }
}
