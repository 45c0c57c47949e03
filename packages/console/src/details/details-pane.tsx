import { memo } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ConversationDetail } from '@candor/protocol/api.ts'
import { Button as AriaButton } from 'react-aria-components'
import { mayReview } from '../access/access-roles.ts'
import { runAction } from '../actions/run-actions.ts'
import { Avatar } from '../design/avatar.tsx'
import { IconButton } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { fullTime, Since } from '../design/times.tsx'
import { visitorName } from '../inbox/visitor-name.ts'
import { useDesk, useRow } from '../live/desk-context.ts'
import { detailQuery, queuesQuery } from '../session/session.ts'
import css from './details-pane.module.css'

export const DetailsPane = memo(function DetailsPane({ id }: { id: string }) {
  const row = useRow(id)
  const { data, error } = useQuery(detailQuery(id))
  const { data: queues = [] } = useQuery(queuesQuery)
  const shown = row ?? data?.row
  return (
    <aside className={css.pane} aria-label="Details">
      <header className={css.head}>
        <h2 className={css.title}>Details</h2>
        <IconButton icon="close" label="Hide details" action="details" />
      </header>
      {/* A scrolling region is in reach of the keyboard. */}
      <div className={css.scroller} tabIndex={0} role="region" aria-label="Details of the visitor">
        {shown && (
          <div className={css.person}>
            <Avatar name={shown.visitor.name} size="l" online={shown.visitor.online} />
            <p className={css.name}>{visitorName(shown)}</p>
            {data?.visitor.email && <p className={css.email}>{data.visitor.email}</p>}
            <p className={css.identity}>
              {shown.visitor.identified ? (
                <span className={css.known}>
                  <Icon name="check" size={14} /> Identified by your site
                </span>
              ) : (
                <span>Not identified</span>
              )}
            </p>
          </div>
        )}
        {error && (
          <p className={css.fault} role="alert">
            {error.message}
          </p>
        )}
        {shown && (
          <section className={css.section}>
            <h3>Conversation</h3>
            <dl className={css.facts}>
              <dt>Queue</dt>
              <dd>{queues.find((queue) => queue.id === shown.queue)?.name ?? 'None'}</dd>
              <dt>Assigned to</dt>
              <dd>{shown.assignee?.name ?? 'Nobody'}</dd>
              <dt>Began</dt>
              <dd>{fullTime(shown.startedAt)}</dd>
              <dt>Tags</dt>
              <dd className={css.tags}>
                {shown.tags.map((tag) => (
                  <span key={tag} className={css.tag}>
                    {tag}
                  </span>
                ))}
                <AriaButton className={css.addTag ?? ''} onPress={() => runAction('tag')}>
                  <Icon name="plus" size={14} /> Tag
                </AriaButton>
              </dd>
            </dl>
          </section>
        )}
        {data ? <Known detail={data} /> : !error && <Bones />}
      </div>
    </aside>
  )
})

function Known({ detail }: { detail: ConversationDetail }) {
  const { role } = useDesk().me.person
  const traits = Object.entries(detail.visitor.traits)
  return (
    <>
      {traits.length > 0 && (
        <section className={css.section}>
          <h3>From your site</h3>
          <dl className={css.facts}>
            {traits.map(([name, value]) => (
              <div key={name} className={css.pair}>
                <dt>{name}</dt>
                <dd>{typeof value === 'boolean' ? (value ? 'Yes' : 'No') : String(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <section className={css.section}>
        <h3>Pages</h3>
        {detail.visitor.pages.length === 0 && <p className={css.none}>No page views yet.</p>}
        <ol className={css.pages}>
          {detail.visitor.pages.map((page) => (
            <li key={page.url + page.at}>
              <span className={css.pageTitle} title={page.url}>
                {page.title || page.url}
              </span>
              <Since at={page.at} className={css.since} />
            </li>
          ))}
        </ol>
        <p className={css.none}>First seen {fullTime(detail.visitor.firstSeenAt)}</p>
      </section>
      <section className={css.section}>
        <h3>Who opened this text</h3>
        <ol className={css.pages}>
          {(detail.receipts ?? []).map((receipt) => (
            <li key={receipt.entry}>
              <Icon name="shield" size={14} />
              <span className={css.pageTitle} title={receipt.purpose}>
                {receipt.actor.name || receipt.actor.kind}
                <span className={css.purpose}> · {receipt.purpose}</span>
              </span>
              <Since at={receipt.at} className={css.since} />
            </li>
          ))}
        </ol>
        <p className={css.links}>
          <Link to="/access/conversation/$id" params={{ id: detail.row.id }}>
            All of it, with proofs
          </Link>
          {mayReview(role) && (
            <>
              <Link to="/access" search={{ customer: detail.visitor.id }}>
                Everything about this customer
              </Link>
              <AriaButton className={css.erase ?? ''} onPress={() => runAction('erase')}>
                <Icon name="trash" size={14} /> Erase for ever…
              </AriaButton>
            </>
          )}
        </p>
      </section>
    </>
  )
}

function Bones() {
  return (
    <div className={css.bones} role="status" aria-label="Details are loading">
      {['60%', '80%', '45%', '70%'].map((width, i) => (
        <span key={i} style={{ inlineSize: width }} />
      ))}
    </div>
  )
}
