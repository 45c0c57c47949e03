/** One article: its text as Markdown, the passages it is quoted in, and the approval of a second person. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { ArticleDetail, ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import {
  addressCharactersMax,
  questionsMax,
  titleCharactersMax,
} from '@candor/virtual-agent/knowledge/article.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { Icon } from '../../design/icons.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { showToast } from '../../shell/toasts.tsx'
import { showing } from '../authoring-search.ts'
import { mayApprove, mayEdit } from '../authoring-roles.ts'
import { useDefinition } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import { Bones, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import dialogs from '../dialogs.module.css'
import { articleQuery } from './article-queries.ts'
import { ApprovalBadge, sourceNames } from './knowledge-section.tsx'
import css from './article-editor.module.css'

/** @param id null for a new one. */
export function ArticleEditor({ id }: { id: string | null }) {
  const { data, error } = useQuery({ ...articleQuery(id ?? ''), enabled: id !== null })
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const open = (item?: string): void => void navigate({ search: (before) => showing(before, item) })
  return (
    <div className={parts.stack}>
      <div>
        <Button tone="quiet" icon="back" onPress={() => open()} className={css.back}>
          All articles
        </Button>
      </div>
      {id !== null && error ? (
        <Problem>{error.message}</Problem>
      ) : id !== null && !data ? (
        <Bones />
      ) : (
        <Editor key={data?.version ?? 0} article={data ?? null} open={open} />
      )}
    </div>
  )
}

interface Fields {
  title: string
  language: Language
  address: string
  questions: string
  markdown: string
}

function Editor({ article, open }: { article: ArticleDetail | null; open(item?: string): void }) {
  const { role, id: me } = useDesk().me.person
  const definition = useDefinition()
  const client = useQueryClient()
  const mayWrite = mayEdit(role)
  const [asked, setAsked] = useState(false)
  const first: Fields = {
    title: article?.title ?? '',
    language: (article?.language as Language | undefined) ?? definition.language,
    address: article?.address ?? '',
    questions: article?.questions.join('\n') ?? '',
    markdown: article?.markdown ?? '',
  }
  const [fields, setFields] = useState(first)
  const changed = JSON.stringify(fields) !== JSON.stringify(first)
  const set = (change: Partial<Fields>): void => setFields({ ...fields, ...change })

  const settle = (): Promise<void> => client.invalidateQueries({ queryKey: ['virtual-agent'] })
  const save = useMutation({
    mutationFn: () => {
      const body = {
        title: fields.title.trim(),
        language: fields.language,
        address: fields.address.trim() === '' ? null : fields.address.trim(),
        questions: fields.questions
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
        markdown: fields.markdown,
      }
      return article
        ? api.put<ArticleSummary>(`/virtual-agent/articles/${article.id}`, {
            version: article.version,
            ...body,
          })
        : api.post<ArticleSummary>('/virtual-agent/articles', body)
    },
    async onSuccess(made) {
      await settle()
      showToast('Saved. A second person approves it before it is quoted.')
      if (!article) open(made.id)
    },
  })
  const approve = useMutation({
    mutationFn: () =>
      api.post<ArticleSummary>(`/virtual-agent/articles/${article!.id}/approve`, {
        version: article!.version,
      }),
    async onSuccess() {
      await settle()
      showToast('Approved. It is quoted from the next publication on.')
    },
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
  })
  const remove = useMutation({
    mutationFn: () => api.delete(`/virtual-agent/articles/${article!.id}`),
    async onSuccess() {
      open()
      await settle()
    },
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
    onSettled: () => setAsked(false),
  })
  const faults = save.error instanceof Refusal ? (save.error.faults ?? []) : []
  const faultOf = (field: string): string | undefined =>
    faults.find((fault) => fault.field.startsWith(field))?.message ??
    (save.error instanceof Refusal && save.error.field === field ? save.error.message : undefined)
  const somewhere = ['title', 'language', 'address', 'questions', 'markdown', 'body'].some((field) =>
    faultOf(field),
  )
  const own = article?.changedBy.id === me
  return (
    <>
      {article && (
        <div className={parts.row}>
          <ApprovalBadge article={article} />
          <span className={parts.soft}>
            {sourceNames[article.source]}, version {article.version} by {article.changedBy.name}
          </span>
          <span className={parts.end} />
          {article.approval === null && mayApprove(role) && (
            <>
              {own && <span className={parts.soft}>Somebody else approves what you changed.</span>}
              <Button
                tone="main"
                icon="check"
                isDisabled={own || changed || approve.isPending}
                onPress={() => approve.mutate()}
              >
                Approve
              </Button>
            </>
          )}
        </div>
      )}
      <div className={css.columns}>
        <form
          className={css.form}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <TextField
            label="Title"
            value={fields.title}
            onChange={(title) => set({ title })}
            maxLength={titleCharactersMax}
            isReadOnly={!mayWrite}
            lang={fields.language}
            isRequired
            error={faultOf('title')}
          />
          <div className={css.pair}>
            <Select
              label="Language"
              value={fields.language}
              choices={languages.map((one) => ({ id: one, name: languageNames[one] }))}
              onChange={(language) => mayWrite && set({ language })}
            />
            <TextField
              label="Page on your site"
              value={fields.address}
              onChange={(address) => set({ address })}
              type="url"
              placeholder="https://…"
              maxLength={addressCharactersMax}
              isReadOnly={!mayWrite}
              hint="Linked below the answer. May stay empty."
              error={faultOf('address')}
            />
          </div>
          <TextField
            label="Text"
            value={fields.markdown}
            onChange={(markdown) => set({ markdown })}
            multiline
            rows={16}
            isReadOnly={!mayWrite}
            lang={fields.language}
            isRequired
            hint="Markdown: headings, lists and tables. It is quoted in passages below its headings."
            error={faultOf('markdown') ?? faultOf('body')}
          />
          <TextField
            label="How people ask for it"
            value={fields.questions}
            onChange={(questions) => set({ questions })}
            multiline
            rows={4}
            isReadOnly={!mayWrite}
            lang={fields.language}
            hint={`One a line, at most ${questionsMax}. Matched, and never quoted.`}
            error={faultOf('questions')}
          />
          {save.error && !somewhere && <Problem>{save.error.message}</Problem>}
          {mayWrite && (
            <div className={parts.row}>
              <Button type="submit" tone="main" isDisabled={!changed || save.isPending}>
                {article ? 'Save as a new version' : 'Save the article'}
              </Button>
              {changed && article && (
                <Button tone="quiet" onPress={() => setFields(first)}>
                  Undo the changes
                </Button>
              )}
              <span className={parts.end} />
              {article && (
                <Button tone="quiet" icon="trash" onPress={() => setAsked(true)}>
                  Remove the article
                </Button>
              )}
            </div>
          )}
        </form>
        <aside className={css.passages} aria-label="Passages">
          <h2 className={css.title}>
            As it is quoted{' '}
            {article && <span className={parts.soft}>{article.passages.length} passages</span>}
          </h2>
          {!article ? (
            <p className={parts.soft}>Save it to see the passages that it is cut into.</p>
          ) : (
            <>
              {changed && (
                <p className={css.stale}>
                  <Icon name="warning" size={16} /> As it was saved.
                </p>
              )}
              <ol className={css.list}>
                {article.passages.map((passage) => (
                  <li key={passage.id} className={css.passage}>
                    {passage.headings.length > 0 && (
                      <p className={css.heading} dir="auto">
                        {passage.headings.join(' › ')}
                      </p>
                    )}
                    <p className={css.text} lang={article.language} dir="auto">
                      {passage.text}
                    </p>
                  </li>
                ))}
              </ol>
            </>
          )}
        </aside>
      </div>
      {asked && (
        <Dialog title={`Remove “${article?.title}”?`} onClose={() => setAsked(false)}>
          <div className={dialogs.form}>
            <p>It is quoted no more from this moment on, also by the version that is in force.</p>
            <div className={dialogs.buttons}>
              <Button tone="quiet" onPress={() => setAsked(false)}>
                Keep it
              </Button>
              <Button tone="danger" autoFocus isDisabled={remove.isPending} onPress={() => remove.mutate()}>
                Remove it
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  )
}
