/** Who read one conversation, each line with its proof, checked in this browser. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { Icon } from '../design/icons.tsx'
import { Page } from '../design/page.tsx'
import { useDesk, useRow } from '../live/desk-context.ts'
import { visitorName } from '../inbox/visitor-name.ts'
import { detailQuery } from '../session/session.ts'
import { EntryList } from './entry-list.tsx'
import { fileOf, HandOut } from './hand-out.tsx'
import { mayReview } from './access-roles.ts'
import { TryIt } from './try-it.tsx'
import { useChecked } from './use-checked.ts'
import { Verdict } from './verdict.tsx'
import css from './access-page.module.css'

export function ConversationAccessPage() {
  const { id } = useParams({ from: '/signed-in/access/conversation/$id' })
  const { entry } = useSearch({ from: '/signed-in/access/conversation/$id' })
  const { role } = useDesk().me.person
  const row = useRow(id)
  const { data: detail } = useQuery({ ...detailQuery(id), retry: false })
  const entries = useChecked({ conversation: id }, true)
  const name = id.slice(-12)
  const shown = row ?? detail?.row
  const who = shown ? visitorName(shown) : 'This conversation'
  return (
    <Page
      title="Who read this conversation"
      lead={
        <span className={css.crumbs}>
          <Link to="/" search={{ c: id }} className={css.crumb}>
            <Icon name="reply" size={14} /> {who}
          </Link>
          {mayReview(role) && shown && (
            <Link to="/access" search={{ customer: shown.visitor.id }} className={css.crumb}>
              <Icon name="assign" size={14} /> Everything about this customer
            </Link>
          )}
        </span>
      }
    >
      <div className={css.stack}>
        {!entries.fault && (entries.listed.length > 0 || entries.loading) && (
          <Verdict entries={entries} action={<HandOut entries={entries} name={name} />} />
        )}
        <h2 className="visually-hidden">Entries</h2>
        <EntryList
          entries={entries}
          initial={entry}
          nothing="Nobody has read this conversation yet. Whoever does stands here before they see the first word."
        />
      </div>
      {entries.bundle && <TryIt entries={entries} file={fileOf(name)} />}
    </Page>
  )
}
