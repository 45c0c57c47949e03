import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ArticleSource, ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { matches } from '../../design/picker.tsx'
import { TextField } from '../../design/text-field.tsx'
import { fullTime } from '../../design/times.tsx'
import { useDesk } from '../../live/desk-context.ts'
import { mayApprove, useMayEdit } from '../authoring-roles.ts'
import { languageNames } from '../languages.ts'
import { Badge, Bones, Nothing, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { ApproveDialog } from './approve-dialog.tsx'
import { ArticleEditor } from './article-editor.tsx'
import { articlesQuery } from './article-queries.ts'
import { ArticleSearch } from './article-search.tsx'
import { CrawlPanel } from './crawl-panel.tsx'
import { ImportDialog } from './import-dialog.tsx'
import css from './knowledge-section.module.css'

export const sourceNames: Record<ArticleSource, string> = {
  written: 'Written here',
  markdown: 'Markdown file',
  html: 'HTML file',
  pdf: 'PDF file',
  crawl: 'From your site',
}

/** `new` stands for an article that is being written. */
const fresh = 'new'

export function KnowledgeSection() {
  const { item } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const { data, error } = useQuery(articlesQuery)
  if (item !== undefined) return <ArticleEditor key={item} id={item === fresh ? null : item} />
  return (
    <>
      {error ? (
        <Problem>{error.message}</Problem>
      ) : data ? (
        <div className={css.articles}>
          <ArticleList articles={data.items} />
        </div>
      ) : (
        <Bones />
      )}
      <ArticleSearch articles={data?.items ?? []} />
      <CrawlPanel />
    </>
  )
}

function ArticleList({ articles }: { articles: readonly ArticleSummary[] }) {
  const mayEdit = useMayEdit()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const [query, setQuery] = useState('')
  const [importing, setImporting] = useState(false)
  const [approving, setApproving] = useState(false)
  const { person } = useDesk().me
  const waiting = articles.filter(({ approval }) => approval === null)
  const mine = mayApprove(person.role) ? waiting.filter(({ changedBy }) => changedBy.id !== person.id) : []
  const shown = articles.filter(({ title, address }) => matches(query, `${title} ${address ?? ''}`))
  return (
    <div className={parts.stack}>
      <div className={parts.toolbar}>
        {articles.length > 0 && (
          <TextField
            label="Find"
            type="search"
            value={query}
            onChange={setQuery}
            placeholder="A title or an address"
            className={parts.grow}
          />
        )}
        {mayEdit && (
          <div className={parts.row}>
            <Button
              icon="plus"
              onPress={() => void navigate({ search: (before) => ({ ...before, item: fresh }) })}
            >
              Write one
            </Button>
            <Button icon="download" onPress={() => setImporting(true)}>
              Import a file
            </Button>
          </div>
        )}
      </div>
      {waiting.length > 0 && (
        <p className={css.waiting}>
          <Icon name="clock" size={16} />
          {waiting.length === 1 ? 'One article waits' : `${waiting.length} articles wait`} for a second
          person. What is not approved is not quoted.
          {mine.length > 1 && (
            <Button tone="quiet" icon="check" onPress={() => setApproving(true)}>
              Approve several…
            </Button>
          )}
        </p>
      )}
      {articles.length === 0 ? (
        <Nothing>
          No article yet. Write one, import a file, or read the pages of your help site below. Quoted is only
          what a second person approved.
        </Nothing>
      ) : shown.length === 0 ? (
        <Nothing>No article matches “{query}”.</Nothing>
      ) : (
        <ul className={css.list}>
          {shown.map((article) => (
            <ArticleRow key={article.id} article={article} />
          ))}
        </ul>
      )}
      {approving && <ApproveDialog articles={mine} onClose={() => setApproving(false)} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </div>
  )
}

function ArticleRow({ article }: { article: ArticleSummary }) {
  return (
    <li className={css.row}>
      <div className={css.what}>
        <Link
          to="/virtual-agent/$section"
          params={{ section: 'knowledge' }}
          search={(before) => ({ ...before, item: article.id })}
          className={css.link ?? ''}
          lang={article.language}
          dir="auto"
        >
          {article.title}
        </Link>
        <p className={css.facts}>
          {sourceNames[article.source]} ·{' '}
          {languageNames[article.language as keyof typeof languageNames] ?? article.language} · version{' '}
          {article.version}, {fullTime(article.changedAt)} by {article.changedBy.name}
        </p>
      </div>
      <ApprovalBadge article={article} />
    </li>
  )
}

export function ApprovalBadge({ article }: { article: ArticleSummary }) {
  if (article.approval)
    return (
      <Badge tone="good" icon="check">
        Approved by {article.approval.by.name}
      </Badge>
    )
  return (
    <Badge tone="warn" icon="clock">
      {article.approvedVersion === null
        ? 'Not approved'
        : `Version ${article.approvedVersion} is quoted until this one is approved`}
    </Badge>
  )
}
