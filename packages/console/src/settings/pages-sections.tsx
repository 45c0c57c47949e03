import type { ApprovedPage, PageReport } from '@candor/protocol/api.ts'
import { TextField } from '../design/text-field.tsx'
import { Section } from '../design/page.tsx'
import { fullTime } from '../design/times.tsx'
import { AddForm, ItemList, valueOf } from './list-form.tsx'
import css from './settings-parts.module.css'

export function PagesSections() {
  return (
    <>
      <Section
        title="Pages where the widget stayed closed"
        lead="It saw card fields there and did not open. Visitors lost nothing but the chat."
      >
        <ItemList<PageReport>
          name="page-reports"
          nothing="None. No page with card fields was reported."
          render={(report) => (
            <>
              <p className={css.name}>{report.url}</p>
              <p className={css.soft}>
                {report.count.toLocaleString()} times, last {fullTime(report.lastSeenAt)}
              </p>
            </>
          )}
        />
      </Section>
      <Section title="Approved pages">
        <ItemList<ApprovedPage>
          name="approved-pages"
          nothing="No page is approved: the widget stays closed wherever it sees card fields."
          onRemove={(page) => `Keep the widget closed on ${page.pattern} again?`}
          render={(page) => (
            <>
              <p className={css.name}>{page.pattern}</p>
              <p className={css.soft}>
                {page.reason} · {page.approvedBy}, {fullTime(page.at)}
              </p>
            </>
          )}
        />
      </Section>
      <Section
        title="Approve a page"
        lead="Do this only where the card fields belong to your payment provider’s own frame."
      >
        <AddForm<ApprovedPage>
          name="approved-pages"
          submit="Approve the page"
          read={(form) => ({ pattern: valueOf(form, 'pattern'), reason: valueOf(form, 'reason') })}
        >
          {(faults) => (
            <>
              <TextField
                label="Page"
                name="pattern"
                isRequired
                placeholder="https://www.example.com/checkout*"
                hint="Origin and path. A * at the end matches any rest."
                error={faults['pattern']}
              />
              <TextField
                label="Why it is safe"
                name="reason"
                isRequired
                hint="Kept with your name."
                error={faults['reason']}
              />
            </>
          )}
        </AddForm>
      </Section>
    </>
  )
}
