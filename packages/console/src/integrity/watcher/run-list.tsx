import { useId, useState } from 'react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { WatchedPage, WatcherFinding, WatcherRun } from '@candor/protocol/integrity-api.ts'
import { classes } from '../../design/classes.ts'
import { Button } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { Icon } from '../../design/icons.tsx'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import { Select } from '../../design/select.tsx'
import { fullTime } from '../../design/times.tsx'
import { runsQuery } from '../integrity-queries.ts'
import { shortHash } from '../parts/short-names.ts'
import { findingNames, outcomeNames, outcomeTones, profileNames } from './run-words.ts'
import css from './run-list.module.css'

export function RunList({ pages }: { pages: readonly WatchedPage[] }) {
  const { item } = useSearch({ from: '/signed-in/integrity/$section' })
  const navigate = useNavigate({ from: '/integrity/$section' })
  const page = pages.find(({ id }) => id === item)?.id ?? null
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(runsQuery(page))
  const runs = data?.pages.flatMap(({ items }) => items)
  return (
    <div className={css.runs}>
      {pages.length > 1 && (
        <Select
          className={css.choose}
          label="Of which page"
          value={page ?? ''}
          choices={[{ id: '', name: 'All of them' }, ...pages.map(({ id, url }) => ({ id, name: url }))]}
          onChange={(id) => void navigate({ search: id === '' ? {} : { item: id }, replace: true })}
        />
      )}
      {error && !runs ? (
        <Problem>{error.message}</Problem>
      ) : !runs ? (
        <Bones />
      ) : runs.length === 0 ? (
        <Nothing>No run yet.</Nothing>
      ) : (
        <ul className={css.list}>
          {runs.map((run) => (
            <Run key={run.id} run={run} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div>
          <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            Earlier runs
          </Button>
        </div>
      )}
    </div>
  )
}

function Run({ run }: { run: WatcherRun }) {
  const { page, profile, startedAt, endedAt, outcome, scripts, requests, findings, reason } = run
  const [open, setOpen] = useState(outcome === 'leaking')
  const id = useId()
  const proofs = findings.filter(({ proof }) => proof).length
  return (
    <li>
      <button
        type="button"
        className={css.head}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {endedAt === null ? (
          <Badge icon="clock">On its way</Badge>
        ) : (
          <Badge tone={outcomeTones[outcome]}>{outcomeNames[outcome]}</Badge>
        )}
        <span className={css.page} dir="ltr">
          {page}
        </span>
        <span className={css.soft}>
          {profileNames[profile].name}, {fullTime(startedAt)}
        </span>
        {proofs > 0 && (
          <Badge tone="bad" icon="alarm">
            {counted(proofs, 'proof', 'proofs')}
          </Badge>
        )}
        <Icon name="down" size={16} className={open ? css.turned : css.arrow} />
      </button>
      {open && (
        <div id={id} className={css.body}>
          {findings.length > 0 ? (
            <ul className={css.findings}>
              {findings
                .toSorted((a, b) => Number(b.proof) - Number(a.proof))
                .map((finding, i) => (
                  <Finding key={i} finding={finding} />
                ))}
            </ul>
          ) : (
            <p className={css.soft}>
              {endedAt === null
                ? 'It is looking.'
                : outcome === 'failed'
                  ? `The page could not be visited to its end, so this run says nothing. ${reason ?? ''}`
                  : 'As it was approved: no other script, header, form or request, and no card number anywhere else.'}
            </p>
          )}
          <p className={css.soft}>
            {counted(requests, 'request')} followed, {counted(scripts.length, 'script')} compared.
          </p>
          {scripts.length > 0 && (
            <details>
              <summary className={css.summary}>Scripts that ran</summary>
              <ul className={css.scripts} dir="ltr">
                {scripts.map(({ url, hash }) => (
                  <li key={`${url} ${hash}`}>
                    <code>{url}</code> <code title={hash}>{shortHash(hash)}…</code>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      )}
    </li>
  )
}

function Finding({ finding: { kind, detail, url, proof } }: { finding: WatcherFinding }) {
  return (
    <li className={classes(css.finding, proof && css.proof)}>
      <p className={css.kind}>
        {proof ? (
          <Badge tone="bad" icon="alarm">
            Proof
          </Badge>
        ) : (
          <Badge tone="warn">Finding</Badge>
        )}
        <strong>{findingNames[kind]}</strong>
      </p>
      <p>{detail}</p>
      <code className={css.url} dir="ltr">
        {url}
      </code>
    </li>
  )
}
