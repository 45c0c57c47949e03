import type { ApprovedPage } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { OnAccessChange } from './access-changes.ts'
import type { Actor } from './actor.ts'
import { checkLine, refuseField } from './fields.ts'
import { openHeld } from './held.ts'
import { isSecureUrl } from './tenant-directory.ts'

export interface ApprovedPages {
  approvedPages(tenant: string): Promise<ApprovedPage[]>
  approvePage(by: Actor, id: string, given: { pattern: string; reason: string }): Promise<ApprovedPage>
  withdrawApproval(by: Actor, id: string): Promise<void>
  pageApproved(tenant: string, url: string): Promise<boolean>
}

const patternCharactersMax = 2_048
const reasonCharactersMax = 500
/** Each is a decision that somebody must be able to read again. */
const approvedPagesMax = 200
const tenantsHeldMax = 10_000

export function openApprovedPages(options: {
  store: Store
  clock: Clock
  onAccessChange: OnAccessChange
}): ApprovedPages {
  const { store, clock, onAccessChange } = options
  const held = openHeld<ApprovedPage[]>({ entriesMax: tenantsHeldMax, clock })

  function approvedPages(tenant: string): Promise<ApprovedPage[]> {
    return held.get(tenant, async () => {
      const rows = await store.read(tenant, (q) =>
        q<PageRow>(`select ${columns} from approved_pages order by at, id`),
      )
      return rows.map(pageOf)
    })
  }

  return {
    approvedPages,

    async approvePage(by, id, given) {
      const pattern = checkPattern(given.pattern)
      const reason = checkLine(given.reason, 'reason', reasonCharactersMax)
      const page = await store.write(by.tenant, async (q) => {
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from approved_pages',
        )
        if (count >= approvedPagesMax)
          throw new Refusal('too_many', `A tenant approves at most ${approvedPagesMax} pages.`)
        const at = new Date(clock.now())
        const made = await q<PageRow>(
          `insert into approved_pages (tenant_id, id, pattern, reason, approved_by, approved_by_name, at)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning ${columns}`,
          [by.tenant, id, pattern, reason, by.id, by.name, at],
        )
        const [row] =
          made.length === 1
            ? made
            : await q<PageRow>(`select ${columns} from approved_pages where id = $1`, [id])
        if (row === undefined || row.pattern !== pattern || row.reason !== reason)
          throw new Refusal('idempotency_conflict')
        if (made.length === 1)
          await onAccessChange({
            what: 'page-approved',
            tenant: by.tenant,
            by,
            subject: id,
            at: at.toISOString(),
            pattern,
          })
        return pageOf(row)
      })
      held.drop(by.tenant)
      return page
    },

    async withdrawApproval(by, id) {
      const { tenant } = by
      await store.write(tenant, async (q) => {
        const gone = await q('delete from approved_pages where id = $1 returning id', [id])
        if (gone.length === 0) throw new Refusal('not_found')
        const at = new Date(clock.now()).toISOString()
        await onAccessChange({ what: 'page-approval-withdrawn', tenant, by, subject: id, at })
      })
      held.drop(tenant)
    },

    async pageApproved(tenant, url) {
      return pageIsApproved(url, await approvedPages(tenant))
    },
  }
}

/**
 * Whether one of the patterns names this page: same origin, and the same path, or a path that begins so where the
 * pattern ends in `*`. Query and fragment do not count. No pattern language: what is approved must be plain to see.
 */
export function pageIsApproved(url: string, pages: readonly Pick<ApprovedPage, 'pattern'>[]): boolean {
  if (!URL.canParse(url)) return false
  const page = new URL(url)
  return pages.some(({ pattern }) => {
    const isPrefix = pattern.endsWith('*')
    const approved = new URL(isPrefix ? pattern.slice(0, -1) : pattern)
    if (page.origin !== approved.origin || approved.origin === 'null') return false
    return isPrefix ? page.pathname.startsWith(approved.pathname) : page.pathname === approved.pathname
  })
}

/** Written back as browsers write it, so that what is shown is what is compared. */
export function checkPattern(given: unknown): string {
  const pattern = checkLine(given, 'pattern', patternCharactersMax)
  const isPrefix = pattern.endsWith('*')
  const address = isPrefix ? pattern.slice(0, -1) : pattern
  // A star behind the host would approve `https://www.example.com.evil.example` too.
  if (!URL.canParse(address) || !/^https?:\/\/[^/?#\\]+\/[^\\]*$/i.test(address))
    refuseField('pattern', 'is an address with a path, such as https://www.example.com/checkout*')
  const url = new URL(address)
  if (!isSecureUrl(url)) refuseField('pattern', 'begins with https:// (http:// on this machine only)')
  if (
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== '' ||
    /[?#]/.test(address)
  )
    refuseField('pattern', 'has no user, query or fragment')
  if (url.href.includes('*')) refuseField('pattern', 'has a * at its end only')
  return url.href + (isPrefix ? '*' : '')
}

interface PageRow {
  id: string
  pattern: string
  reason: string
  approved_by_name: string
  at: Date
}

const columns = 'id, pattern, reason, approved_by_name, at'

function pageOf({ id, pattern, reason, approved_by_name, at }: PageRow): ApprovedPage {
  return { id, pattern, reason, approvedBy: approved_by_name, at: at.toISOString() }
}
