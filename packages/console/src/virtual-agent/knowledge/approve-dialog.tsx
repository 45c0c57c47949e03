/** Several articles that one has read, approved together: all or none. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { api } from '../../live/api-client.ts'
import { showToast } from '../../shell/toasts.tsx'
import { counted } from '../../design/counted.ts'
import { Problem } from '../../design/say.tsx'
import dialogs from '../dialogs.module.css'
import css from './approve-dialog.module.css'

/** As the server takes them at once. */
const approvedAtOnceMax = 200

export function ApproveDialog({
  articles,
  onClose,
}: {
  /** Somebody else changed them last. */
  articles: readonly ArticleSummary[]
  onClose(): void
}) {
  const client = useQueryClient()
  // None at first: what one has read is what one ticks.
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const chosen = articles.filter(({ id }) => picked.has(id)).slice(0, approvedAtOnceMax)
  const approve = useMutation({
    mutationFn: () =>
      api.post('/virtual-agent/articles/approve', {
        articles: chosen.map(({ id, version }) => ({ id, version })),
      }),
    async onSuccess() {
      showToast(
        `Approved ${counted(chosen.length, 'article')}. They are quoted from the next publication on.`,
      )
      await client.invalidateQueries({ queryKey: ['virtual-agent'] })
      onClose()
    },
  })
  const set = (ids: readonly string[], on: boolean): void => {
    const next = new Set(picked)
    for (const id of ids)
      if (on) next.add(id)
      else next.delete(id)
    setPicked(next)
  }
  return (
    <Dialog title="Approve articles you have read" onClose={onClose}>
      <form
        className={dialogs.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (chosen.length > 0) approve.mutate()
        }}
      >
        <p className={dialogs.soft}>Each is approved in the version that stands here. You answer for them.</p>
        <ul className={css.list} tabIndex={0} aria-label="Articles that wait">
          {articles.map((article) => (
            <li key={article.id}>
              <label className={css.row}>
                <input
                  type="checkbox"
                  className={css.check}
                  checked={picked.has(article.id)}
                  onChange={(event) => set([article.id], event.target.checked)}
                />
                <span className={css.title} lang={article.language} dir="auto">
                  {article.title}
                </span>
                <span className={css.by}>{article.changedBy.name}</span>
              </label>
            </li>
          ))}
        </ul>
        {approve.error && <Problem>{approve.error.message}</Problem>}
        <div className={dialogs.buttons}>
          <Button
            tone="quiet"
            onPress={() =>
              set(
                articles.map(({ id }) => id),
                chosen.length === 0,
              )
            }
          >
            {chosen.length === 0 ? 'Tick all' : 'Tick none'}
          </Button>
          <Button type="submit" tone="main" isDisabled={chosen.length === 0 || approve.isPending}>
            {chosen.length === 0 ? 'Approve' : `Approve ${counted(chosen.length, 'article')}`}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
