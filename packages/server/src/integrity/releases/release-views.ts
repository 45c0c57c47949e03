import type { Store } from '../../store/store.ts'

const hourMs = 3_600_000

/** Page views of the last hour whose loader opened this release. A view that reported twice is one. */
export async function viewsLastHour(
  store: Pick<Store, 'read'>,
  tenant: string,
  release: string,
  now: number,
): Promise<number> {
  // By template, as the views are laid out: an hour of each instead of all that a tenant has.
  const rows = await store.read(tenant, (q) =>
    q<{ views: number }>(
      `select count(distinct v.view_id)::int as views
       from observed_templates t
       join observed_views v on v.tenant_id = t.tenant_id and v.template_id = t.id and v.at > $3
       where t.tenant_id = $1 and v.release_id = (
         select id from observed_words where tenant_id = $1 and kind = 'r' and md5(word) = md5($2) and word = $2)`,
      [tenant, release, new Date(now - hourMs)],
    ),
  )
  return rows[0]!.views
}
