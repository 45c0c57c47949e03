/** What the approved articles would answer to a question, with the numbers that decide. */
import { useState, type FormEvent } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { ArticleSearchAnswer, ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import type { PassageTrace, SearchResult } from '@candor/virtual-agent/knowledge/search-result.ts'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { Badge, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
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
                    What makes it near:
                    {sharesOf(passage.why.parts).map(({ name, share }) => (
                      <span key={name}>
                        {name} {percent(share)}
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
        <rect className={css.track} y="20" width="1000" height="60" />
        <rect className={reached ? css.reached : css.short} y="20" width={probability * 1000} height="60" />
        <rect className={css.threshold} x={Math.min(982, threshold * 1000 - 9)} width="18" height="100" />
      </svg>
      {percent(probability)} <span className="visually-hidden">sure</span>
    </span>
  )
}

/** What each part gave of the score; what gave nothing is not told. */
function sharesOf(given: PassageTrace['parts']): { name: string; share: number }[] {
  const sum = given.reduce((all, { value, weight }) => all + value * weight, 0)
  return given
    .map(({ name, value, weight }) => ({ name, share: sum === 0 ? 0 : (value * weight) / sum }))
    .filter(({ share }) => share >= 0.01)
    .toSorted((a, b) => b.share - a.share)
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
