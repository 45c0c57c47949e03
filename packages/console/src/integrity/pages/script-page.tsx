/** One script on one page: its contents over time, the difference between any two, and the decision. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { InventoryScript, PageTemplate, ScriptHash } from '@candor/protocol/integrity-api.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Section } from '../../design/page.tsx'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import { Select } from '../../design/select.tsx'
import { fullTime } from '../../design/times.tsx'
import { useDesk } from '../../live/desk-context.ts'
import { BodyDiff } from '../diff/body-diff.tsx'
import { CapturedBody } from '../diff/captured-body.tsx'
import { scriptsQuery } from '../integrity-queries.ts'
import { mayDecide } from '../integrity-roles.ts'
import { shortHash } from '../parts/short-names.ts'
import { HashTimeline } from './hash-timeline.tsx'
import { DecideDialog } from './script-dialogs.tsx'
import { scriptTone, scriptWord } from './script-words.ts'
import css from './script-page.module.css'

export function ScriptPage({ page, id }: { page: PageTemplate; id: string }) {
  const { data: scripts, error } = useQuery(scriptsQuery(page.id))
  if (error && !scripts) return <Problem>{error.message}</Problem>
  if (!scripts) return <Bones />
  const script = scripts.find((one) => one.id === id)
  if (!script) return <Nothing>There is no such script on this page any more.</Nothing>
  return <Script page={page} script={script} />
}

function Script({ page, script }: { page: PageTemplate; script: InventoryScript }) {
  const decides = mayDecide(useDesk().me.person.role)
  const [deciding, setDeciding] = useState<{
    state: 'approved' | 'refused'
    hash: ScriptHash | null
  } | null>(null)
  const { owner, justification, approvedBy, approvedAt } = script
  return (
    <div>
      <p className={css.crumb}>
        <Link
          to="/integrity/$section"
          params={{ section: 'pages' }}
          search={{ item: page.id }}
          className={css.back ?? ''}
        >
          <Icon name="back" size={16} /> <bdi dir="ltr">{page.template}</bdi>
        </Link>
      </p>
      <header className={css.head}>
        <h2 className={css.title}>
          <bdi dir="ltr">{script.url}</bdi>
        </h2>
        <p className={css.state}>
          <Badge tone={scriptTone(script)}>{scriptWord(script)}</Badge>
          <span className={css.soft}>
            first seen {fullTime(script.firstSeenAt)}, last {fullTime(script.lastSeenAt)}
          </span>
        </p>
        <dl className={css.facts}>
          <div>
            <dt>Owner</dt>
            <dd>{owner ?? 'Nobody yet'}</dd>
          </div>
          <div>
            <dt>Why it is there</dt>
            <dd>{justification ?? 'Nobody has said so'}</dd>
          </div>
          {approvedBy !== null && approvedAt !== null && (
            <div>
              <dt>Approved by</dt>
              <dd>
                {approvedBy}, {fullTime(approvedAt)}
              </dd>
            </div>
          )}
        </dl>
        {decides && (
          <div className={css.decide}>
            <Button icon="check" onPress={() => setDeciding({ state: 'approved', hash: null })}>
              {script.state === 'approved' ? 'Change owner or reason…' : 'Approve the script…'}
            </Button>
            {script.state !== 'refused' && (
              <Button tone="danger" onPress={() => setDeciding({ state: 'refused', hash: null })}>
                Refuse it…
              </Button>
            )}
          </div>
        )}
      </header>
      <Section
        title="Its contents over time"
        lead="One bar for each content that browsers reported, by its hash. Bars that overlap were served at the same time."
      >
        <HashTimeline
          script={script}
          {...(decides && {
            onDecide: (hash: ScriptHash, state: 'approved' | 'refused') => setDeciding({ state, hash }),
          })}
        />
      </Section>
      <Compare script={script} />
      {deciding && (
        <DecideDialog
          script={script}
          state={deciding.state}
          hash={deciding.hash}
          onClose={() => setDeciding(null)}
        />
      )}
    </div>
  )
}

/** Two contents; the newest against the newest approved one when nothing else is chosen. */
function Compare({ script }: { script: InventoryScript }) {
  const { left, right } = useSearch({ from: '/signed-in/integrity/$section' })
  const navigate = useNavigate({ from: '/integrity/$section' })
  const kept = script.hashes.filter(
    (one): one is ScriptHash & { hash: string } => one.hash !== null && one.bodyKept,
  )
  const newest = kept.at(-1)
  if (!newest)
    return (
      <Section title="Content">
        <Nothing>
          No content could be fetched with the hash that browsers reported, so there is nothing to read or
          compare.
        </Nothing>
      </Section>
    )
  if (kept.length === 1)
    return (
      <Section title="Content" lead="Only one content is kept; the next one is compared with it.">
        <CapturedBody hash={newest.hash} />
      </Section>
    )
  const find = (hash: string | undefined) => kept.find((one) => one.hash === hash)
  const to = find(right) ?? newest
  const from =
    find(left) ??
    kept.findLast((one) => one !== to && one.state === 'approved') ??
    kept.findLast((one) => one !== to)!
  const choices = kept.map((one) => ({
    id: one.hash,
    name: `${shortHash(one.hash)}…`,
    hint: `${one.state}, since ${fullTime(one.firstSeenAt)}`,
  }))
  const choose = (side: 'left' | 'right') => (hash: string) =>
    void navigate({
      search: (before) => ({ ...before, left: from.hash, right: to.hash, [side]: hash }),
      replace: true,
    })
  return (
    <Section title="What differs">
      <div className={css.choose}>
        <Select label="From" choices={choices} value={from.hash} onChange={choose('left')} />
        <Select label="To" choices={choices} value={to.hash} onChange={choose('right')} />
      </div>
      {from === to ? (
        <Nothing>Both are the same content.</Nothing>
      ) : (
        <BodyDiff key={`${from.hash} ${to.hash}`} left={from.hash} right={to.hash} />
      )}
    </Section>
  )
}
