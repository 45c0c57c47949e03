/** Reads the pages that a sitemap names, and says which ones it did not and why. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { CrawlStatus } from '@candor/protocol/virtual-agent-api.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { fullTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import { Problem } from '../parts/say.tsx'
import parts from '../parts/parts.module.css'
import { articlesQuery } from './article-queries.ts'
import css from './crawl-panel.module.css'

export function CrawlPanel({ crawl }: { crawl: CrawlStatus }) {
  const mayEdit = useMayEdit()
  const definition = useDefinition()
  const client = useQueryClient()
  const [sitemap, setSitemap] = useState(crawl.sitemap ?? '')
  const [language, setLanguage] = useState<Language>(definition.language)
  const settle = (): Promise<void> => client.invalidateQueries({ queryKey: articlesQuery.queryKey })
  const start = useMutation({
    mutationFn: () =>
      api.post<CrawlStatus>('/virtual-agent/articles/crawl', { sitemap: sitemap.trim(), language }),
    onSuccess: settle,
  })
  const stop = useMutation({
    mutationFn: () => api.post<CrawlStatus>('/virtual-agent/articles/crawl/stop'),
    onSuccess: settle,
  })
  const running = crawl.state === 'running'
  return (
    <Section
      title="Read your help site"
      lead="From its sitemap, page by page and slowly. New and changed pages become articles that wait for approval."
    >
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
              if (sitemap.trim() !== '') start.mutate()
            }}
          >
            <TextField
              label="Address of the sitemap"
              value={sitemap}
              onChange={setSitemap}
              type="url"
              placeholder="https://help.example.com/sitemap.xml"
            />
            <Select
              label="Its language"
              value={language}
              choices={languages.map((id) => ({ id, name: languageNames[id] }))}
              onChange={setLanguage}
            />
            <Button type="submit" icon="download" isDisabled={sitemap.trim() === '' || start.isPending}>
              {crawl.state === 'none' ? 'Read it' : 'Read it again'}
            </Button>
          </form>
        )}
        {start.error && <Problem>{start.error.message}</Problem>}
      </div>
    </Section>
  )
}

function Status({ crawl }: { crawl: CrawlStatus }) {
  const done = crawl.read + crawl.skipped.length
  return (
    <div className={css.status}>
      <p role="status">
        {crawl.state === 'running'
          ? `Reading ${crawl.sitemap ?? ''}: ${done} of ${crawl.found} pages`
          : crawl.state === 'done'
            ? `Read ${crawl.endedAt === null ? '' : fullTime(crawl.endedAt)}: ${crawl.read} of ${crawl.found} pages, ${crawl.changed} new or changed.`
            : crawl.state === 'stopped'
              ? `Stopped after ${crawl.read} of ${crawl.found} pages. What was read is kept.`
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
          <ul className={css.skipped}>
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
