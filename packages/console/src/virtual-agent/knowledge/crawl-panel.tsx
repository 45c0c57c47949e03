/** Reads the pages that the sitemap of one's own site names, and says which ones it did not and why. */
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CrawlStatus } from '@candor/protocol/virtual-agent-api.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { fullTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import { counted } from '../../design/counted.ts'
import { Bones, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { articlesQuery, crawlQuery } from './article-queries.ts'
import { originOf } from './site-origin.ts'
import css from './crawl-panel.module.css'

export function CrawlPanel() {
  const client = useQueryClient()
  const { data: crawl, error } = useQuery(crawlQuery)
  const before = useRef<CrawlStatus['state']>(undefined)
  useEffect(() => {
    // What it read is kept when it ends, and not before.
    if (before.current === 'running' && crawl?.state !== 'running')
      void client.invalidateQueries({ queryKey: articlesQuery.queryKey })
    before.current = crawl?.state
  }, [crawl?.state, client])
  return (
    <Section
      title="Read your help site"
      lead="From its sitemap, page by page and slowly. New and changed pages become articles that wait for approval."
    >
      {error ? <Problem>{error.message}</Problem> : crawl ? <Crawl crawl={crawl} /> : <Bones />}
    </Section>
  )
}

function Crawl({ crawl }: { crawl: CrawlStatus }) {
  const mayEdit = useMayEdit()
  const definition = useDefinition()
  const client = useQueryClient()
  const { rows } = useDesk()
  // The site that visitors write from is the likeliest one.
  const [site, setSite] = useState(() => {
    const [first] = rows.order.all.get()
    const known = first === undefined ? undefined : rows.row(first)?.site
    return crawl.site ?? (known ? `https://${known}` : '')
  })
  const [language, setLanguage] = useState<Language>(definition.language)
  const origin = originOf(site)
  const settle = (status: CrawlStatus): void => {
    client.setQueryData(crawlQuery.queryKey, status)
  }
  const start = useMutation({
    mutationFn: () => api.post<CrawlStatus>('/virtual-agent/articles/crawl', { site: origin, language }),
    onSuccess: settle,
  })
  const stop = useMutation({
    mutationFn: () => api.post<CrawlStatus>('/virtual-agent/articles/crawl/stop'),
    onSuccess: settle,
  })
  const running = crawl.state === 'running'
  return (
    <div className={parts.stack}>
      {crawl.state !== 'none' && <Status crawl={crawl} />}
      {running && mayEdit && (
        <div>
          <Button onPress={() => stop.mutate()} isDisabled={stop.isPending}>
            Stop reading
          </Button>
        </div>
      )}
      {!running && mayEdit && (
        <form
          className={css.form}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            if (origin !== null) start.mutate()
          }}
        >
          <TextField
            label="One of your sites"
            value={site}
            onChange={setSite}
            inputMode="url"
            placeholder="https://help.example.com"
          />
          <Select
            label="Its language"
            value={language}
            choices={languages.map((id) => ({ id, name: languageNames[id] }))}
            onChange={setLanguage}
          />
          <Button type="submit" icon="download" isDisabled={origin === null || start.isPending}>
            {crawl.state === 'none' ? 'Read it' : 'Read it again'}
          </Button>
        </form>
      )}
      {start.error && <Problem>{start.error.message}</Problem>}
    </div>
  )
}

function Status({ crawl }: { crawl: CrawlStatus }) {
  const done = crawl.read + crawl.skipped.length
  return (
    <div className={css.status}>
      <p role="status">
        {crawl.state === 'running'
          ? `Reading ${crawl.site ?? ''}: ${done} of ${counted(crawl.found, 'page')}`
          : crawl.state === 'done'
            ? `Read ${crawl.endedAt === null ? '' : fullTime(crawl.endedAt)}: ${crawl.read} of ${counted(crawl.found, 'page')}, ${crawl.changed} new or changed.`
            : crawl.state === 'stopped'
              ? `Stopped after ${crawl.read} of ${counted(crawl.found, 'page')}. What was read is kept.`
              : `It could not be read: ${crawl.reason ?? 'no reason was given'}`}
      </p>
      {crawl.state === 'running' && (
        <progress
          className={css.progress}
          max={Math.max(1, crawl.found)}
          value={done}
          aria-label="Pages read"
        />
      )}
      {crawl.skipped.length > 0 && (
        <details>
          <summary className={css.summary}>
            {crawl.skipped.length === 1 ? 'One page was' : `${crawl.skipped.length} pages were`} not read
          </summary>
          <ul className={css.skipped} tabIndex={0} aria-label="Pages that were not read">
            {crawl.skipped.map(({ address, reason }) => (
              <li key={address}>
                <code>{address}</code>
                <span className={parts.soft}>{reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
