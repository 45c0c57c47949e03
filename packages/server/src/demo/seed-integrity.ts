import type { IntegrityAlarm, Playbook } from '@candor/protocol/integrity-api.ts'
import type { Containments } from '../integrity/containment/containment.ts'
import type { Playbooks } from '../integrity/containment/playbook.ts'
import type { Integrity } from '../integrity/integrity.ts'
import type { Ids } from '../ids.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Observations } from '../visits/observations.ts'

/** What the demo's companies need so that their pages are watched. */
export interface WatchedPagesRooms {
  observations: Pick<Observations, 'pageView' | 'flush'>
  integrity: Pick<Integrity, 'pages' | 'approveTemplate' | 'alarms' | 'decideAlarm' | 'settled'>
  containments: Pick<Containments, 'list' | 'undo'>
  playbooks: Pick<Playbooks, 'playbook' | 'save' | 'rotateSecret'>
}

/** What is done without asking: a page with something new on it is contained, a release that does not verify stops the site. */
const rules: Playbook['rules'] = [
  { kind: 'unknown-script', scope: 'template', sharePercentMin: 0 },
  { kind: 'release-unverified', scope: 'site', sharePercentMin: 0 },
]

/**
 * Each page is seen once, as the company's own people saw it when they put the tag in, and what runs there is approved:
 * from then on anything else is an alarm. Again at each start, because addresses may have changed.
 */
export async function seedBaseline(
  { observations, integrity }: WatchedPagesRooms,
  administrator: Actor,
  ids: Ids,
  company: {
    slug: string
    sitesUrl: string
    paths: readonly string[]
    cardPaths: ReadonlySet<string>
    loader: string
  },
): Promise<void> {
  const { tenant } = administrator
  for (const path of company.paths)
    observations.pageView(
      { tenant, address: '127.0.0.1', userAgent: 'Candor demo' },
      {
        t: company.slug,
        v: ids.next(),
        n: ids.next(),
        u: company.sitesUrl + path,
        c: company.cardPaths.has(path),
        l: company.loader,
        i: true,
        m: '',
        s: [`${company.sitesUrl}/${company.slug}/site.js`, company.loader],
        e: '',
      },
    )
  await observations.flush()
  for (const page of await integrity.pages(tenant))
    await integrity.approveTemplate(administrator, ids.next(), page.id, {
      justification: 'Put in by the company itself: its own script and the chat.',
      owner: 'Web shop',
    })
}

/**
 * The playbook of a company whose shop listens, unless somebody has written another one.
 * @returns what deliveries are signed with; null where the webhook is somebody else's.
 */
export async function seedPlaybook(
  { playbooks }: WatchedPagesRooms,
  administrator: Actor,
  webhook: string,
): Promise<string | null> {
  const known = await playbooks.playbook(administrator.tenant)
  const ours = (address: string | null): boolean =>
    address !== null && new URL(address).pathname === new URL(webhook).pathname
  if (known.webhook !== null && !ours(known.webhook)) return null
  const kept = known.rules.length === 0 && known.webhook === null ? rules : known.rules
  const saved = await playbooks.save(administrator, { rules: kept, webhook })
  return saved.secret ?? (await playbooks.rotateSecret(administrator)).secret
}

/** Undoes what the tour's break-in led to, in the administrator's name, so that it can be tried again. */
export async function putBack(
  { integrity, containments }: WatchedPagesRooms,
  administrator: Actor,
  ids: Ids,
): Promise<void> {
  const reason = 'The tour put everything back.'
  for (const containment of await containments.list(administrator.tenant))
    if (containment.undoneAt === null && containment.alarm !== null)
      await containments.undo(administrator, containment.id, reason)
  const ended: IntegrityAlarm['state'][] = ['open', 'contained']
  for (const state of ended)
    for (const alarm of await integrity.alarms.list(administrator.tenant, { state, limit: 100 }))
      if (alarm.containment !== null || alarm.kind === 'release-unverified')
        await integrity.decideAlarm(administrator, ids.next(), alarm.id, 'dismiss', { justification: reason })
}
