import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Store } from '../store/store.ts'
import type { OnAccessChange } from './access-changes.ts'
import { operatorActor } from './actor.ts'
import { checkLine, nameCharactersMax, refuseField } from './fields.ts'
import { openHeld } from './held.ts'

export interface Tenant {
  id: string
  /** What `data-tenant` names. */
  publicId: string
  name: string
}

export interface Site {
  id: string
  /** `https://www.example.com`: what a browser sends as `Origin`. */
  origin: string
}

export interface TenantDirectory {
  /** The operator's act, not a tenant's: no route leads here. Replays answer what is stored. */
  createTenant(tenant: { id?: string; publicId: string; name: string }): Promise<Tenant>
  tenantBySlug(publicId: string): Promise<{ id: string; name: string } | null>
  tenant(id: string): Promise<Tenant>
  /** Of every tenant of the installation. */
  tenantIds(): Promise<string[]>
  /** An origin on which the tenant's widget may open; adding it twice is adding it once. The operator's act. */
  addSite(tenant: string, origin: string): Promise<Site>
  sites(tenant: string): Promise<Site[]>
  removeSite(tenant: string, id: string): Promise<void>
  originAllowed(tenant: string, origin: string): Promise<boolean>
}

/** Short enough to be typed into a snippet, and a DNS label. */
const publicIdForm = /^[a-z0-9]+(-[a-z0-9]+)*$/
const publicIdCharactersMax = 40
/** A company has a site for each of its countries and brands; a longer list is a mistake. */
const sitesMax = 200
const tenantsHeldMax = 10_000

export function openTenantDirectory(options: {
  store: Store
  clock: Clock
  ids: Ids
  onAccessChange: OnAccessChange
}): TenantDirectory {
  const { store, clock, ids, onAccessChange } = options
  const heldTenants = openHeld<{ id: string; name: string } | null>({ entriesMax: tenantsHeldMax, clock })
  const heldSites = openHeld<Site[]>({ entriesMax: tenantsHeldMax, clock })

  async function tenant(id: string): Promise<Tenant> {
    const [row] = await store.read(id, (q) =>
      q<Tenant>(`select tenant_id as id, public_id as "publicId", name from tenants`),
    )
    if (row === undefined) throw new Refusal('not_found')
    return row
  }

  function tenantBySlug(publicId: string): Promise<{ id: string; name: string } | null> {
    // Strangers ask with whatever they like; only what can be a name reaches the database.
    if (publicId.length > publicIdCharactersMax || !publicIdForm.test(publicId)) return Promise.resolve(null)
    return heldTenants.get(publicId, async () => {
      const { rows } = await store.authPool.query<{ id: string; name: string }>({
        name: 'find-tenant',
        text: 'select tenant as id, name from auth.find_tenant($1)',
        values: [publicId],
      })
      return rows[0] ?? null
    })
  }

  function sites(owner: string): Promise<Site[]> {
    return heldSites.get(owner, () =>
      store.read(owner, (q) => q<Site>('select id, origin from sites order by origin')),
    )
  }

  return {
    tenant,
    tenantBySlug,
    sites,

    async tenantIds() {
      const { rows } = await store.authPool.query<{ tenant: string }>('select tenant from auth.tenant_ids()')
      return rows.map(({ tenant: id }) => id)
    },

    async createTenant({ id = ids.next(), publicId, name }) {
      if (publicId.length < 2 || publicId.length > publicIdCharactersMax || !publicIdForm.test(publicId))
        refuseField(
          'publicId',
          `is 2 to ${publicIdCharactersMax} lower-case letters and digits, with single hyphens between`,
        )
      const known = await tenantBySlug(publicId)
      if (known !== null && known.id !== id) refuseField('publicId', 'is used by another tenant')
      await store.write(id, (q) =>
        q(
          'insert into tenants (tenant_id, public_id, name, created_at) values ($1, $2, $3, $4) on conflict do nothing',
          [id, publicId, checkLine(name, 'name', nameCharactersMax), new Date(clock.now())],
        ),
      )
      return tenant(id)
    },

    async addSite(owner, origin) {
      const site = { id: ids.next(), origin: checkOrigin(origin) }
      const added = await store.write(owner, async (q) => {
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from sites',
        )
        if (count >= sitesMax) throw new Refusal('too_many', `A tenant has at most ${sitesMax} sites.`)
        const at = new Date(clock.now())
        const made = await q(
          `insert into sites (tenant_id, id, origin, created_at) values ($1, $2, $3, $4)
           on conflict (tenant_id, origin) do nothing returning id`,
          [owner, site.id, site.origin, at],
        )
        if (made.length === 1)
          await onAccessChange({
            what: 'site-added',
            tenant: owner,
            by: operatorActor(owner),
            subject: site.id,
            at: at.toISOString(),
            origin: site.origin,
          })
        return q<Site>('select id, origin from sites where origin = $1', [site.origin])
      })
      heldSites.drop(owner)
      return added[0]!
    },

    async removeSite(owner, id) {
      await store.write(owner, async (q) => {
        const gone = await q('delete from sites where id = $1 returning id', [id])
        if (gone.length === 0) return
        const at = new Date(clock.now()).toISOString()
        await onAccessChange({
          what: 'site-removed',
          tenant: owner,
          by: operatorActor(owner),
          subject: id,
          at,
        })
      })
      heldSites.drop(owner)
    },

    async originAllowed(owner, origin) {
      return (await sites(owner)).some((site) => site.origin === origin)
    },
  }
}

/** Scheme, host and port and nothing else; https, or http on this machine for development. */
export function checkOrigin(origin: string): string {
  if (!URL.canParse(origin)) refuseField('origin', 'is an origin such as https://www.example.com')
  const url = new URL(origin)
  if (url.origin !== origin) refuseField('origin', `is written without path: ${url.origin}`)
  if (url.host.includes('*')) refuseField('origin', 'is one origin: there are no wildcards')
  if (!isSecureUrl(url)) refuseField('origin', 'begins with https:// (http:// on this machine only)')
  return origin
}

/** https, or http to the machine itself: what browsers call potentially trustworthy. */
export function isSecureUrl(url: URL): boolean {
  if (url.protocol === 'https:') return true
  return (
    url.protocol === 'http:' && /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  )
}
