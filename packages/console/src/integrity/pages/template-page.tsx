/** One page template with the scripts that ran on it. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { InventoryScript, PageTemplate } from '@candor/protocol/integrity-api.ts'
import { Button } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { Icon } from '../../design/icons.tsx'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import { fullTime } from '../../design/times.tsx'
import { useDesk } from '../../live/desk-context.ts'
import { scriptsQuery } from '../integrity-queries.ts'
import { mayDecide } from '../integrity-roles.ts'
import { percent } from '../percent.ts'
import { shortUrl } from '../parts/short-names.ts'
import { ApproveAllDialog } from './script-dialogs.tsx'
import { newHashes, scriptTone, scriptWord } from './script-words.ts'
import css from './template-page.module.css'

export function TemplatePage({ page }: { page: PageTemplate }) {
  const { data: scripts, error } = useQuery(scriptsQuery(page.id))
  const [approving, setApproving] = useState(false)
  const decides = mayDecide(useDesk().me.person.role)
  const waiting = (scripts ?? []).filter((script) => script.state === 'new' || newHashes(script) > 0)
  return (
    <div className={css.page}>
      <p>
        <Link to="/integrity/$section" params={{ section: 'pages' }} search={{}} className={css.back ?? ''}>
          <Icon name="back" size={16} /> All pages
        </Link>
      </p>
      <header>
        <h2 className={css.title}>
          <bdi dir="ltr">{page.template}</bdi>
        </h2>
        <p className={css.facts}>
          {page.cardFields && (
            <Badge tone={page.cardFieldsApproved ? undefined : 'warn'} icon="lock">
              {page.cardFieldsApproved
                ? 'Card fields, the chat may open'
                : 'Card fields, the chat stays closed'}
            </Badge>
          )}
          <span>{counted(page.views24h, 'view')} in 24 hours</span>
          <span>first seen {fullTime(page.firstSeenAt)}</span>
          <span>
            {page.reportedAt === null
              ? 'no browser has reported from here'
              : page.reportingShare === null
                ? `newest report ${fullTime(page.reportedAt)}`
                : `${percent(page.reportingShare)} of the last hour’s views reported`}
          </span>
          {page.openAlarms > 0 && (
            <Link to="/integrity/$section" params={{ section: 'alarms' }}>
              {counted(page.openAlarms, 'open alarm')}
            </Link>
          )}
        </p>
      </header>
      {error && !scripts ? (
        <Problem>{error.message}</Problem>
      ) : !scripts ? (
        <Bones />
      ) : scripts.length === 0 ? (
        <Nothing>No script was reported from this page.</Nothing>
      ) : (
        <>
          {waiting.length > 0 && (
            <div className={css.waiting}>
              <p>
                {waiting.length === 1 ? 'One script waits' : `${waiting.length} scripts wait`} for a decision
                on this page.
              </p>
              {decides && (
                <Button icon="checks" onPress={() => setApproving(true)}>
                  Approve all of them…
                </Button>
              )}
            </div>
          )}
          <ul className={css.scripts} aria-label="Scripts">
            {scripts.toSorted(attentionFirst).map((script) => (
              <Row key={script.id} script={script} page={page} />
            ))}
          </ul>
        </>
      )}
      {approving && <ApproveAllDialog page={page} scripts={waiting} onClose={() => setApproving(false)} />}
    </div>
  )
}

function Row({ script, page }: { script: InventoryScript; page: PageTemplate }) {
  const fresh = newHashes(script)
  const { url, owner, justification, approvedBy, approvedAt, hashes } = script
  return (
    <li className={css.row}>
      <div className={css.what}>
        <Link
          to="/integrity/$section"
          params={{ section: 'pages' }}
          search={{ item: page.id, script: script.id }}
          className={css.link ?? ''}
          dir="ltr"
          title={url}
        >
          {shortUrl(url, page.template)}
        </Link>
        <p className={css.soft}>{justification ?? 'Nobody has said why it is there.'}</p>
      </div>
      <div className={css.who}>
        <span>{owner ?? 'No owner'}</span>
        <span className={css.soft}>
          {approvedBy === null || approvedAt === null
            ? `seen since ${fullTime(script.firstSeenAt)}`
            : `approved by ${approvedBy}, ${fullTime(approvedAt)}`}
        </span>
      </div>
      <div className={css.marks}>
        <Badge tone={scriptTone(script)}>{scriptWord(script)}</Badge>
        <span className={css.soft}>
          {counted(hashes.length, 'version')}
          {fresh > 0 && script.state === 'approved' && `, ${fresh} new`}
        </span>
      </div>
    </li>
  )
}

/** What waits for somebody, then by address. */
function attentionFirst(a: InventoryScript, b: InventoryScript): number {
  const rank = (script: InventoryScript): number =>
    newHashes(script) > 0 && script.state === 'approved'
      ? 0
      : ['new', 'refused', 'approved'].indexOf(script.state) + 1
  return rank(a) - rank(b) || a.url.localeCompare(b.url)
}
