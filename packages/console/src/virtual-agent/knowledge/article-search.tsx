/** What the approved articles would answer to a question, with the numbers that decide. */
import { useState, type FormEvent } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { ArticleSearchAnswer, ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import type { SearchResult } from '@candor/virtual-agent/knowledge/search-result.ts'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { Badge, Problem } from '../parts/say.tsx'
import parts from '../parts/parts.module.css'
import css from './article-search.module.css'

export function ArticleSearch({ articles }: { articles: readonly ArticleSummary[] }) {
  const [text, setText] = useState('')
  const search = useMutation({
    mutationFn: (asked: string) =>
      api.post<ArticleSearchAnswer<SearchResult>>('/virtual-agent/articles/search', { text: asked }),
  })
  const approved = articles.filter(
    ({ approval, approvedVersion }) => approval !== null || approvedVersion !== null,
  ).length
  if (approved === 0) return null
  const result = search.data?.result
  return (
    <Section
      title="Ask the articles"
      lead="What would be quoted, and how sure it is. Only approved ones are asked."
    >
      <form
        className={css.ask}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (text.trim() !== '') search.mutate(text.trim())
        }}
      >
        <TextField
          label="A question"
          value={text}
          onChange={setText}
          placeholder="As a visitor would ask it"
          maxLength={500}
        />
        <Button type="submit" icon="search" isDisabled={text.trim() === '' || search.isPending}>
          Ask
        </Button>
      </form>
      {search.error && <Problem>{search.error.message}</Problem>}
      <div role="status">
        {result && (
          <div className={css.result}>
            <p>
              {result.answered ? (
                <>
                  <Badge tone="good">Quoted</Badge> The first passage reaches {percent(result.threshold)}.
                </>
              ) : (
                <>
                  <Badge tone="warn">Not quoted</Badge>{' '}
                  {result.passages.length === 0
                    ? 'No article has any of these words.'
                    : `No passage reaches ${percent(result.threshold)}: intents decide, or it asks once more.`}
                </>
              )}
            </p>
            <ol className={css.passages}>
              {result.passages.map((passage, i) => (
                <li key={passage.id} className={css.passage}>
                  <div className={css.head}>
                    <p className={css.title} dir="auto">
                      {passage.title}
                      {passage.heading !== '' && <span className={parts.soft}> › {passage.heading}</span>}
                    </p>
                    <Nearness
                      probability={passage.probability}
                      threshold={result.threshold}
                      reached={i === 0 && result.answered}
                    />
                  </div>
                  <p className={css.text} lang={passage.language} dir="auto">
                    {passage.text}
                  </p>
                  <p className={css.why}>
                    {passage.why.parts.map((part) => (
                      <span key={part.name}>
                        {part.name} {percent(part.value)} × {percent(part.weight)}
                      </span>
                    ))}
                  </p>
                  {passage.why.terms.length > 0 && (
                    <ul className={css.terms} aria-label="Words that both have">
                      {passage.why.terms.map((term) => (
                        <li key={term} dir="auto">
                          {term}
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              ))}
            </ol>
          </div>
        )}
      </div>
    </Section>
  )
}

function Nearness({
  probability,
  threshold,
  reached,
}: {
  probability: number
  threshold: number
  reached: boolean
}) {
  return (
    <span className={css.nearness}>
      <svg className={css.plot} viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
        <rect className={css.track} width="1000" height="100" />
        <rect className={reached ? css.reached : css.short} width={probability * 1000} height="100" />
        <rect className={css.threshold} x={Math.min(990, threshold * 1000)} width="10" height="100" />
      </svg>
      {percent(probability)} <span className="visually-hidden">sure</span>
    </span>
  )
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
