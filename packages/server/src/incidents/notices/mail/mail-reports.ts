import { Refusal } from '@candor/protocol/refusals.ts'
import type { Store } from '../../../store/store.ts'
import { readReport } from './read-report.ts'
import type { ReturnPaths } from './return-path.ts'
import type { MailReport } from './sender.ts'

/** What a mail server tells of mails that it took: through a hook, one event each or a returned mail as it is. */
export interface MailReports {
  /** Addresses that are not ours count as unknown and change nothing. */
  events(events: readonly MailEvent[]): Promise<{ taken: number; unknown: number }>
  /** @param recipient the return path that it came to; null: as its headers say. @throws Refusal `malformed` */
  returned(raw: string, recipient: string | null): Promise<{ taken: number; unknown: number }>
}

export interface MailEvent {
  /** The return path (MAIL FROM) under which the mail was handed over. */
  returnPath: string
  kind: 'delivered' | 'bounced'
  detail: string
}

export const eventsPerCallMax = 1_000

export function openMailReports(options: {
  store: Store
  tenants(): Promise<string[]>
  returnPaths: ReturnPaths
  report(reports: readonly MailReport[]): Promise<void>
}): MailReports {
  const { store, returnPaths } = options

  async function events(list: readonly MailEvent[]): Promise<{ taken: number; unknown: number }> {
    const tenants = await options.tenants()
    const known = list.flatMap(({ returnPath, kind, detail }) => {
      const mail = returnPaths.read(returnPath, tenants)
      return mail === null ? [] : [{ mail, kind, detail }]
    })
    const reports: MailReport[] = []
    for (const [tenant, mails] of Map.groupBy(known, ({ mail }) => mail.tenant)) {
      const numbers = [...new Set(mails.map(({ mail }) => mail.number))]
      const rows = await store.read(tenant, (q) =>
        q<{ id: string; number: number }>(
          'select id, number from notice_mailings where tenant_id = $1 and number = any($2)',
          [tenant, numbers],
        ),
      )
      const ids = new Map(rows.map(({ id, number }) => [number, id]))
      for (const { mail, kind, detail } of mails) {
        const mailing = ids.get(mail.number)
        if (mailing !== undefined) reports.push({ mail: { ...mail, mailing }, kind, detail })
      }
    }
    if (reports.length > 0) await options.report(reports)
    return { taken: reports.length, unknown: list.length - reports.length }
  }

  return {
    events,
    async returned(raw, recipient) {
      const report = readReport(raw)
      if (report === null)
        throw new Refusal('malformed', 'It is not a delivery status notification (RFC 3464).')
      // Put off, or gone on to where nothing is reported: news, but neither an end.
      if (report.action !== 'failed' && report.action !== 'delivered') return { taken: 0, unknown: 0 }
      const returnPath = recipient ?? report.recipient
      if (returnPath === null) return { taken: 0, unknown: 1 }
      const kind = report.action === 'failed' ? 'bounced' : 'delivered'
      return events([{ returnPath, kind, detail: `${report.status} ${report.detail}`.trim() }])
    },
  }
}
